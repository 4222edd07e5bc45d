"""The forward-chaining engine: facts and knowledge give derivations. The only file that knows experta.

Each rule becomes one experta rule of a small fragment: one positive pattern, bound, NOT of one pattern for every
exception, and last a TEST of the bound fact for what combines or computes. What is known about one subject is one
experta fact with named slots, declared anew for each stratum; the stratum is its first slot. Whoever concludes a fact
belongs to a lower stratum than whoever reads it, so nothing is ever retracted, negation is safe, and the order of rules
and facts does not matter.

experta 1.9.4 has defects that this fragment stays clear of: a slot bound to NaN never matches (only finite numbers
enter), predicates are tested in any order (ours are total), cancelled activations may fire (none is ever cancelled),
and every compiled predicate is kept for ever (equal ones are one object here).
"""

from __future__ import annotations

import collections
import collections.abc
import logging
import math
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

from expert.certainty import BELIEVED, combine, pass_on
from expert.facts import Derivation, Fact, Value
from expert.knowledge import Clause, Condition, KnowledgeBase, Rule, strata

_ONE_AT_A_TIME = threading.Lock()  # neither the import of experta, nor compiling, nor a run is safe in two threads


class EngineError(RuntimeError):
    """experta cannot be imported; the message says how to mend the environment."""


def infer(facts: Iterable[Fact], knowledge: KnowledgeBase) -> tuple[Derivation, ...]:
    """Every firing of every rule, by stratum, rule and subject.

    Raises EngineError without experta, ValueError for rules that form a circle or a fact that is not finite.
    """
    subjects = _by_subject(facts)
    with _ONE_AT_A_TIME:
        try:
            return _compiled(knowledge).run(subjects)
        except BaseException:
            _compiled.cache_clear()  # experta keeps half of a failed run; the next one compiles afresh
            raise


def known(
    facts: Iterable[Fact], derivations: Iterable[Derivation], knowledge: KnowledgeBase
) -> dict[str, dict[str, Fact]]:
    """Everything that is known about each subject, measured and concluded, by name.

    A conclusion's value is its certainty. It is known once it is believed, or once every rule that could have
    concluded it was judged; else it is unknown and stands nowhere.
    """
    subjects = _by_subject(facts)
    reasons: dict[tuple[str, str], list[Derivation]] = collections.defaultdict(list)
    for derivation in derivations:
        reasons[derivation.conclusion, derivation.about].append(derivation)
    _settle(knowledge.conclusions, subjects, reasons, knowledge)
    return subjects


def _by_subject(facts: Iterable[Fact]) -> dict[str, dict[str, Fact]]:
    subjects: dict[str, dict[str, Fact]] = {"": {}}
    for fact in facts:
        if isinstance(fact.value, float) and not math.isfinite(fact.value):
            raise ValueError(f"fact {fact.name!r} is {fact.value}; only finite numbers are facts")
        subjects.setdefault(fact.about, {})[fact.name] = fact
    return dict(sorted(subjects.items()))


def _settle(
    conclusions: Iterable[str],
    subjects: Mapping[str, dict[str, Fact]],
    reasons: Mapping[tuple[str, str], list[Derivation]],
    knowledge: KnowledgeBase,
) -> None:
    """Add each conclusion to what is known about each subject, where it is believed or was wholly judged.

    Each stands after what it is drawn from.
    """
    for about, facts in subjects.items():
        values = {name: fact.value for name, fact in facts.items()}
        for conclusion in conclusions:
            drawn = reasons.get((conclusion, about), [])
            certainty = combine(derivation.certainty for derivation in drawn)
            if certainty >= BELIEVED or not any(rule.awaits(values) for rule in knowledge.speaks_for(conclusion)):
                at = next((d.at for d in sorted(drawn, key=lambda d: (-d.certainty, d.rule)) if d.at), None)
                facts[conclusion] = Fact(conclusion, certainty, about, tuple(sorted(d.rule for d in drawn)), at)
                values[conclusion] = certainty


class _Compiled:
    """The rules as one experta engine. It grows: a rule is compiled with the first run that has the facts it reads."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.knowledge = knowledge
        self.conclusions = knowledge.symptoms.keys() | knowledge.diagnoses.keys()
        self.strata = strata(knowledge.rules.values())
        self.fired: list[tuple[Rule, str]] = []
        self.known: type[Any] = type("Known", (_experta().Fact,), {})
        self.engine: Any = None
        self.rules: dict[str, Rule] = {}
        self.needs = {id_: frozenset(_compared(rule.when)) for id_, rule in knowledge.rules.items()}

    def run(self, subjects: Mapping[str, dict[str, Fact]]) -> tuple[Derivation, ...]:
        self._grow({name for facts in subjects.values() for name in facts})
        derivations: list[Derivation] = []
        self.engine.reset()
        for n, conclusions in enumerate(self.strata):
            drawn = sorted(self._stratum(n, subjects), key=lambda d: (d.rule, d.about))
            derivations += drawn
            reasons: dict[tuple[str, str], list[Derivation]] = collections.defaultdict(list)
            for derivation in drawn:
                reasons[derivation.conclusion, derivation.about].append(derivation)
            _settle(conclusions, subjects, reasons, self.knowledge)
        return tuple(derivations)

    def _grow(self, measured: set[str]) -> None:
        """Compile anew with the rules that these facts could fire, if one of them is not compiled yet."""
        known = measured | {conclusion for stratum in self.strata for conclusion in stratum}
        needed = {id_ for id_, facts in self.needs.items() if facts <= known}
        if self.engine is not None and needed <= self.rules.keys():
            return
        self.rules = {id_: rule for id_, rule in self.knowledge.rules.items() if id_ in needed or id_ in self.rules}
        stratum = {conclusion: n for n, stratum in enumerate(self.strata) for conclusion in stratum}
        experta = _experta()
        body = {f"rule {rule.id}": self._rule(experta, rule, stratum[rule.then]) for rule in self.rules.values()}
        self.engine = type("CompiledRules", (experta.KnowledgeEngine,), body)()
        clauses = [c for rule in self.rules.values() for part in (rule.when, *rule.unless) for c in part]
        self.read = {fact for clause in clauses for fact in clause.reads}

    def _stratum(self, n: int, subjects: Mapping[str, Mapping[str, Fact]]) -> list[Derivation]:
        self.fired.clear()
        self.engine.declare(
            *(
                self.known(stratum=n, about=about, **{k: f.value for k, f in facts.items() if k in self.read})
                for about, facts in subjects.items()
            )
        )
        self.engine.run()
        return [self._derivation(rule, about, subjects[about]) for rule, about in self.fired]

    def _derivation(self, rule: Rule, about: str, facts: Mapping[str, Fact]) -> Derivation:
        values = {name: facts[name].value for name in rule.reads if name in facts}
        premises = tuple(facts[name] for name in dict.fromkeys(n for c in rule.when for n in c.support(values)))
        certainty = pass_on(rule.certainty, [c.certainty(values, self.conclusions) for c in rule.when])
        at = facts[rule.at].at if rule.at in facts else next((p.at for p in premises if p.at), None)
        return Derivation(rule.id, rule.then, certainty, premises, about, at)

    def _rule(self, experta: ModuleType, rule: Rule, stratum: int) -> Any:
        def pattern(compared: Mapping[str, tuple[Condition, ...]]) -> Any:
            tests = {fact: _predicate(of_fact, repr(of_fact)) for fact, of_fact in compared.items()}
            return self.known(stratum=stratum, about=experta.MATCH.about, **tests)

        def fire(engine: object, about: str, **_: object) -> None:
            self.fired.append((rule, about))

        fire.__name__ = rule.id
        patterns = [experta.AS.known << pattern(_compared(rule.when))]
        patterns += [experta.NOT(pattern(_compared(e))) for e in rule.unless if _is_simple(e)]
        rest = tuple(clause for clause in rule.when if not isinstance(clause, Condition))
        exceptions = tuple(e for e in rule.unless if not _is_simple(e))
        if rest or exceptions:
            patterns.append(_test(rest, exceptions, repr((rest, exceptions))))
        return experta.Rule(*patterns)(fire)


def _compared(clauses: Iterable[Clause]) -> dict[str, tuple[Condition, ...]]:
    """The plain conditions, by their fact."""
    found: dict[str, tuple[Condition, ...]] = {}
    for clause in clauses:
        if isinstance(clause, Condition):
            found[clause.fact] = (*found.get(clause.fact, ()), clause)
    return found


def _is_simple(clauses: Iterable[Clause]) -> bool:
    return all(isinstance(clause, Condition) for clause in clauses)


@lru_cache(maxsize=8)
def _compiled(knowledge: KnowledgeBase) -> _Compiled:
    return _Compiled(knowledge)


@cache  # experta keeps every predicate for ever: equal ones must be one, and `written` tells True from 1
def _predicate(conditions: tuple[Condition, ...], written: str) -> Any:
    def holds(value: Value) -> bool:
        return all(condition.holds(value) for condition in conditions)

    predicate: Callable[[Value], bool] = conditions[0].holds if len(conditions) == 1 else holds
    return _experta().P(predicate)


@cache
def _test(clauses: tuple[Clause, ...], exceptions: tuple[tuple[Clause, ...], ...], written: str) -> Any:
    """That all clauses hold and no exception does, of the one fact that the rule's pattern has bound as `known`."""

    def holds(known: Mapping[str, Value]) -> bool:
        if not all(clause.truth(known) for clause in clauses):
            return False
        return not any(all(clause.truth(known) for clause in exception) for exception in exceptions)

    return _experta().TEST(holds)


@lru_cache(maxsize=1)
def _experta() -> ModuleType:
    """experta, imported with what it needs on current Python, and without what its import does to others."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    shim = not hasattr(collections, "Mapping")
    if shim:
        collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]  # frozendict 1.2 looks here
    try:
        import experta

        experta.KnowledgeEngine  # noqa: B018  # experta swallows the ImportError of what it needs: ask for the name
    except (ImportError, AttributeError) as error:
        raise EngineError(
            f"the rule engine cannot be imported ({error}); mend the environment with "
            "'pip install experta==1.9.4 frozendict schema'"
        ) from error
    finally:
        if shim:
            del collections.Mapping  # type: ignore[attr-defined]
        root.handlers[:] = handlers  # experta calls logging.basicConfig()
    logging.getLogger("experta").setLevel(logging.WARNING)
    module: ModuleType = experta
    return module
