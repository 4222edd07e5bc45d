"""Labels that lie in a file of their own: one per line, a column, or an array."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from expert.data.inputs import Asked
from expert.data.split import DataError, first_line

COLUMN = "label"
"""What labels of their own are called, where they have no name."""


def beside(lazy: pl.LazyFrame, asked: Asked) -> tuple[pl.LazyFrame, str]:
    """The table with the labels as a column, and the name of its target."""
    labels = labels_of(asked)
    if labels is None:
        return lazy, asked.target
    size = int(lazy.select(pl.len()).collect().item())
    if size != len(labels):
        raise DataError(f"{asked.labels}: it has {len(labels):,} labels for {size:,} rows of {asked.name}")
    target = asked.target or COLUMN
    return lazy.with_columns(pl.Series(target, labels)), target


def labels_of(asked: Asked) -> NDArray[Any] | None:
    """The labels of the file or array that was given, one per sample; None without one. Raises DataError."""
    given = asked.labels
    if given is None:
        return None
    if not isinstance(given, str | Path):
        return np.asarray(given)
    path = Path(given)
    try:
        if path.suffix.lower() == ".npy":
            return np.asarray(np.load(path, allow_pickle=False))
        return _column(path, asked.target)
    except (ValueError, OSError, pl.exceptions.PolarsError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: the labels cannot be read: {first_line(error)}") from error


def _column(path: Path, target: str) -> NDArray[Any]:
    """The column of labels of a table, the last if none bears the name; or the lines of a text."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    separator = next((sign for sign in (",", "\t", ";") if lines and sign in lines[0]), None)
    if separator is None:
        has_name = bool(lines) and lines[0].strip().lower() in (
            COLUMN,
            "labels",
            "class",
            "target",
            "y",
            target.lower(),
        )
        return np.asarray([line.strip() for line in (lines[1:] if has_name else lines) if line.strip()])
    table = pl.read_csv(path, separator=separator, infer_schema=False)
    column = target if target in table.columns else COLUMN if COLUMN in table.columns else table.columns[-1]
    return table[column].to_numpy()
