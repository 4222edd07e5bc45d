"""Pictures: no spike is lost, nothing runs out, what is not a number shows."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
import sample_plans as sample

from expert.renderers._charts import charts
from expert.renderers._svg import gaps, label, labels, path, round_values, scale, ticks
from expert.run import Series


def series(values: np.ndarray) -> Series:
    return Series("x", np.arange(len(values), dtype=float), values)


def places(drawn: str) -> list[tuple[int, int]]:
    """The points that a path visits."""
    found, pen = [], (0, 0)
    for command, numbers in re.findall(r"([Mlhz])([^Mlhz]*)", drawn):
        values = [int(n) for n in re.findall(r"-?\d+", numbers)]
        if command in "hz":
            continue
        for x, y in zip(values[::2], values[1::2], strict=True):
            pen = (x, y) if command == "M" else (pen[0] + x, pen[1] + y)
            found.append(pen)
    return found


def test_a_spike_of_one_point_in_a_hundred_thousand_is_drawn() -> None:
    values = np.ones(100_000)
    values[71_234] = 1.9
    drawn = places(path(series(values), scale(np.array([0.0, 2.0]), 100), (0, 99_999), 300))
    assert min(y for _, y in drawn) == 5
    assert max(y for _, y in drawn) == 50
    assert {x for x, y in drawn if y == 5} <= {709, 710, 711, 712, 713}


def test_a_curve_breaks_where_it_is_not_a_number() -> None:
    values = np.array([1.0, 2.0, np.nan, np.inf, 3.0, 4.0])
    assert path(series(values), scale(np.array([1.0, 4.0]), 100), (0, 5), 50).count("M") == 2
    assert len(gaps(series(values), (0, 5))) == 1


def test_values_beyond_the_axis_are_named() -> None:
    run = sample.table_run(
        "spike",
        "a.csv",
        {"step": np.arange(200.0), "loss": np.where(np.arange(200) == 50, 1e9, np.linspace(2, 1, 200))},
        "",
    )
    chart = charts(sample.plan(run))[0]
    assert any("1G at 50" in note for note in chart.notes)
    assert [mark.kind for mark in chart.marks] == ["beyond"]


def test_no_two_texts_above_a_chart_meet_on_a_narrow_screen() -> None:
    values = np.linspace(2, 1, 400)
    values[[100, 101, 102]] = 1e9, 2e9, 3e9
    run = sample.table_run("spikes", "a.csv", {"step": np.arange(400.0), "loss": values, "val_loss": values + 0.1}, "")
    shown = [mark for mark in charts(sample.plan(run))[0].marks if mark.text]
    spans = sorted(
        (start, start + 2.2 * len(m.text))
        for m in shown
        for start in [m.left - 2.2 * len(m.text) * {"start": 0, "middle": 0.5, "end": 1}[m.anchor]]
    )
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert len(charts(sample.plan(run))[0].marks) > len(shown)


@pytest.mark.parametrize("low", [-1e9, -1.0, 0.0, 1e-12, 0.3, 5e7])
@pytest.mark.parametrize("width", [1e-9, 0.1, 7.0, 1e12])
def test_an_axis_has_a_few_round_values(low: float, width: float) -> None:
    axis = scale(np.array([low, low + width]), 100)
    found = ticks(axis, 5)
    assert 1 <= len(found) <= 5
    near = 1e-6 * (abs(axis.low) + abs(axis.high))
    assert all(axis.low - near <= value <= axis.high + near for value in found)
    assert len(set(labels(found))) == len(found)


def test_flat_and_single_values_are_drawn() -> None:
    for values in (np.zeros(5), np.full(5, 3.0), np.array([1e-300, 1e-300])):
        axis = scale(values, 100)
        assert axis.low < axis.high
        assert "nan" not in path(series(values), axis, (0, 4), 10).lower()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.5, "0.5"), (12000, "12k"), (3e-4, "3e-4"), (-2e9, "-2G"), (1500, "1500"), (1e30, "1e30")],
)
def test_a_label_is_short(value: float, text: str) -> None:
    assert label(value) == text


def test_round_steps_are_round() -> None:
    assert round_values(0, 1999, 5) == (0, 500, 1000, 1500)
