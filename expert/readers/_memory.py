"""Columns that are in memory already: a mapping of names to lists, or a data frame of pandas or polars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from expert import vocabulary
from expert.readers._columns import Column, run_of_columns
from expert.run import RunLog


def from_mapping(source: Any, name: str = "run") -> RunLog:
    """The run of columns in memory; None, and null in a frame, is an absent cell, a NaN in a list is a value.

    In a pandas frame, which writes NaN for both, a NaN is a value if nothing but NaN follows, else an absent cell.
    Columns without a step or epoch may differ in length, each against its own index. Raises TypeError for what is no
    mapping of lists or frame, ValueError where lengths differ though there is a step or epoch.
    """
    if not isinstance(source, Mapping) and not hasattr(source, "columns"):
        raise TypeError(f"a run is a path, a mapping of names to lists, or a data frame, not {type(source).__name__}")
    pandas = type(source).__module__.startswith("pandas")
    columns: dict[str, Column] = {}
    lengths: dict[str, int] = {}
    ignored = []
    for key in list(source) if isinstance(source, Mapping) else list(source.columns):
        column, length = _column(source[key], pandas)
        if column is None:
            ignored.append(str(key))
        else:
            columns[str(key)], lengths[str(key)] = column, length
    clocks = [key for key in columns if vocabulary.clock(key)]
    if len(set(lengths.values())) > 1 and clocks:
        raise ValueError(
            f"columns beside {clocks[0]!r} must be as long as it is, with None where nothing was logged: {lengths}"
        )
    notes = [f"columns without numbers are ignored: {', '.join(ignored)}"] if ignored else []
    if len(set(lengths.values())) > 1:
        longest = max(lengths.values())
        columns = {k: c if lengths[k] == longest else _in_rows(c) for k, c in columns.items()}
        notes.append("columns differ in length; each stands against its own index")
    return run_of_columns(Path(name), columns, max(lengths.values(), default=0), name=name, notes=notes)


def _in_rows(column: Column) -> Column:
    return column if column.rows is not None else Column(column.values, np.arange(len(column.values)))


def _column(cells: Any, pandas: bool) -> tuple[Column | None, int]:
    """The numbers of one column and how many cells it has; no column if it holds words."""
    if isinstance(cells, Mapping | str | bytes) or not isinstance(cells, Iterable):
        return None, 0
    if hasattr(cells, "is_null") and hasattr(cells, "to_list"):  # a polars column
        absent = cells.is_null().to_numpy()
        cells = cells.to_list()
    else:
        cells = cells if isinstance(cells, np.ndarray) else list(cells)
        absent = np.fromiter((cell is None for cell in cells), dtype=bool, count=len(cells))
    try:
        values = np.array([_float(c) for c in cells] if absent.any() or pandas else cells, dtype=np.float64)
    except (TypeError, ValueError):
        return None, len(cells)
    if values.ndim != 1:
        return None, len(cells)
    if pandas:
        absent = _empty(values)
    if not absent.any():
        return Column(values), len(values)
    rows = np.flatnonzero(~absent)
    return Column(values[rows], rows), len(values)


def _float(cell: Any) -> float:
    return float("nan") if cell is None or type(cell).__name__ in ("NAType", "NaTType") else float(cell)


def _empty(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    empty = np.isnan(values)
    first = int(np.argmax(empty)) if empty.any() else len(values)
    return np.zeros(len(values), dtype=bool) if first and empty[first:].all() else empty
