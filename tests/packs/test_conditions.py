"""A condition that is written as a pack writes it is read as it was meant."""

import json

from hypothesis import given
from hypothesis import strategies as some

from expert.knowledge import Condition
from expert.packs.conditions import condition
from expert.packs.tree import compose

numbers = some.floats(-1e12, 1e12).map(lambda number: float(f"{number:.6g}"))
words = some.from_regex(r"[a-z][a-z_]{0,8}( [a-z]{1,5})?", fullmatch=True).filter(
    lambda w: w not in ("true", "false", "null")
)
values = some.one_of(numbers, words, some.booleans())
comparisons = some.one_of(
    some.builds(Condition, some.just("x"), some.sampled_from(["<", "<=", ">", ">="]), numbers),
    some.builds(Condition, some.just("x"), some.sampled_from(["==", "!="]), values),
    some.builds(Condition, some.just("x"), some.just("within"), some.tuples(numbers, numbers)),
    some.builds(Condition, some.just("x"), some.just("in"), some.lists(values, min_size=1, max_size=4).map(tuple)),
)


def written(c):
    """A condition as a pack writes it."""
    match c.operator:
        case "within":
            return f"{c.threshold[0]!r}..{c.threshold[1]!r}"
        case "in":
            return f"[{', '.join(_word(t) for t in c.threshold)}]"
    return json.dumps(f"{c.operator} {_word(c.threshold)}")


def _word(value):
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


@given(comparisons)
def test_a_written_condition_is_read_as_meant(meant):
    problems = []
    assert condition("x", compose(written(meant), "pack", problems), {}) == meant
    assert problems == []


@given(values)
def test_a_bare_value_asks_for_that_value(value):
    assert condition("x", compose(_word(value), "pack", []), {}) == Condition("x", "==", value)


@given(comparisons, some.one_of(values, some.integers(-3, 3)))
def test_a_condition_judges_every_value_and_never_raises(c, value):
    assert c.holds(value) in (True, False)


@given(numbers)
def test_a_param_stands_for_its_number_and_keeps_its_name(number):
    entry = compose('"<= {limit}"', "pack", [])
    assert condition("x", entry, {"limit": number}) == Condition("x", "<=", number, ("limit",))
