"""Parquet files, and folders of them; read in streams."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from expert.data._labels import beside
from expert.data._table import of_lazy
from expert.data.inputs import Asked
from expert.data.split import DataError, Split, first_line


def recognizes(source: Any) -> bool:
    """Whether it is a file named so, or a folder with such files."""
    if not isinstance(source, Path):
        return False
    return source.suffix.lower() in (".parquet", ".pq") or (source.is_dir() and any(source.glob("*.parquet")))


def read(source: Path, asked: Asked) -> Split:
    """The split of the file or of all files of the folder."""
    try:
        lazy = pl.scan_parquet(source / "*.parquet" if source.is_dir() else source)
        lazy.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{source}: it is no Parquet file: {first_line(error)}") from error
    lazy, target = beside(lazy, asked)
    return of_lazy(lazy, asked.name, str(source), target, asked.like)
