"""The trend of a series is a word that does not depend on its scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from expert.run import Series
from expert.signals.trend import train_loss_trend


def series(values):
    return Series("loss", np.arange(len(values), dtype=float), np.asarray(values, dtype=float))


@pytest.mark.parametrize(
    ("values", "trend"),
    [
        (0.97 ** np.arange(100), "falling"),
        (np.r_[np.linspace(2, 1, 50), np.linspace(1, 1.5, 50)], "rising"),
        (np.random.default_rng(0).normal(1, 0.1, 200), "flat"),
        (np.ones(50), "flat"),
        ([3, 2, 1], None),
    ],
)
def test_the_second_half_tells_the_trend(values, trend):
    assert train_loss_trend(series(values)) == trend


@given(some.lists(some.integers(-50, 50), min_size=16, max_size=40), some.floats(0.01, 100))
def test_scale_does_not_matter(values, scale):
    assert train_loss_trend(series(values)) == train_loss_trend(series(np.asarray(values) * scale))
