"""Another distribution: columns taken from quantile to quantile, or from level to level where they have few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from expert.data.synthesis.rows import Rows, apart, each_and_all, named, there
from expert.data.synthesis.transform import Transform
from expert.run import FloatArray

_SHARES = np.array([0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1])
_FEWEST, _LEVELS = 30, 20
Curve = tuple[FloatArray, FloatArray]


def propose(train: Rows, test: Rows) -> Iterator[Transform[Rows]]:
    """Each column that differs, and all of them."""
    fitted = {name: _curve(there(train.frame[name]), there(test.frame[name])) for name in apart(train, test)}
    curves = {name: curve for name, curve in fitted.items() if curve is not None}
    for names in each_and_all(list(curves)):
        yield _mapped({name: curves[name] for name in names})


def _curve(train: FloatArray, test: FloatArray) -> Curve | None:
    """Where values go: the n-th level of few to the n-th, else quantile to quantile."""
    levels = np.unique(train), np.unique(test)
    if 1 < len(levels[0]) == len(levels[1]) <= _LEVELS:
        return levels
    if min(len(train), len(test)) < _FEWEST:
        return None
    before, after = np.quantile(train, _SHARES), np.quantile(test, _SHARES)
    kept = np.diff(before, prepend=-np.inf) > 0  # np.interp wants values that ascend
    return (before[kept], after[kept]) if kept.sum() > 2 else None


def _mapped(curves: Mapping[str, Curve]) -> Transform[Rows]:
    def change(rows: Rows, random: np.random.Generator) -> Rows:
        return rows.having([_along(rows.frame[name], curve) for name, curve in curves.items()])

    code = "\n".join(
        f"rows[{name!r}] = np.interp(rows[{name!r}], [{_listed(before)}], [{_listed(after)}])"
        for name, (before, after) in curves.items()
    )
    return Transform("quantiles", f"quantile mapping of {named(list(curves))}", code, change)


def _along(values: pl.Series, curve: Curve) -> pl.Series:
    numbers = values.fill_null(float("nan")).to_numpy()
    return pl.Series(values.name, np.interp(numbers, *curve)).fill_nan(None)


def _listed(values: FloatArray) -> str:
    return ", ".join(f"{value:.5g}" for value in values)
