"""What is concluded about labelled runs, and how right each rule was."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from expert.diagnose import judge
from expert.facts import Value
from expert.knowledge import KnowledgeBase, Record
from expert.plan import CONSIDERABLE
from expert.readers import Refused, read
from expert.run import FloatArray, RunLog
from tests.bench.labels import Labelled


@dataclass(frozen=True)
class Judged:
    """A labelled run with its findings above low, in the order of the plan, and the rules that concluded something.

    `findings` are severity and diagnosis; `curves` tells whether two runs are the same.
    """

    labelled: Labelled
    findings: tuple[tuple[str, str], ...]
    rules: tuple[str, ...] = ()
    facts: Mapping[str, Value] | None = None
    curves: str = ""

    def names(self, count: int) -> bool:
        """Whether one of the first findings answers the label."""
        return any(id_ in self.labelled.answers for _, id_ in self.findings[:count])


def judged(runs: Iterable[Labelled], processes: int = 2) -> list[Judged]:
    """All runs, those of one source with the same label and the same curves once."""
    with ProcessPoolExecutor(processes) as pool:
        found = list(pool.map(_judged, runs, chunksize=16))
    return list({(j.labelled.source, j.labelled.kind, j.labelled.answers, j.curves): j for j in found}.values())


def records(runs: Iterable[Judged], knowledge: KnowledgeBase) -> dict[str, Record]:
    """The record of every rule that spoke for something and could be right about a label, by rule.

    Right is a rule that concluded what answers the label, or what a diagnosis that answers it explains.
    """
    n, hits, alarms = Counter[str](), Counter[str](), Counter[str]()
    reached = {answer: _explained(answer, knowledge) for answer in knowledge.diagnoses}
    asked: set[str] = set()
    for run in runs:
        if run.labelled.kind == "weak":
            continue
        right = {id_ for answer in run.labelled.answers for id_ in reached.get(answer, {answer})}
        asked |= right
        n.update(run.rules)
        hits.update(rule for rule in run.rules if knowledge.rules[rule].then in right)
        alarms.update(run.rules if run.labelled.kind == "healthy" else ())
    judgeable = [rule for rule in sorted(n) if knowledge.rules[rule].then in asked]
    return {rule: Record(hits[rule], alarms[rule], n[rule]) for rule in judgeable}


def _explained(diagnosis: str, knowledge: KnowledgeBase) -> set[str]:
    """A diagnosis and all that it explains, directly or through others."""
    found, todo = {diagnosis}, [diagnosis]
    while todo:
        known = knowledge.diagnoses.get(todo.pop())
        for inner in known.explains if known else ():
            if inner not in found:
                found.add(inner)
                todo.append(inner)
    return found


def _judged(labelled: Labelled) -> Judged:
    run = next(iter(read(labelled.log)))
    if isinstance(run, Refused):
        return Judged(labelled, (("critical", f"refused: {run.reason}"),), curves=str(labelled.log))
    plan = judge(run)
    excused = _excused(run) if labelled.repaired else set[str]()
    found = [(f.severity, f.diagnosis.id) for f in plan.findings if f.severity in CONSIDERABLE]
    fired = dict.fromkeys(d.rule for d in plan.derivations if d.certainty > 0)
    facts = {fact.name: fact.value for fact in plan.facts.values() if fact.reads}
    counted = tuple(finding for finding in found if finding[1] not in excused)
    return Judged(labelled, counted, tuple(fired), facts, _digest(run))


def _digest(run: RunLog) -> str:
    found = hashlib.blake2b(digest_size=12)
    for series in run.series:
        found.update(series.column.encode() + series.values.tobytes())
    found.update(repr(sorted((k, v) for k, v in run.settings.items() if k != "seed")).encode())
    return found.hexdigest()


def _excused(run: RunLog) -> set[str]:
    """What a repaired run's own curve supports: a little overfitting, a cut end, a noisy validation."""
    train, val = _values(run, "train_loss"), _values(run, "val_loss")
    excused: set[str] = set()
    if len(val):
        end = val[-max(1, len(val) // 4) :].mean()
        if end > 1.1 * val.min() or (len(train) and val[-1] > 2 * train[-1]):
            excused |= {"overfitting", "trained-past-best"}
        late = val[len(val) // 3 :]
        if late.max() > 2 * np.median(late):
            excused.add("noisy-validation")
    if len(train):
        before_the_last_quarter = train[-max(1, len(train) // 4) - 1] if len(train) > 1 else train[0]
        if len(train) < 5 or before_the_last_quarter - train[-1] > 0.25 * (train[0] - train[-1]) > 0:
            excused |= {"undertrained", "too-short", "incomplete-run"}
    return excused


def _values(run: RunLog, name: str) -> FloatArray:
    return next((s.finite.values for s in run.series if s.name == name), np.array([]))
