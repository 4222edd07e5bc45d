"""What the experts know: symptoms, diagnoses, rules and remedies, as data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from expert import formula
from expert.certainty import BELIEVED
from expert.facts import Value
from expert.formula import Term

Stage = Literal["log", "system", "start", "debug", "evaluate", "improve", "tune", "task"]
Origin = Literal["implementation bug", "hyperparameter choice", "data choice", "dataset construction", "system", "log"]
Severity = Literal["critical", "high", "medium", "low", "note"]
Effort = Literal["none", "minutes", "hours", "days"]
Status = Literal["experimental", "test", "stable", "deprecated", "off"]
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
STATUSES: tuple[Status, ...] = ("experimental", "test", "stable", "deprecated", "off")
FRAMEWORKS = ("torch", "lightning", "transformers", "keras", "optuna", "ray", "wandb")


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

    @property
    def reads(self) -> tuple[str, ...]:
        """The fact that it compares."""
        return (self.fact,)

    @property
    def is_wanted(self) -> bool:
        """Whether it asks for more, as a condition does that a symptom or diagnosis was concluded."""
        return self.operator in (">", ">=")

    def leaves(self) -> tuple[Condition | Formula, ...]:
        """Itself."""
        return (self,)

    def truth(self, known: Mapping[str, Value]) -> bool | None:
        """Whether it holds, None where its fact is not known; never raises."""
        return self.holds(known[self.fact]) if self.fact in known else None

    def awaits(self, known: Mapping[str, Value]) -> tuple[str, ...]:
        """The fact, if it is missing."""
        return () if self.fact in known else (self.fact,)

    def support(self, known: Mapping[str, Value]) -> tuple[str, ...]:
        """The fact that makes it true."""
        return (self.fact,)

    def certainty(self, known: Mapping[str, Value], conclusions: Collection[str]) -> float:
        """How certain it is where it is true: as the conclusion that it asks for, else wholly."""
        return float(known[self.fact]) if self.is_wanted and self.fact in conclusions else 1.0

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


@dataclass(frozen=True)
class Formula:
    """A comparison of what is computed from several facts, as it was written and as it was understood."""

    text: str
    term: Term
    params: tuple[str, ...] = ()

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The facts that it computes with."""
        return tuple(dict.fromkeys(self.term.facts()))

    def leaves(self) -> tuple[Condition | Formula, ...]:
        """Itself."""
        return (self,)

    def truth(self, known: Mapping[str, Value]) -> bool | None:
        """Whether it holds, None where it cannot be computed; never raises."""
        return formula.truth(self.term, known)

    def awaits(self, known: Mapping[str, Value]) -> tuple[str, ...]:
        """The facts that are missing to judge it; all of them where they are known and it cannot be computed."""
        if self.truth(known) is not None:
            return ()
        return tuple(fact for fact in self.reads if fact not in known) or self.reads

    def support(self, known: Mapping[str, Value]) -> tuple[str, ...]:
        """The facts that make it true."""
        return tuple(fact for fact in self.reads if fact in known)

    def certainty(self, known: Mapping[str, Value], conclusions: Collection[str]) -> float:
        """It reads what was measured, so it is wholly certain."""
        return 1.0


@dataclass(frozen=True)
class Combination:
    """Clauses of which all, any, none, or at least `count` must hold; in Kleene's three truth values."""

    kind: Literal["all", "any", "none", "at least"]
    clauses: tuple[Clause, ...]
    count: int = 1

    @property
    def params(self) -> tuple[str, ...]:
        """The params that its thresholds were written with."""
        return tuple(dict.fromkeys(param for clause in self.clauses for param in clause.params))

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """All facts of all clauses."""
        return tuple(dict.fromkeys(fact for clause in self.clauses for fact in clause.reads))

    def leaves(self) -> tuple[Condition | Formula, ...]:
        """All conditions and formulas in it."""
        return tuple(leaf for clause in self.clauses for leaf in clause.leaves())

    def truth(self, known: Mapping[str, Value]) -> bool | None:
        """Whether it holds, None where what is known does not tell; never raises."""
        truths = [clause.truth(known) for clause in self.clauses]
        match self.kind:
            case "all":
                return all_of(truths)
            case "none":
                return all_of([None if truth is None else not truth for truth in truths])
        count = 1 if self.kind == "any" else self.count
        if truths.count(True) >= count:
            return True
        return None if truths.count(True) + truths.count(None) >= count else False

    def awaits(self, known: Mapping[str, Value]) -> tuple[str, ...]:
        """The facts that are missing to judge it; none when what is known decides it already."""
        if self.truth(known) is not None:
            return ()
        return tuple(dict.fromkeys(fact for clause in self.clauses for fact in clause.awaits(known)))

    def support(self, known: Mapping[str, Value]) -> tuple[str, ...]:
        """The facts that make it true."""
        decisive = [clause for clause in self.clauses if self.kind == "none" or clause.truth(known)]
        facts = (
            fact for clause in decisive for fact in (clause.reads if self.kind == "none" else clause.support(known))
        )
        return tuple(dict.fromkeys(fact for fact in facts if fact in known))

    def certainty(self, known: Mapping[str, Value], conclusions: Collection[str]) -> float:
        """As MYCIN has it: all are as certain as the least certain, any as the most, n as the n-th; none wholly."""
        if self.kind == "none":
            return 1.0
        held = sorted((c.certainty(known, conclusions) for c in self.clauses if c.truth(known)), reverse=True)
        return held[{"all": len(held), "any": 1, "at least": self.count}[self.kind] - 1]


Clause = Condition | Formula | Combination
"""What `when` and `unless` are made of."""


def all_of(truths: Collection[bool | None]) -> bool | None:
    """Kleene's AND."""
    if False in truths:
        return False
    return None if None in truths else True


def concluded(fact: str, wanted: bool) -> Condition:
    """The condition that a symptom or diagnosis was concluded (or was not): its certainty reaches `BELIEVED`."""
    return Condition(fact, ">=" if wanted else "<", BELIEVED)


@dataclass(frozen=True)
class Example:
    """Facts by name under which a rule is known to fire, to stay silent, or not to be able to tell."""

    outcome: Literal["fires", "silent", "unknown"]
    facts: Mapping[str, Value]
    where: str = ""


@dataclass(frozen=True)
class Outcomes:
    """What came of a remedy where it was applied: in how many runs its conditions held then, in how many not."""

    held: int
    failed: int

    def __str__(self) -> str:
        runs = "run" if self.held + self.failed == 1 else "runs"
        return f"worked in {self.held} of {self.held + self.failed} {runs} in which it was applied"


@dataclass(frozen=True)
class Record:
    """How right a rule was: it concluded in `n` labelled runs, in `hits` rightly, in `false_alarms` healthy ones."""

    hits: int
    false_alarms: int
    n: int

    def __str__(self) -> str:
        runs = "run" if self.n == 1 else "runs"
        return f"right in {self.hits} of {self.n} labelled {runs}"


@dataclass(frozen=True, eq=False)
class Rule:
    """The one production form: when all of `when` and no exception in `unless` is true, `then` gains `certainty`.

    `then` is a symptom or a diagnosis, `at` the fact whose steps are the conclusion's, `params` the pack's params and
    their values in force, `false_positives` sound runs on which it is known to fire, `record` how right it was where
    that was measured, `where` the file and line.
    """

    id: str
    when: tuple[Clause, ...]
    then: str
    certainty: float
    because: str
    unless: tuple[tuple[Clause, ...], ...] = ()
    at: str = ""
    status: Status = "stable"
    replaced_by: str = ""
    source: str = ""
    scope: str = "run"
    params: Mapping[str, float] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    false_positives: tuple[str, ...] = ()
    pack: str = ""
    record: Record | None = None
    where: str = ""

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The facts that its conditions read, not its exceptions."""
        return tuple(dict.fromkeys(fact for clause in self.when for fact in clause.reads))

    def leaves(self) -> tuple[Condition | Formula, ...]:
        """All conditions and formulas of `when`, however they are combined."""
        return tuple(leaf for clause in self.when for leaf in clause.leaves())

    def awaits(self, known: Mapping[str, Value]) -> tuple[str, ...]:
        """The facts that are missing to judge the rule; none when what is known decides it already (Kleene's AND)."""
        if any(clause.truth(known) is False for clause in self.when):
            return ()
        return tuple(dict.fromkeys(fact for clause in self.when for fact in clause.awaits(known)))

    def failed(self, known: Mapping[str, Value]) -> Clause | None:
        """The first clause that is known not to hold."""
        return next((clause for clause in self.when if clause.truth(known) is False), None)

    def held_back(self, known: Mapping[str, Value]) -> tuple[Clause, ...]:
        """The first exception that holds; nothing if none does."""
        return next((e for e in self.unless if all_of([clause.truth(known) for clause in e])), ())

    def not_ruled_out(self, known: Mapping[str, Value]) -> tuple[str, ...]:
        """The facts that are missing to rule out the exceptions of the rule."""
        open_exceptions = (e for e in self.unless if all_of([clause.truth(known) for clause in e]) is None)
        return tuple(dict.fromkeys(fact for e in open_exceptions for clause in e for fact in clause.awaits(known)))


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
    """What is wrong. `explains` names what it causes; `remedies` stand in the order of their source.

    `contradicts` names diagnoses that cannot hold beside it: of two that are believed the less certain is rejected.
    """

    stage: Stage = "debug"
    origin: Origin = "implementation bug"
    severity: Severity = "medium"
    explains: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    status: Status = "stable"
    replaced_by: str = ""
    contradicts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Remedy:
    """What to do. `knob` and `direction` (up, down, or a word) let a plan never turn one knob both ways.

    `verify` holds the conditions on the next run that tell that it worked; `snippets` are keyed by framework;
    `outcomes` say how it went before, where that is known.
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
    verify: tuple[Clause, ...] = ()
    params: Mapping[str, float] = field(default_factory=dict)
    pack: str = ""
    where: str = ""
    outcomes: Outcomes | None = None


@dataclass(frozen=True)
class Edit:
    """One value that a change sets, or the items that it adds or removes, with what stood there before."""

    verb: Literal["set", "add", "remove"]
    key: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What someone wants otherwise in another's pack, and answers for.

    `target` is a rule, symptom, diagnosis, remedy or pack; `drift` says how the pack has moved since the change was
    made, `where` the file and line, or the option of the command line.
    """

    target: str
    kind: str
    edits: tuple[Edit, ...]
    reason: str = ""
    owner: str = ""
    review_by: date | None = None
    drift: tuple[str, ...] = ()
    pack: str = ""
    where: str = ""


@dataclass(frozen=True, eq=False)
class Suppression:
    """Findings that someone does not want to hear of for a while, where the conditions hold, and why."""

    diagnoses: tuple[str, ...]
    when: tuple[Clause, ...]
    reason: str
    expires: date
    owner: str = ""
    pack: str = ""
    where: str = ""


@dataclass(frozen=True)
class Param:
    """A number of a pack that people may tune, within its bounds; `value` is in force."""

    pack: str
    name: str
    value: float
    default: float
    low: float
    high: float
    help: str = ""
    source: str = ""


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
    params: tuple[Param, ...] = ()
    changes: tuple[Change, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    profile: str = ""

    def concludes(self, conclusion: str) -> tuple[Rule, ...]:
        """The rules that speak for or against a symptom or diagnosis."""
        return self._concluding.get(conclusion, ())

    @cached_property
    def _concluding(self) -> Mapping[str, tuple[Rule, ...]]:
        found: dict[str, list[Rule]] = {}
        for rule in self.rules.values():
            found.setdefault(rule.then, []).append(rule)
        return {conclusion: tuple(rules) for conclusion, rules in found.items()}

    def speaks_for(self, conclusion: str) -> tuple[Rule, ...]:
        """The rules that speak for a symptom or diagnosis."""
        return self._supporting.get(conclusion, ())

    @cached_property
    def _supporting(self) -> Mapping[str, tuple[Rule, ...]]:
        return {c: tuple(rule for rule in rules if rule.certainty > 0) for c, rules in self._concluding.items()}

    @cached_property
    def conclusions(self) -> tuple[str, ...]:
        """Everything that a rule can conclude, each after what it is drawn from."""
        return tuple(conclusion for stratum in strata(self.rules.values()) for conclusion in stratum)

    def title(self, conclusion: str) -> str:
        """The title of a symptom or diagnosis."""
        return (self.diagnoses.get(conclusion) or self.symptoms[conclusion]).title


def wanted(rule: Rule) -> tuple[str, ...]:
    """The facts that a rule asks to be more, as it asks for a symptom or diagnosis that was concluded."""
    todo, found = list(rule.when), []
    for clause in todo:
        if isinstance(clause, Combination) and clause.kind != "none":
            todo += clause.clauses
        elif isinstance(clause, Condition) and clause.is_wanted:
            found.append(clause.fact)
    return tuple(dict.fromkeys(found))


def strata(rules: Iterable[Rule]) -> tuple[tuple[str, ...], ...]:
    """The conclusions in the order in which they can be drawn: those of one stratum read only those below.

    Raises ValueError naming the conclusions that wait for each other in a circle.
    """
    reads: dict[str, set[str]] = {}
    for rule in rules:
        clauses = (*rule.when, *(clause for exception in rule.unless for clause in exception))
        reads.setdefault(rule.then, set()).update(fact for clause in clauses for fact in clause.reads)
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
