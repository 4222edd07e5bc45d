"""Several runs side by side: where their settings, results, facts and findings differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from expert.baselines import best
from expert.facts import Value
from expert.knowledge import SEVERITIES
from expert.plan import Plan
from expert.prose import number, setting
from expert.run import RunLog, Series
from expert.wording import meaning, shown


@dataclass(frozen=True)
class Row:
    """One thing of all runs: a value for each, empty where a run has none; `meaning` says what it is."""

    name: str
    values: tuple[str, ...]
    meaning: str = ""

    @property
    def differs(self) -> bool:
        """Whether the runs do not all say the same."""
        return len(set(self.values)) > 1


@dataclass(frozen=True)
class Comparison:
    """The runs and what differs: settings, best and last of each metric, facts, findings (with severity)."""

    runs: tuple[str, ...]
    verdicts: tuple[str, ...]
    settings: tuple[Row, ...]
    results: tuple[Row, ...]
    facts: tuple[Row, ...]
    findings: tuple[Row, ...]


def compare(plans: Sequence[Plan]) -> Comparison:
    """What the runs of these plans differ in; results stand whole, as far as two runs have them."""
    return Comparison(
        tuple(plan.run.name for plan in plans),
        tuple(plan.verdict for plan in plans),
        _differing([{name: setting(value) for name, value in plan.run.settings.items()} for plan in plans]),
        tuple(_results([plan.run for plan in plans])),
        _differing([_facts(plan) for plan in plans], meaning),
        _findings(plans),
    )


def _differing(runs: Sequence[Mapping[str, str]], explained: Callable[[str], str] = lambda name: "") -> tuple[Row, ...]:
    names = dict.fromkeys(name for run in runs for name in sorted(run))
    rows = (Row(name, tuple(run.get(name, "") for run in runs), explained(name)) for name in sorted(names))
    return tuple(row for row in rows if row.differs)


def _facts(plan: Plan) -> dict[str, str]:
    """The measured facts with three digits; what differs by less is the same."""
    knowledge = plan.knowledge
    concluded = {*knowledge.symptoms, *knowledge.diagnoses} if knowledge else set()
    own = {name: fact for name, fact in plan.facts.items() if name not in concluded and fact.reads != ("settings",)}
    return {name: _rounded(fact.value, name) for name, fact in own.items()}


def _rounded(value: Value, name: str) -> str:
    return shown(float(f"{value:.3g}"), name) if isinstance(value, float) else shown(value, name)


def _results(runs: Sequence[RunLog]) -> Iterable[Row]:
    names = dict.fromkeys(s.name for run in runs for s in run.series if s.better and len(s.finite))
    for name in names:
        found = [next((s for s in run.series if s.name == name and len(s.finite)), None) for run in runs]
        for word, pick in (("best", best), ("last", _last)):
            yield Row(f"{name}, {word}", tuple("" if s is None else number(pick(s), ".4g") for s in found))


def _last(series: Series) -> float:
    return float(series.finite.values[-1])


def _findings(plans: Sequence[Plan]) -> tuple[Row, ...]:
    """Every finding of any run, the most severe first, with its severity and certainty in each."""
    found = [{f.diagnosis.id: f for f in reversed(plan.findings)} for plan in plans]
    worst: dict[str, tuple[int, float]] = {}
    for finding in (f for of_run in found for f in of_run.values()):
        key = (SEVERITIES.index(finding.severity), -finding.certainty)
        worst[finding.diagnosis.id] = min(key, worst.get(finding.diagnosis.id, key))
    titles = {f.diagnosis.id: f.diagnosis.title for of_run in found for f in of_run.values()}
    return tuple(
        Row(
            id_,
            tuple(f"{of_run[id_].severity} {of_run[id_].certainty:.2f}" if id_ in of_run else "" for of_run in found),
            titles[id_],
        )
        for id_ in sorted(worst, key=worst.__getitem__)
    )
