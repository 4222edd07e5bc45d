"""What the lints conclude about conditions is so for whatever values."""

from hypothesis import given
from hypothesis import strategies as some

from expert.authoring.lints._values import implies, impossible, ways
from expert.knowledge import Combination, Condition, all_of
from expert.layers import builtin

KNOWLEDGE = builtin()
NUMBERS = some.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0])
FACTS = {
    "spike_count": some.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 9.0]),
    "fall_evenness": NUMBERS,
    "shuffle": some.booleans(),
    "task": some.sampled_from(["regression", "classification", "segmentation"]),
    "optimizer": some.sampled_from(["adam", "sgd", "lion"]),
}


@some.composite
def conditions(draw):
    fact = draw(some.sampled_from(sorted(FACTS)))
    values = FACTS[fact]
    if fact not in ("spike_count", "fall_evenness"):
        operator = draw(some.sampled_from(["==", "!=", "in"]))
        return Condition(
            fact, operator, tuple(draw(some.lists(values, min_size=1))) if operator == "in" else draw(values)
        )
    operator = draw(some.sampled_from(["<", "<=", ">", ">=", "==", "!=", "within"]))
    return Condition(fact, operator, (draw(NUMBERS), draw(NUMBERS)) if operator == "within" else draw(NUMBERS))


@some.composite
def combined(draw, inner):
    clauses = tuple(draw(some.lists(inner, min_size=1, max_size=3)))
    kind = draw(some.sampled_from(["all", "any", "none", "at least"]))
    return Combination(kind, clauses, draw(some.integers(1, len(clauses))) if kind == "at least" else 1)


clauses = some.lists(some.recursive(conditions(), combined, max_leaves=5), min_size=1, max_size=3)
known = some.fixed_dictionaries({}, optional=FACTS)


def truth(parts, values):
    return all_of([clause.truth(values) for clause in parts])


def opaque(parts):
    """Whether the ways are too many to be told."""
    return any(isinstance(clause, Combination) for way in ways(parts) for clause, _ in way)


@given(clauses, known)
def test_the_ways_are_just_those_in_which_all_hold_or_not_all_do(parts, values):
    for wanted in (True, False):
        met = any(all(c.truth(values) is w for c, w in way) for way in ways(parts, wanted))
        assert met == (truth(parts, values) is wanted)


@given(clauses, some.lists(known, min_size=20, max_size=20))
def test_what_can_never_hold_never_does(parts, several):
    never = all(impossible(way, KNOWLEDGE) for way in ways(parts))
    assert not never or all(truth(parts, values) is not True for values in several)


@given(clauses, clauses, some.lists(known, min_size=20, max_size=20))
def test_what_is_implied_is_so(one, other, several):
    wider = [Combination("any", (one[0], *other))]
    assert implies(one, wider, KNOWLEDGE) or opaque(one) or opaque(wider)
    for into in (other, wider):
        assert not implies(one, into, KNOWLEDGE) or all(truth(into, v) for v in several if truth(one, v))


def test_what_follows_is_seen_through_combinations():
    above = [Condition("fall_evenness", ">", float(n)) for n in range(4)]
    assert implies([above[3]], [Combination("any", (above[1], above[2]))], KNOWLEDGE)
    assert implies([Combination("at least", (above[2], above[3]), 1)], [above[2]], KNOWLEDGE)
    assert not implies([Combination("any", (above[1], above[3]))], [above[2]], KNOWLEDGE)
    assert implies([Combination("none", (Condition("fall_evenness", "<=", 2.0),))], [above[1]], KNOWLEDGE)
