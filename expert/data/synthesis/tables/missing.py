"""Values taken away where the test data miss more of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from expert.data.synthesis.rows import Rows, each_and_all, named
from expert.data.synthesis.transform import Transform

_MORE = 0.02


def propose(train: Rows, test: Rows) -> Iterator[Transform[Rows]]:
    """The share that takes each column to that of the test data; for each column, and for all of them."""
    shares = {}
    for name in train.frame.columns:
        before, after = (one.frame[name].null_count() / len(one) for one in (train, test))
        if after > before + _MORE:
            shares[name] = (after - before) / (1 - before)
    for names in each_and_all(sorted(shares, key=lambda name: -shares[name])):
        yield _missing({name: shares[name] for name in names})


def _missing(shares: Mapping[str, float]) -> Transform[Rows]:
    def change(rows: Rows, random: np.random.Generator) -> Rows:
        gone = {name: pl.Series(random.random(len(rows)) < share) for name, share in shares.items()}
        return rows.having([rows.frame[name].set(gone[name], None) for name in shares])

    code = "\n".join(
        f"rows.loc[random.random(len(rows)) < {share:.3g}, {name!r}] = None" for name, share in shares.items()
    )
    said = [f"{share:.0%} of {name}" for name, share in shares.items()]
    return Transform("missing", f"{named(said)} made missing", code, change)
