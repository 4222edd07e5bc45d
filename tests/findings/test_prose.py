"""Numbers in prose are for people, numbers in code for Python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expert.prose import by_clock, fill, fill_code, number


@pytest.mark.parametrize(
    ("value", "form", "said"),
    [
        (213.0, ".2g", "213"),
        (3.39e6, ".3g", "3.4 million"),
        (2.13e9, ".3g", "2.1 billion"),
        (126_349.0, ".3g", "126,000"),
        (0.03, ".0e", "0.03"),
        (0.000301, ".1e", "0.0003"),
        (3e-5, ".1e", "3e-5"),
        (1.5e15, ".2g", "1.5e15"),
        (9.96, ".2g", "10"),
        (0.0, ".2g", "0"),
        (12_345.6, "", "12,350"),
        (3_000_000.0, "", "3,000,000"),
        (0.34, ".0%", "34%"),
        (0.004, ".0%", "0.4%"),
        (0.0, ".1%", "0.0%"),
        (float("inf"), "", "inf"),
        (True, "", "yes"),
    ],
)
def test_a_number_reads_as_a_person_writes_it(value: float, form: str, said: str) -> None:
    assert number(value, form) == said


@given(st.floats(1e-4, 9e11), st.sampled_from(["", ".2g", ".3g", ".0e", ".1e"]), st.sampled_from([1, -1]))
def test_no_number_of_common_size_has_a_power_of_ten(size: float, form: str, sign: int) -> None:
    assert "e" not in number(sign * size, form)


@given(st.floats(1e-300, 1e300), st.sampled_from(["", ".2g", ".3g", ".0e", ",.0f", ".0f"]))
def test_a_number_in_code_is_one_for_python(value: float, form: str) -> None:
    assert float(fill_code(f"{{lr:{form}}}" if form else "{lr}", {"lr": value})) >= 0


def test_prose_and_code_say_the_same_value_each_in_its_way() -> None:
    assert fill("after {n:,.0f} steps", {"n": 126_000.0}) == "after 126,000 steps"
    assert fill_code("max_steps={n:,.0f}", {"n": 126_000.0}) == "max_steps=126000"


def test_a_run_that_counts_epochs_speaks_of_epochs() -> None:
    assert by_clock("Best at step 5 of 9 steps; step by step", "epoch") == ("Best at epoch 5 of 9 epochs; step by step")
    assert by_clock("Best at step 5", "step") == "Best at step 5"


def test_a_part_in_brackets_does_not_tell_of_nothing() -> None:
    assert fill("Choose n[ (it is {share:.1%} now)].", {"share": 4e-8}) == "Choose n."
    assert fill("Choose n[ (it is {share:.1%} now)].", {"share": 0.004}) == "Choose n (it is 0.4% now)."
