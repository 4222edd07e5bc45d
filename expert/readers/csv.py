"""Comma-, tab- and semicolon-separated tables with a header, one row per step or epoch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from expert.readers._columns import head, run_of_columns
from expert.run import RunLog


def recognizes(path: Path) -> str | None:
    """A first line of names, and the same number of cells in the second."""
    lines = head(path).decode("utf-8", "replace").splitlines()[:2]
    if len(lines) < 2 or path.is_dir():
        return None
    for separator in (",", "\t", ";"):
        names = lines[0].split(separator)
        if len(names) > 1 and len(lines[1].split(separator)) == len(names):
            return f"a header of {len(names)} names separated by {separator!r}"
    return None


def read(path: Path) -> Iterator[RunLog]:
    """The one run of the table."""
    import polars

    table = polars.read_csv(path, infer_schema_length=1000, ignore_errors=True)
    table = table.rename({c: c.strip() for c in table.columns})
    columns, present = {}, {}
    for column in table.columns:
        values = table[column].cast(polars.Float64, strict=False)
        columns[column] = values.to_numpy().astype(np.float64)
        present[column] = values.is_not_null().to_numpy()
    yield run_of_columns(path, columns, np.arange(2, len(table) + 2), present)
