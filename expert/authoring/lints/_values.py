"""Which values conditions let through, tried out on those that tell conditions apart.

Between two thresholds a condition does not change. So the thresholds, one value between each two, one beyond either
end, and each word that is named with one that is not, stand for all values that a fact can have. What combines
conditions is taken apart into the ways in which it can be met, each a set of conditions that hold or do not hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations, pairwise, product
from math import comb

from expert.facts import Value
from expert.knowledge import Clause, Combination, Condition, Formula, KnowledgeBase
from expert.signals import catalogue

Part = tuple[Clause, bool]
"""A condition or formula, and whether it must hold or must not; a combination where it has too many ways."""
Way = frozenset[Part]
"""Parts that together meet what combines them."""
_NEVER_NEGATIVE = ("count", "seconds", "epochs")
_OTHER = "some other word"
_MOST_WAYS = 200


def ways(clauses: Iterable[Clause], wanted: bool = True) -> tuple[Way, ...]:
    """The ways in which all clauses can hold; with `wanted` false, in which not all of them do."""
    parts = tuple(clauses)
    return _of(Combination("all", parts), wanted) if parts else (frozenset(),)


def admitted(way: Way, others: Iterable[Part], knowledge: KnowledgeBase) -> Mapping[str, frozenset[Value]]:
    """The values of each fact that the conditions of a way let through, as finely told apart as `others` need it."""
    of_fact: dict[str, list[tuple[Condition, bool]]] = defaultdict(list)
    for clause, wanted in way:
        if isinstance(clause, Condition):
            of_fact[clause.fact].append((clause, wanted))
    named = [clause for clause, _ in (*way, *others) if isinstance(clause, Condition)]
    return {
        fact: frozenset(
            value
            for value in _samples(fact, [clause for clause in named if clause.fact == fact], knowledge)
            if all(clause.holds(value) is wanted for clause, wanted in parts)
        )
        for fact, parts in of_fact.items()
    }


def impossible(way: Way, knowledge: KnowledgeBase) -> str:
    """A fact that no value of it lets the way be met; nothing if there is none."""
    return next((fact for fact, values in sorted(admitted(way, (), knowledge).items()) if not values), "")


def implies(one: Iterable[Clause], other: Iterable[Clause], knowledge: KnowledgeBase) -> bool:
    """Whether all of `other` is known and holds wherever all of `one` is and does, as far as that can be shown."""
    into = ways(other)
    return all(any(_within(way, wider, knowledge) for wider in into) for way in ways(one))


def _within(way: Way, wider: Way, knowledge: KnowledgeBase) -> bool:
    inner, outer = admitted(way, wider, knowledge), admitted(wider, way, knowledge)
    opaque = {part for part in wider if not isinstance(part[0], Condition)}
    return opaque <= way and outer.keys() <= inner.keys() and all(inner[fact] <= outer[fact] for fact in outer)


def _of(clause: Clause, wanted: bool) -> tuple[Way, ...]:
    """The ways in which a clause comes out as wanted."""
    if isinstance(clause, Condition | Formula):
        return (frozenset({(clause, wanted)}),)
    size = len(clause.clauses)
    needed = {"all": size, "none": size, "any": 1, "at least": clause.count}[clause.kind]
    inner = wanted is not (clause.kind == "none")
    needed = needed if wanted else size - needed + 1
    each = [_of(part, inner) for part in clause.clauses]
    if comb(size, needed) * max(map(len, each)) ** needed > _MOST_WAYS:
        return (frozenset({(clause, wanted)}),)
    return tuple(frozenset().union(*chosen) for subset in combinations(each, needed) for chosen in product(*subset))


def _samples(fact: str, conditions: Iterable[Condition], knowledge: KnowledgeBase) -> tuple[Value, ...]:
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


def _numbers(named: Iterable[object], low: float, high: float) -> tuple[float, ...]:
    """The numbers that are named, those between them, and those beyond them, within bounds."""
    at = sorted({float(t) for t in named if isinstance(t, int | float) and not isinstance(t, bool)} or {0.0})
    between = [(one + other) / 2 for one, other in pairwise(at)]
    beyond = [at[0] - max(1.0, abs(at[0])), at[-1] + max(1.0, abs(at[-1]))]
    ends = [end for end in (low, high) if abs(end) != float("inf")]
    inside = [(end + near) / 2 for end, near in ((low, at[0]), (high, at[-1])) if abs(end) != float("inf")]
    return tuple(sorted({value for value in (*at, *between, *beyond, *ends, *inside) if low <= value <= high}))
