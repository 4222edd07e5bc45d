"""What the experts know: symptoms, diagnoses, rules and remedies, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from expert.certainty import BELIEVED
from expert.facts import Value

Stage = Literal["log", "system", "start", "debug", "evaluate", "improve", "tune", "task"]
Origin = Literal["implementation bug", "hyperparameter choice", "data choice", "dataset construction", "system", "log"]
Severity = Literal["critical", "high", "medium", "low", "note"]
Effort = Literal["none", "minutes", "hours", "days"]
Operator = Literal["<", "<=", ">", ">=", "==", "!=", "in", "within", "known"]

STAGES: tuple[Stage, ...] = ("log", "system", "start", "debug", "evaluate", "improve", "tune", "task")
ORIGINS: tuple[Origin, ...] = (
    "implementation bug",
    "hyperparameter choice",
    "data choice",
    "dataset construction",
    "system",
    "log",
)
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "note")
EFFORTS: tuple[Effort, ...] = ("none", "minutes", "hours", "days")
FRAMEWORKS = ("torch", "lightning", "transformers", "keras")


@dataclass(frozen=True)
class Condition:
    """A comparison of one fact with a threshold. `params` names the params that the threshold was written with.

    `in` takes a tuple of values, `within` a pair of numbers (inclusive), `known` any value. A value of another type
    than the threshold does not hold, except that it differs (`!=`).
    """

    fact: str
    operator: Operator
    threshold: Value | tuple[Value, ...]
    params: tuple[str, ...] = ()

    def holds(self, value: Value) -> bool:
        """Whether a known value meets the condition; never raises."""
        threshold = self.threshold
        match self.operator:
            case "known":
                return True
            case "==":
                return _alike(value, threshold) and value == threshold
            case "!=":
                return not (_alike(value, threshold) and value == threshold)
            case "in":
                return isinstance(threshold, tuple) and any(_alike(value, t) and value == t for t in threshold)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if self.operator == "within":
            return isinstance(threshold, tuple) and float(threshold[0]) <= value <= float(threshold[1])
        if isinstance(threshold, bool) or not isinstance(threshold, int | float):
            return False
        match self.operator:
            case "<":
                return value < threshold
            case "<=":
                return value <= threshold
            case ">":
                return value > threshold
            case _:
                return value >= threshold


def _alike(one: object, other: object) -> bool:
    """Truths compare with truths, words with words, numbers with numbers: True is not 1."""
    kinds = [bool if isinstance(x, bool) else str if isinstance(x, str) else float for x in (one, other)]
    return kinds[0] is kinds[1]


def concluded(fact: str, wanted: bool) -> Condition:
    """The condition that a symptom or diagnosis was concluded (or was not): its certainty reaches `BELIEVED`."""
    return Condition(fact, ">=" if wanted else "<", BELIEVED)


@dataclass(frozen=True)
class Example:
    """Facts by name under which a rule is known to fire, to stay silent, or not to be able to tell."""

    outcome: Literal["fires", "silent", "unknown"]
    facts: Mapping[str, Value]
    where: str = ""


@dataclass(frozen=True, eq=False)
class Rule:
    """The one production form: when all of `when` and no exception in `unless` is true, `then` gains `certainty`.

    `then` is a symptom or a diagnosis, `at` the fact whose steps are the conclusion's, `params` the pack's params and
    their values in force, `false_positives` sound runs on which it is known to fire, `where` the file and line.
    """

    id: str
    when: tuple[Condition, ...]
    then: str
    certainty: float
    because: str
    unless: tuple[tuple[Condition, ...], ...] = ()
    at: str = ""
    status: str = "stable"
    source: str = ""
    scope: str = "run"
    params: Mapping[str, float] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    false_positives: tuple[str, ...] = ()
    pack: str = ""
    where: str = ""

    def awaits(self, known: Mapping[str, Value]) -> tuple[str, ...]:
        """The facts that are missing to judge the rule; none when what is known decides it already (Kleene's AND)."""
        if any(c.fact in known and not c.holds(known[c.fact]) for c in self.when):
            return ()
        return tuple(dict.fromkeys(c.fact for c in self.when if c.fact not in known))

    def not_ruled_out(self, known: Mapping[str, Value]) -> tuple[str, ...]:
        """The facts that are missing to rule out the exceptions of the rule."""
        open_exceptions = (
            tuple(c.fact for c in exception if c.fact not in known)
            for exception in self.unless
            if not any(c.fact in known and not c.holds(known[c.fact]) for c in exception)
        )
        return tuple(dict.fromkeys(fact for exception in open_exceptions for fact in exception))


@dataclass(frozen=True, eq=False)
class Symptom:
    """Something one can see in a run that calls for a cause."""

    id: str
    title: str
    about: str = ""
    references: tuple[str, ...] = ()
    pack: str = ""
    where: str = ""


@dataclass(frozen=True, eq=False)
class Diagnosis(Symptom):
    """What is wrong. `explains` names what it causes; `remedies` stand in the order of their source."""

    stage: Stage = "debug"
    origin: Origin = "implementation bug"
    severity: Severity = "medium"
    explains: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Remedy:
    """What to do. `knob` and `direction` (up, down, or a word) let a plan never turn one knob both ways.

    `verify` holds the conditions on the next run that tell that it worked; `snippets` are keyed by framework.
    """

    id: str
    title: str
    how: str
    effort: Effort = "minutes"
    gain: str = ""
    knob: str = ""
    direction: str = ""
    needs: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    snippets: Mapping[str, str] = field(default_factory=dict)
    verify: tuple[Condition, ...] = ()
    params: Mapping[str, float] = field(default_factory=dict)
    pack: str = ""
    where: str = ""


@dataclass(frozen=True)
class Pack:
    """One file of knowledge: its name, version and place, and the digest of its content."""

    name: str
    version: str
    path: str
    digest: str


@dataclass(frozen=True, eq=False)
class KnowledgeBase:
    """All packs together, by id."""

    packs: tuple[Pack, ...]
    symptoms: Mapping[str, Symptom]
    diagnoses: Mapping[str, Diagnosis]
    rules: Mapping[str, Rule]
    remedies: Mapping[str, Remedy]

    def concludes(self, conclusion: str) -> tuple[Rule, ...]:
        """The rules that speak for or against a symptom or diagnosis."""
        return tuple(rule for rule in self.rules.values() if rule.then == conclusion)

    def title(self, conclusion: str) -> str:
        """The title of a symptom or diagnosis."""
        return (self.diagnoses.get(conclusion) or self.symptoms[conclusion]).title


def strata(rules: Iterable[Rule]) -> tuple[tuple[str, ...], ...]:
    """The conclusions in the order in which they can be drawn: those of one stratum read only those below.

    Raises ValueError naming the conclusions that wait for each other in a circle.
    """
    reads: dict[str, set[str]] = {}
    for rule in rules:
        conditions = (*rule.when, *(condition for exception in rule.unless for condition in exception))
        reads.setdefault(rule.then, set()).update(condition.fact for condition in conditions)
    order = TopologicalSorter({conclusion: needs & reads.keys() for conclusion, needs in reads.items()})
    try:
        order.prepare()
    except CycleError as circle:
        names = ", ".join(sorted(set(circle.args[1])))
        raise ValueError(f"these conclusions wait for each other in a circle: {names}") from None
    found: list[tuple[str, ...]] = []
    while order.is_active():
        found.append(tuple(sorted(order.get_ready())))
        order.done(*found[-1])
    return tuple(found)
