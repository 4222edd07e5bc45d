"""Gaussian noise on columns whose spread is wider in the test data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from expert.data.synthesis.rows import Rows, each_and_all, is_number, named, there
from expert.data.synthesis.transform import Transform

_SURE = 3.0
"""The ratio of the spreads is so many standard errors above 1 (1/√2n each, of normal values)."""


def propose(train: Rows, test: Rows) -> Iterator[Transform[Rows]]:
    """As much noise as the spread is wider; for each column, and for all of them."""
    spreads = {}
    for name in train.frame.columns:
        ours, theirs = (there(one.frame[name]) if is_number(one.frame[name]) else np.array([]) for one in (train, test))
        if min(len(ours), len(theirs)) < 2:
            continue
        before, after = float(ours.std()), float(theirs.std())
        error = (1 / (2 * len(ours)) + 1 / (2 * len(theirs))) ** 0.5
        if after > (1 + _SURE * error) * before > 0:
            spreads[name] = (after / before, (after**2 - before**2) ** 0.5)
    widest = sorted(spreads, key=lambda name: -spreads[name][0])
    for names in each_and_all(widest):
        yield _noisy({name: spreads[name][1] for name in names})


def _noisy(spreads: Mapping[str, float]) -> Transform[Rows]:
    def change(rows: Rows, random: np.random.Generator) -> Rows:
        return rows.having(
            [
                rows.frame[name] + pl.Series(name, random.normal(0, spread, len(rows)))
                for name, spread in spreads.items()
            ]
        )

    code = "\n".join(
        f"rows[{name!r}] = rows[{name!r}] + random.normal(0, {spread:.4g}, len(rows))"
        for name, spread in spreads.items()
    )
    said = [f"{name} (deviation {spread:.2g})" for name, spread in spreads.items()]
    return Transform("noise", f"Gaussian noise on {named(said)}", code, change)
