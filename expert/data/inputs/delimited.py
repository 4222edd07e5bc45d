"""Tables in text: CSV, TSV, with semicolons or bars; compressed too. Read in streams."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import polars as pl

from expert.data._labels import beside
from expert.data._table import of_lazy
from expert.data.inputs import Asked
from expert.data.split import DataError, Split, first_line

SUFFIXES = (".csv", ".tsv", ".txt", ".data")
_PACKED = (".gz", ".zst")


def recognizes(source: Any) -> bool:
    """Whether it is a file whose name ends as tables in text do."""
    return isinstance(source, Path) and _suffix(source) in SUFFIXES


def read(source: Path, asked: Asked) -> Split:
    """A column whose words are numbers is one of numbers; the first line names the columns, unless it is numbers."""
    separator, has_header, is_empty = _form(source)
    if is_empty:
        raise DataError(f"{source}: it is empty")
    lazy = pl.scan_csv(
        source,
        separator=separator,
        has_header=has_header,
        infer_schema=False,
        null_values=[""],
        encoding="utf8-lossy",
        truncate_ragged_lines=True,
        ignore_errors=True,
    )
    if not has_header:
        lazy = lazy.rename({name: name.removeprefix("column_") for name in lazy.collect_schema().names()})
    lazy, target = beside(lazy, asked)
    return of_lazy(lazy, asked.name, str(source), target, asked.like)


def _suffix(source: Path) -> str:
    names = [s.lower() for s in source.suffixes]
    return (names[-2] if len(names) > 1 and names[-1] in _PACKED else names[-1]) if names else ""


def _form(source: Path) -> tuple[str, bool, bool]:
    """The separator, whether the first line names the columns, and whether there is nothing."""
    with source.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise DataError(f"{source}: it is written in UTF-16; save it as UTF-8")
    try:
        head = pl.read_csv(
            source,
            has_header=False,
            separator="\x01",
            n_rows=5,
            infer_schema=False,
            quote_char=None,
            encoding="utf8-lossy",
        )
    except pl.exceptions.NoDataError:
        return ",", True, True
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{source}: it cannot be read: {first_line(error)}") from error
    lines = [line for line in head.to_series().to_list() if line]
    if not lines:
        return ",", True, True
    separator = max((",", ";", "\t", "|"), key=lambda sign: (min(line.count(sign) for line in lines), sign == ","))
    if not any(separator in line for line in lines) and len({line.count(" ") for line in lines}) == 1:
        separator = " " if " " in lines[0] else separator
    first, second = (
        [cell.strip().strip('"') for cell in line.split(separator)] for line in (*lines[:2], *lines[:1])[:2]
    )
    names_a_number = any(not _is_number(a) and _is_number(b) for a, b in zip(first, second, strict=False))
    return separator, names_a_number or not any(map(_is_number, first)), False


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
