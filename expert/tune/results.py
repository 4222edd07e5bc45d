"""Which number of a trial is its result, and which way it is better."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from expert import vocabulary
from expert.problems import nearest
from expert.run import Direction, FloatArray
from expert.spellings import HIGHER, LOWER
from expert.tune.trials import Sweep
from expert.typos import listed

_SPLITS = ("val", "testval", "trainval", "", "test", "train")
"""Where a result is taken from, the best first; one that names no split is what the tool was told to improve."""
_BASES = [base for base in (*HIGHER, *LOWER) if base != "loss"]


class UnclearResultError(ValueError):
    """No result can be told from the sweep; the message says what it has and which option names one."""


@dataclass(frozen=True, eq=False)
class Result:
    """The result of each trial, `values` of shape (trials,), NaN where it has none, and how it was chosen."""

    name: str
    better: Direction
    values: FloatArray
    why: str

    @property
    def losses(self) -> FloatArray:
        """The values, turned so that lower is better."""
        return self.values if self.better == "lower" else -self.values


def result(sweep: Sweep, metric: str = "") -> Result:
    """The result of a sweep: the metric that is asked for, else what validation says. Raises UnclearResultError."""
    counts = Counter(dict.fromkeys(sweep.directions, 0))  # what every trial failed to reach
    counts.update(name for trial in sweep.trials for name in trial.results)
    if not counts:
        raise UnclearResultError(f"{sweep.source}: no trial has a result; name the column with --metric NAME")
    name = _asked(metric, sweep, counts) if metric else _inferred(sweep, counts)
    better = sweep.directions.get(name) or vocabulary.describe(name)[3]
    if better is None:
        raise UnclearResultError(
            f"{sweep.source}: whether {name!r} is better when higher or lower is not known; "
            f"say it with --set direction.{name}=higher, or lower "
            "(the storage of an Optuna study knows, its table does not)"
        )
    values = np.array([math.nan if t.failed else t.results.get(name, math.nan) for t in sweep.trials])
    values[~np.isfinite(values)] = math.nan
    how = (
        "as asked for"
        if metric
        else "the only one"
        if len(counts) == 1
        else f"one of {len(counts)}, --metric names another"
    )
    when = f" {sweep.taken}" if sweep.taken else ""
    return Result(name, better, values, f"the result is {name}{when}, better when {better} ({how})")


def _asked(metric: str, sweep: Sweep, counts: Counter[str]) -> str:
    known = [metric, vocabulary.plain(metric), vocabulary.describe(metric)[0]]
    found = next((name for name in known if name in counts), "")
    if not found:
        near = nearest(metric, counts) or "."
        raise UnclearResultError(
            f"{sweep.source}: no trial has {metric!r}{near} The results are {listed(sorted(counts))}"
        )
    return found


def _inferred(sweep: Sweep, counts: Counter[str]) -> str:
    """Validation before training, what most trials have, a metric that people choose by before its loss."""

    def rank(name: str) -> tuple[int, int, int, int, str]:
        _, role, split, better = vocabulary.describe(name)
        known = sweep.directions.get(name) or better
        base = name.removeprefix(f"{split}_")
        order = _BASES.index(base) if base in _BASES else len(_BASES)
        common = counts[name] < 0.5 * max(counts.values())
        return int(known is None), int(common), _SPLITS.index(split), order + 100 * (role == "loss"), name

    return min(counts, key=rank)
