"""The order of the rows: whether they come sorted by class."""

from __future__ import annotations

import numpy as np

from expert.data.checks import Found
from expert.data.split import Sets
from expert.facts import Fact


def order(sets: Sets) -> Found:
    """How often neighbours are of one class, over how often they would be in a shuffled set."""
    labels = sets.train.order
    if labels is None:
        return
    values = labels.drop_nulls()
    if len(values) < 50 or values.n_unique() < 2:
        return
    share = values.unique_counts().to_numpy() / len(values)
    same = float((values.slice(1) == values.head(len(values) - 1)).mean() or 0.0)  # type: ignore[arg-type]
    by_chance = float(np.square(share).sum())
    yield Fact("order_sameness", (same - by_chance) / max(1e-9, 1 - by_chance))
