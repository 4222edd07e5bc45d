"""A formula is a small, closed part of Python: whatever else is written is refused with its column, and none raises."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from expert.formula import FormulaError, number, parse, truth

PARAMS = {"ratio": 3.0}
# what is written, the column of what is wrong, and what is said
REFUSED = [
    ("a.__class__ > 3", 0, "a formula has numbers, facts"),
    ("().__class__.__bases__[0] > 1", 0, "a formula has numbers, facts"),
    ("__import__('os').system('true') > 1", 0, "a formula may call abs, exp"),
    ("open('x') > 1", 0, "a formula may call abs, exp"),
    ("log(a, b) > 1", 0, "log takes one number"),
    ("max(a) > 1", 0, "max takes two numbers or more"),
    ("min(*a, b) > 1", 4, "a formula has numbers, facts"),
    ("a[0] > 1", 0, "a formula has numbers, facts"),
    ("[x for x in a] > 1", 0, "a formula has numbers, facts"),
    ("(lambda: 1)() > 1", 0, "a formula may call"),
    ("f'{a}' > 1", 0, "a formula has numbers, facts"),
    ("(a := 1) > 1", 1, "a formula has numbers, facts"),
    ("a if b > 1 else c", 0, "a formula has numbers, facts"),
    ("a > 'high'", 4, "'high' is no number; words stand in a condition of their own"),
    ("a > True", 4, "True is no number"),
    ("a > b and c", 10, "this is a number; a formula compares"),
    ("a + b", 0, "this is a number; a formula compares"),
    ("(a > b) + 1 > 2", 1, "this is a truth, but a number is needed"),
    ("a is b", 5, "a formula compares with <, <=, >, >=, ==, !="),
    ("a > {ratoi}", 5, "param 'ratoi' is not defined in this pack; did you mean 'ratio'?"),
    ("a > {ratio, 2}", 4, "a formula has numbers, facts"),
    ("1 < 2", 0, "the formula reads no fact, so it is always the same"),
    ("a > 1e999", 4, "the number is too large"),
    ("a > 9" + "+9" * 80, 0, "a formula has at most 60 parts"),
    ("-" * 290 + "a > 1", 0, "a formula has at most"),
    ("a > ", 0, "not a formula: invalid syntax"),
    ("a > 1; b", 5, "not a formula"),
    ("a\x00 > 1", 0, "not a formula"),
    ("ａ > 1", 0, "a formula has at most 300 characters, all of them ASCII"),
]


@pytest.mark.parametrize(("text", "column", "said"), REFUSED, ids=[text[:30] for text, *_ in REFUSED])
def test_what_is_no_formula_is_refused_at_its_place(text, column, said):
    with pytest.raises(FormulaError) as raised:
        parse(text, PARAMS)
    assert str(raised.value).startswith(said)
    assert raised.value.column == column


@pytest.mark.parametrize(
    ("text", "known", "meant"),
    [
        ("a / b > {ratio}", {"a": 7.0, "b": 2.0}, True),
        ("a / b > {ratio}", {"a": 7.0, "b": 0.0}, None),
        ("a / b > {ratio}", {"a": 7.0}, None),
        ("1 < a <= b", {"a": 2.0, "b": 2.0}, True),
        ("a > 1 or b > 1", {"a": 2.0}, True),
        ("a > 1 and b > 1", {"a": 0.0}, False),
        ("not a > 1", {}, None),
        ("a ** 0.5 > 0", {"a": -2.0}, None),
        ("a ** b > 0", {"a": 1e300, "b": 9.0}, None),
        ("exp(a) > 0", {"a": 1e9}, None),
        ("log10(a) == 2", {"a": 100.0}, True),
        (f"{'(' * 140}a{')' * 140} > 1", {"a": 2.0}, True),
        ("a > 0", {"a": True}, None),
        ("a > 0", {"a": "high"}, None),
        ("max(a, b, 3) == 3 and min(a, b) < 0 and abs(a) == sqrt(4)", {"a": -2.0, "b": 1.0}, True),
    ],
)
def test_a_formula_has_three_truth_values(text, known, meant):
    assert truth(parse(text, PARAMS), known) is meant


names = some.sampled_from(["a", "b", "c"])
constants = some.floats(-1e308, 1e308).map(repr) | some.integers(-9, 9).map(str)
sides = some.recursive(
    names | constants,
    lambda inner: (
        some.builds("({} {} {})".format, inner, some.sampled_from(["+", "-", "*", "/", "//", "%", "**"]), inner)
        | some.builds("{}({})".format, some.sampled_from(["abs", "exp", "log", "log10", "sqrt", "-"]), inner)
    ),
    max_leaves=6,
)


@given(sides, some.dictionaries(names, some.floats(allow_nan=False, allow_infinity=False)))
def test_no_formula_raises_once_it_is_read(side, known):
    try:
        term = parse(f"a + {side} > b", {})
    except FormulaError:
        return
    assert truth(term, known) in (True, False, None)
    left = number(term.parts[0], known)
    assert left is None or math.isfinite(left)


@given(some.text("ab0.()+-*/%<>=!&|[]{}:,'\"\n \\#_lambdeifor", max_size=60))
def test_any_text_is_a_formula_or_refused(text):
    try:
        term = parse(text, PARAMS)
    except FormulaError as error:
        assert str(error)  # noqa: PT017 - either way is right
        return
    assert truth(term, {"a": 1.0, "b": 2.0}) in (True, False, None)
