"""Each column by itself: what is missing, what never changes, and how far scales lie apart."""

from __future__ import annotations

import numpy as np
import polars as pl

from expert.data.checks import Found
from expert.data.split import Sets, Split
from expert.exhibits import Table
from expert.facts import Fact

WORST = 10
"""Facts about columns are of so many, the worst."""


def gaps(sets: Sets) -> Found:
    """Missing and infinite values."""
    shares = {name: whole.missing for name, whole in sets.train.whole.items() if whole.missing}
    yield Fact("missing_cells", sum(shares.values()) / len(sets.train.whole))
    yield Fact("gappy_columns", float(len(shares)))
    yield Fact("arrays", sets.train.is_array)
    infinite = max((w.infinite for split in sets for w in split.whole.values()), default=0.0)
    yield Fact("infinite_share", infinite)
    worst = sorted(shares, key=lambda name: -shares[name])[:WORST]
    for name in worst:
        yield Fact("missing_share", shares[name], name)
    if worst and shares[worst[0]] >= 0.01:
        splits = [split.name for split in sets]
        rows = [(name, *(_percent(split, name) for split in sets)) for name in worst]
        yield Table(
            "Columns with missing values", "Share of the rows without a value.", ("column", *splits), tuple(rows)
        )


def constancy(sets: Sets) -> Found:
    """Columns that have one value, or nearly."""
    if sets.train.is_images or sets.train.size < 2:
        return
    whole = sets.train.whole
    constant = [name for name, w in whole.items() if w.distinct <= 1 or w.missing == 1]
    yield Fact("constant_columns", float(len(constant)))
    yield Fact("constant_share", len(constant) / len(whole))
    if constant:
        yield Fact("constant_column", constant[0])
    shares = {}
    for name in (n for n in whole if n not in constant and whole[n].distinct <= 100):
        counts = sets.train.frame[name].drop_nulls().unique_counts()
        shares[name] = float(counts.max() or 0) / max(1, int(counts.sum()))  # type: ignore[arg-type]
    for name in sorted(shares, key=lambda name: -shares[name])[:WORST]:
        yield Fact("top_share", shares[name], name)


def scale(sets: Sets) -> Found:
    """How large the numbers are, and how far the scales of columns lie apart."""
    if sets.train.is_images:
        return
    moments = [(name, *_moments(sets.train.frame[name])) for name in sets.train.numbers if name not in sets.train.ids]
    moving = [(name, mean, deviation) for name, mean, deviation in moments if deviation > 0]
    if not moving:
        return
    size = {name: float(np.hypot(mean, deviation)) for name, mean, deviation in moving}
    largest = max(size, key=size.__getitem__)
    deviations = [deviation for _, _, deviation in moving]
    yield Fact("largest_column_scale", size[largest])
    yield Fact("largest_column", largest)
    yield Fact("column_spread", max(deviations) / min(deviations))


def _moments(values: pl.Series) -> tuple[float, float]:
    there = values.drop_nulls()
    return (float(there.mean() or 0.0), float(there.std() or 0.0)) if len(there) > 1 else (0.0, 0.0)  # type: ignore[arg-type]


def _percent(split: Split, name: str) -> str:
    return f"{split.whole[name].missing:.1%}" if name in split.whole else "no such column"
