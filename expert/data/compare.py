"""Splits side by side → facts, exhibits, a plan."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from expert import supplied, vocabulary
from expert.data.checks import Check, checks
from expert.data.load import NAMES, load, together
from expert.data.split import DataError, Sets
from expert.diagnose import judge
from expert.facts import Fact
from expert.knowledge import KnowledgeBase
from expert.layers import in_force
from expert.measured import Measured
from expert.plan import NotJudged, Plan
from expert.run import RunLog, Setting
from expert.script import last_line


def compare(
    train: Any,
    val: Any = None,
    test: Any = None,
    *,
    target: str = "",
    labels: dict[str, Any] | None = None,
    predictions: Any = None,
    knowledge: KnowledgeBase | None = None,
) -> Plan:
    """The plan for data sets that nobody has trained on yet.

    Each is a path (CSV, Parquet, `.npy`, `.npz`, a folder of images by class), `module:function`, a frame, arrays,
    `(inputs, labels)` or a Dataset. `labels` gives files or arrays of labels by split; `predictions` (n, classes) are
    probabilities for all samples of training by a model that did not see their labels. Raises DataError.
    """
    sets = opened({"train": train, "val": val, "test": test}, target, labels, predictions)
    return judged(sets, measure(sets), knowledge)


def opened(
    sources: dict[str, Any], target: str = "", labels: dict[str, Any] | None = None, predictions: Any = None
) -> Sets:
    """The splits of all sources that are given, by name. Raises DataError."""
    given = labels or {}
    first = load(sources["train"], "train", target, given.get("train"))
    others = [
        load(sources[name], name, target, given.get(name), first) for name in NAMES[1:] if sources.get(name) is not None
    ]
    sets = together(first, *others)
    return sets if predictions is None else replace(sets, predictions=_predictions(predictions, sets))


def measure(
    sets: Sets, tell: Callable[[str], None] | None = None, looks: Mapping[str, Check] | None = None
) -> Measured:
    """The facts and exhibits that the checks find, all of them if none are given; one that fails stops no other."""
    facts: list[Fact] = []
    exhibits, notes = [], list(sets.notes)
    for name, check in (looks or checks()).items():
        if tell:
            tell(name.replace("_", " "))
        try:
            for found in check(sets):
                if isinstance(found, Fact):
                    facts.append(found)
                else:
                    exhibits.append(found)
        except Exception as error:  # one check must not stop the others
            notes.append(f"{name.replace('_', ' ')}: not looked at, it failed: {last_line(error)}")
    sound = tuple(f for f in facts if not isinstance(f.value, float) or math.isfinite(f.value))
    named = tuple(Fact("split_name", _WORDS[other.name], other.name) for other in sets.others)
    return Measured((*named, *sound), tuple(exhibits), _settings(sets), tuple(notes))


def judged(sets: Sets, measured: Measured, knowledge: KnowledgeBase | None = None) -> Plan:
    """The plan that follows from what was measured alone, without a run."""
    names = " and ".join(Path(split.source).name or split.source for split in sets)
    run = RunLog(
        names,
        sets.train.source,
        settings=measured.settings,
        notes=measured.notes,
        reader="data: the splits were compared",
        facts=measured.facts,
        exhibits=measured.exhibits,
    )
    plan = judge(run, knowledge or in_force())
    known = {fact.name for fact in measured.facts}
    ours = supplied.SUPPLIERS["data"].keys()
    return replace(
        plan, not_judged=_open(sets, known), checked=tuple(c for c in plan.checked if _reads(plan, c.rule) & ours)
    )


_WORDS = {"train": "training", "val": "validation", "test": "test"}


def _reads(plan: Plan, rule: str) -> set[str]:
    return set(plan.knowledge.rules[rule].reads) if plan.knowledge else set()


def _settings(sets: Sets) -> dict[str, Setting]:
    found: dict[str, object] = {f"{split.name}_size": float(split.size) for split in sets}
    counts = sets.train.class_counts
    if sets.train.classifies and counts:
        found |= {"num_classes": float(len(counts))}
        if len(counts) <= 100:
            found |= {"class_counts": tuple(map(float, counts.values()))}
    return dict(vocabulary.settings(found))


def _open(sets: Sets, known: set[str]) -> tuple[NotJudged, ...]:
    """What could not be looked at, and what would make it possible."""
    found = []
    if not sets.others:
        found.append(
            NotJudged(("another split",), ("splits",), ("shift and leakage between splits",), "expert data TRAIN VAL")
        )
    if sets.train.labels is None:
        titles = ("class imbalance", "label noise", "label shift", "columns that give the target away")
        found.append(
            NotJudged(("labels",), ("labels",), titles, "name the column with --target, or a file with --labels")
        )
    elif sets.train.classifies and "label_skill" not in known:
        how = "at least 50 samples with labels, five of each class"
        found.append(NotJudged(("more samples",), ("label noise",), ("label noise",), how))
    return tuple(found)


def _predictions(given: Any, sets: Sets) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Probabilities (n, classes): a row for each sample of training, a column for each class as in `Split.classes`."""
    try:
        told = np.load(given, allow_pickle=False) if isinstance(given, str | Path) else np.asarray(given)
    except (OSError, ValueError) as error:
        raise DataError(f"{given}: the predictions cannot be read as an array: {error}") from error
    wanted = (sets.train.size, len(sets.train.class_counts))
    if told.shape != wanted:
        raise DataError(f"the predictions are of shape {told.shape}, (samples, classes) is {wanted}")
    return told.astype(np.float64)
