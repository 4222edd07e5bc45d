"""Splits as matrices of numbers, alike for all splits, for what compares whole rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from expert.data.split import Sets, chosen

WIDEST = 500
"""Of more columns so many are taken, drawn at random."""
FREQUENT = 20
"""A column of words becomes one of truths for each of so many frequent words."""
Matrix = NDArray[np.float32]


def encoded(sets: Sets, columns: Sequence[str], most: int, seed: int = 0) -> list[tuple[Matrix, NDArray[np.int64]]]:
    """Of each split a matrix of at most so many of its sampled rows, and which rows those are.

    Numbers are standardized by the training split, which decides about words too; what is missing is its mean, with a
    column that says so. Images add their small copies.
    """
    columns = [columns[n] for n in chosen(len(columns), WIDEST, seed)]
    parts: list[list[Matrix]] = [[] for _ in sets]
    places = [chosen(len(split.rows), most, seed + n) for n, split in enumerate(sets)]
    frames = [split.frame[rows] for split, rows in zip(sets, places, strict=True)]
    for name in columns:
        values = [frame[name] for frame in frames]
        found = _numbers(values) if values[0].dtype == pl.Float64 else _words(values)
        for part, one in zip(parts, found, strict=True):
            part.append(one)
    for part, split, rows in zip(parts, sets, places, strict=True):
        if split.pixels is not None:
            part.append(2 * split.pixels[rows] - 1)
    return [(np.column_stack(part), rows) for part, rows in zip(parts, places, strict=True)]


def _numbers(values: Sequence[pl.Series]) -> list[Matrix]:
    of_train = values[0].drop_nulls()
    center = float(of_train.mean() or 0.0)  # type: ignore[arg-type]
    scale = float(of_train.std() or 0.0) or 1.0  # type: ignore[arg-type]
    scaled = [((one - center) / scale).clip(-100, 100).fill_null(0.0).to_numpy().astype(np.float32) for one in values]
    if not any(one.null_count() for one in values):
        return [one[:, None] for one in scaled]
    absent = [one.is_null().to_numpy().astype(np.float32) for one in values]
    return [np.column_stack(pair) for pair in zip(scaled, absent, strict=True)]


def _words(values: Sequence[pl.Series]) -> list[Matrix]:
    """Truths for the frequent words; for texts, of which few come up twice, their length."""
    counts = values[0].drop_nulls().alias("word").value_counts(sort=True)
    frequent = counts.filter(pl.col("count") > 1)["word"].head(FREQUENT).to_list()
    lengths = [one.str.len_chars().fill_null(0).to_numpy().astype(np.float32)[:, None] for one in values]
    scale = float(lengths[0].std()) or 1.0
    length = [(one - float(lengths[0].mean())) / scale for one in lengths]
    truths = [[(one == word).fill_null(False).to_numpy().astype(np.float32) for word in frequent] for one in values]
    return [np.column_stack([*t, n]) for t, n in zip(truths, length, strict=True)]
