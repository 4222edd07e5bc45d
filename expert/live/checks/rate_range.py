"""The learning-rate range test: the rate rises tenfold every ten steps, and the loss shows how far it carries."""

from __future__ import annotations

import numpy as np

from expert.live.checks import Facts
from expert.live.probe import Probe


def range_test(probe: Probe) -> Facts:
    """A rate that one batch suggests: a tenth of that with the lowest loss (Smith 2017, fastai)."""
    tested = probe.range_test
    finite = np.isfinite(tested.losses)
    if finite.sum() < 20 or tested.losses[finite].min() > 0.98 * tested.losses[0]:
        return {}
    smooth = np.convolve(tested.losses[finite], np.ones(3) / 3, mode="valid")
    suggested = float(tested.rates[finite][1:-1][int(np.argmin(smooth))]) / 10
    rate = probe.recipe.rate
    highest = float(tested.rates[-1]) if tested.is_lost else None
    return {
        "suggested_rate": suggested,
        "highest_rate": highest,
        "rate_over_suggested": rate / suggested if not probe.recipe.assumed else None,
        "rate_over_highest": rate / highest if highest and not probe.recipe.assumed else None,
    }
