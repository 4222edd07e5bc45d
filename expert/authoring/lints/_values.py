"""Which values a condition lets through, tried out on those that tell conditions apart.

Between two thresholds a condition does not change. So the thresholds, one value between each two, one beyond either
end, and each word that is named with one that is not, stand for all values that a fact can have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from expert.facts import Value
from expert.knowledge import Clause, Condition, KnowledgeBase
from expert.signals import catalogue

_NEVER_NEGATIVE = ("count", "seconds", "epochs")
_OTHER = "some other word"


def samples(fact: str, conditions: Iterable[Condition], knowledge: KnowledgeBase) -> tuple[Value, ...]:
    """Values of a fact, among them one for each way in which these conditions on it can come out."""
    named = [t for c in conditions for t in (c.threshold if isinstance(c.threshold, tuple) else (c.threshold,))]
    quantity = catalogue().get(fact)
    if fact in knowledge.symptoms or fact in knowledge.diagnoses:
        return _numbers(named, -1, 1)
    if quantity is None or quantity.kind == "number":
        low = 0.0 if quantity is not None and quantity.unit in _NEVER_NEGATIVE else float("-inf")
        return _numbers(named, low, float("inf"))
    if quantity.kind == "truth":
        return (True, False)
    words = quantity.words or (*(t for t in named if isinstance(t, str)), _OTHER)
    return tuple(sorted(set(words)))


def admitted(when: Iterable[Clause], others: Iterable[Clause], knowledge: KnowledgeBase) -> dict[str, frozenset[Value]]:
    """The values of each fact that all conditions on it let through, told apart as finely as `others` need it."""
    of_fact: dict[str, list[Condition]] = defaultdict(list)
    for condition in plain(when):
        of_fact[condition.fact].append(condition)
    thresholds = [*(c for conditions in of_fact.values() for c in conditions), *plain(others)]
    return {
        fact: frozenset(
            value
            for value in samples(fact, [c for c in thresholds if c.fact == fact], knowledge)
            if all(condition.holds(value) for condition in conditions)
        )
        for fact, conditions in of_fact.items()
    }


def implies(one: Iterable[Clause], other: Iterable[Clause], knowledge: KnowledgeBase) -> bool:
    """Whether all of `other` is known and holds wherever all of `one` is and does; what combines is taken as it is."""
    first, second = tuple(one), tuple(other)
    if not set(second) - set(plain(second)) <= set(first):
        return False
    inner, outer = admitted(first, second, knowledge), admitted(second, first, knowledge)
    return outer.keys() <= inner.keys() and all(inner[fact] <= outer[fact] for fact in outer)


def plain(clauses: Iterable[Clause]) -> tuple[Condition, ...]:
    """The conditions on a single fact among the clauses."""
    return tuple(clause for clause in clauses if isinstance(clause, Condition))


def _numbers(named: Iterable[object], low: float, high: float) -> tuple[float, ...]:
    """The numbers that are named, those between them, and those beyond them, within bounds."""
    at = sorted({float(t) for t in named if isinstance(t, int | float) and not isinstance(t, bool)} or {0.0})
    between = [(one + other) / 2 for one, other in pairwise(at)]
    beyond = [at[0] - max(1.0, abs(at[0])), at[-1] + max(1.0, abs(at[-1]))]
    ends = [end for end in (low, high) if abs(end) != float("inf")]
    inside = [(end + near) / 2 for end, near in ((low, at[0]), (high, at[-1])) if abs(end) != float("inf")]
    return tuple(sorted({value for value in (*at, *between, *beyond, *ends, *inside) if low <= value <= high}))
