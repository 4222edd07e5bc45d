"""Comma-, tab- and semicolon-separated tables with a header, one row per step or epoch."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from expert import vocabulary
from expert.readers import Unreadable
from expert.readers._columns import Column, head, seconds
from expert.readers._parts import MOST, Labels, is_label, runs_of_rows
from expert.readers._text import decoded, is_text, number, spelled
from expert.run import IntArray, RunLog

if TYPE_CHECKING:
    import polars

GENERAL = True
_ENDINGS = (".csv", ".tsv", ".tab")
_OTHERS = (
    ".json",
    ".jsonl",
    ".ndjson",
    ".yaml",
    ".yml",
    ".toml",
    ".ini",
    ".cfg",
    ".py",
    ".md",
    ".rst",
    ".html",
    ".xml",
)
_SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars", " ": "blanks"}
_MOST_WORDS = 1000
_MOST_COLUMNS = 100_000
_HEAD, _LONG_HEAD = 65_536, 8_388_608
_OPEN = re.compile(r"\d(e|E|e[-+]|E[-+])$|^[-+.]$|^[-+]?(n|na|i|in|infi\w*)$")
"""How a number ends that is cut in the middle."""


@dataclass(frozen=True)
class _Form:
    """How a table is written: its names, what separates them, and how many lines stand before its first row."""

    names: tuple[str, ...]
    separator: str
    before: int
    header: bool
    decimal_comma: bool
    rows: tuple[tuple[str, ...], ...]


def recognizes(path: Path) -> str | None:
    """A first line of names, and rows of numbers below."""
    start = _start(path)
    if path.suffix.lower() in _OTHERS or not start.strip() or not is_text(start):
        return None
    form = _form(path, decoded(start))
    if form is None:
        return None
    names = f"{len(form.names)} names separated by {_SEPARATORS[form.separator]}" if len(form.names) > 1 else "a name"
    return f"a header of {names}" if form.header else f"{len(form.names)} columns of numbers without a header"


def read(path: Path) -> Iterator[RunLog]:
    """The one run of the table."""
    import polars

    start = _start(path)
    form = _form(path, decoded(start))
    if form is None:
        raise Unreadable(f"{path}: this is no table with one name for each column")
    try:
        yield from _runs(path, form, start)
    except polars.exceptions.PolarsError as error:
        raise Unreadable(f"{path}: {str(error).splitlines()[0]}") from error


def _start(path: Path) -> bytes:
    """The first bytes of a file, with several lines of it even where thousands of columns make them long."""
    start = head(path)
    if start.count(b"\n") + start.count(b"\r") < 3 and b"\0" not in start and len(start) == _HEAD:
        start = head(path, _LONG_HEAD)
        if start.count(b"\n") < 1 and len(start) == _LONG_HEAD:
            return b""  # no table has a line as long as that
    return start


def _form(path: Path, text: str) -> _Form | None:
    """The form of a table, or None if the text is none."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(text) > 60_000 and len(lines) > 2:
        lines.pop()
    before = _header_line(lines)
    first = lines[before].strip("\r\n")
    if max(first.count(separator) for separator in _SEPARATORS) > _MOST_COLUMNS:
        return None
    if first.lstrip().startswith(("{", "[", "<", "#{", "%")):
        return None
    named = path.suffix.lower() in _ENDINGS
    separator = _separator(path, first, lines[before + 1 :])
    names = [name.strip() for name in _cells(first, separator)] or [""]
    if not any(names) or (separator == " " and not _is_header(names)):
        return None
    names[0] = names[0].removeprefix("#").strip() or names[0]
    body = [line for line in lines[before + 1 : before + 60] if line.strip()]
    if not named and (len(names) < 2 or len(body) < 1):
        return None
    header = not all(spelled(name) for name in names if name)
    rows = [tuple(_cells(line, separator)) for line in body]
    comma = separator == ";" and any(re.fullmatch(r"\s*[-+]?\d+,\d+\s*", cell) for row in rows for cell in row)
    if not named and not _numeric(rows, len(names), comma):
        return None
    if body and not any(spelled(cell.replace(",", ".") if comma else cell) for row in rows for cell in row):
        return None
    if not header:
        stem = path.stem if len(names) == 1 else ""
        names = [stem or f"column {i}" for i in range(1, len(names) + 1)]
    return _Form(_distinct(names), separator, before, header, comma, tuple(rows))


def _is_header(names: Sequence[str]) -> bool:
    """Whether words that stand apart are names: none is a number or ends as in `loss: 0.5` (or all are numbers)."""
    numbers = sum(spelled(name) for name in names)
    return numbers == len(names) or (not numbers and all(re.fullmatch(r"[A-Za-z_#][\w./@%()+-]*", n) for n in names))


def _header_line(lines: Sequence[str]) -> int:
    """The place of the first line that is not blank and no remark; a remark right above numbers is the header."""
    filled = [place for place, line in enumerate(lines) if line.strip()]
    plain = next((n for n, place in enumerate(filled) if not lines[place].lstrip().startswith("#")), 0)
    if plain and any(spelled(cell) for cell in re.split(r"[,;\t|]", lines[filled[plain]])):
        plain -= 1
    return filled[plain] if filled else 0


def _separator(path: Path, first: str, others: Sequence[str]) -> str:
    """The sign that cuts the first line into most cells, as many as the next lines have."""
    if path.suffix.lower() in (".tsv", ".tab") and "\t" in first:
        return "\t"
    following = [line for line in others[:20] if line.strip()]

    def fit(separator: str) -> tuple[int, bool, int]:
        count = len(_cells(first, separator))
        fitting = sum(len(_cells(line, separator)) == count for line in following) if count > 1 else -1
        return fitting, separator != " ", count

    return max(_SEPARATORS, key=fit)


def _cells(line: str, separator: str) -> list[str]:
    if separator == " ":
        return line.split()
    try:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True), [""])
    except csv.Error:
        return line.split(separator)


def _numeric(rows: Sequence[tuple[str, ...]], width: int, comma: bool) -> bool:
    """Whether most cells of most rows hold numbers and each row has one for each name."""
    fitting = [row for row in rows if len(row) == width]
    cells = [cell for row in fitting for cell in row if cell.strip()]
    numbers = sum(spelled(cell.replace(",", ".") if comma else cell) for cell in cells)
    return len(fitting) * 2 > len(rows) and numbers * 2 >= len(cells) > 0


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    distinct = []
    for place, name in enumerate(names, 1):
        plain = name or f"column {place}"
        seen[plain] = seen.get(plain, 0) + 1
        distinct.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return tuple(distinct)


def _runs(path: Path, form: _Form, start: bytes) -> Iterator[RunLog]:
    import polars

    notes: list[str] = []
    source: Path | bytes = path
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in start or (b"\r" in start and b"\n" not in start):
        source = re.sub(r"\r\n?", "\n", decoded(path.read_bytes())).encode()
    if form.separator == " ":
        source = _one_blank(source)
    texts = [_is_text_column(form, i) for i in range(len(form.names))]
    table = _table(source, form, texts, notes)
    lines = _lines(table, form)
    if all(kind == polars.String for kind in table.dtypes):
        table, lines = _repaired(table, form, lines, notes)
    if _is_cut(source, form) and len(table):
        notes.append(f"line {lines[-1]} is cut in the middle and left out")
        table, lines = table[:-1], lines[:-1]
    if not len(table):
        raise Unreadable(f"{path}: there is a header ({', '.join(form.names[:5])}) and no row below it")
    if not form.header:
        notes.append(f"there is no header; the columns are called {', '.join(form.names[:5])}")
    length = len(table)
    cells = table.get_columns()[::-1]
    del table  # so that each column can go as it is taken
    labels: dict[str, Labels] = {}
    columns = _columns(cells, form, notes, labels)
    if not columns:
        raise Unreadable(f"{path}: no column holds numbers; the columns are {', '.join(form.names[:10])}")
    yield from runs_of_rows(path, columns, labels, length, lines, notes=notes)


def _one_blank(source: Path | bytes) -> bytes:
    """The table with one blank between two cells, however it was aligned."""
    content = source if isinstance(source, bytes) else source.read_bytes()
    return re.sub(rb"(?m)[ \t]+(?=\r?$)|^[ \t]+", b"", re.sub(rb"[ \t]+", b" ", content))


def _is_text_column(form: _Form, place: int) -> bool:
    """Whether a cell among the first rows is no number, so that the column is better read as text at first."""
    cells = [row[place].strip() for row in form.rows if place < len(row)]
    return any(cell and not spelled(cell.replace(",", ".") if form.decimal_comma else cell) for cell in cells)


def _table(source: Path | bytes, form: _Form, texts: Sequence[bool], notes: list[str]) -> polars.DataFrame:
    """The table with numbers as numbers; or, where a cell forbids it, all as text."""
    import polars

    common: dict[str, Any] = {
        "separator": form.separator,
        "has_header": False,
        "glob": False,
        "skip_lines": form.before + form.header,
    }
    types = {n: polars.String if text else polars.Float64 for n, text in zip(form.names, texts, strict=True)}
    try:
        return polars.read_csv(source, schema=types, decimal_comma=form.decimal_comma, **common)
    except polars.exceptions.NoDataError:
        return polars.DataFrame(schema=dict.fromkeys(form.names, polars.Float64))
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException) as error:  # a lone quote makes it panic
        if "more fields" in str(error):
            notes.append("some rows have more cells than there are names; the cells beyond are left out")
        types = dict.fromkeys(types, polars.String)
    lossy: dict[str, Any] = {**common, "schema": types, "truncate_ragged_lines": True, "encoding": "utf8-lossy"}
    try:
        return polars.read_csv(source, **lossy)
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException):
        return polars.read_csv(source, quote_char=None, **lossy)


def _is_cut(source: Path | bytes, form: _Form) -> bool:
    """Whether the last line has no end and too few cells, or a last cell that stops within a number."""
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        file.seek(max(file.seek(0, io.SEEK_END) - 65_536, 0))
        last = file.read()
    if not last or last.endswith(b"\n"):
        return False
    cells = _cells(last.rsplit(b"\n", 1)[-1].decode("utf-8", "replace"), form.separator)
    final = cells[-1].strip() if cells else ""
    return len(cells) < len(form.names) or (bool(_OPEN.search(final)) and not spelled(final))


def _lines(table: polars.DataFrame, form: _Form) -> IntArray:
    """The line of each row; a quoted text may go over several."""
    import polars

    lines: IntArray = np.arange(len(table), dtype=np.int64) + form.before + (2 if form.header else 1)
    for name in table.columns:
        if table[name].dtype == polars.String:
            ends = table[name].str.count_matches("\n", literal=True).fill_null(0).to_numpy().astype(np.int64)
            lines[1:] += np.cumsum(ends)[:-1]
    return lines


def _repaired(
    table: polars.DataFrame, form: _Form, lines: IntArray, notes: list[str]
) -> tuple[polars.DataFrame, IntArray]:
    """A table of texts without the lines that repeat the header."""
    import polars

    cleaned = table.with_columns(polars.all().str.strip_chars(" \t\r\"'"))
    repeated = np.ones(len(cleaned), dtype=bool)
    for name in form.names[:8]:
        repeated &= (cleaned[name] == name.split(" (")[0]).fill_null(False).to_numpy() | (
            (cleaned[name] == name).fill_null(False).to_numpy()
        )
    if form.header and repeated.any():
        where = lines[repeated]
        some = ", ".join(str(line) for line in where[:5]) + (" …" if len(where) > 5 else "")
        notes.append(f"the header stands again in line {some}; it is skipped")
        cleaned, lines = cleaned.filter(polars.Series(~repeated)), lines[~repeated]
    return cleaned, lines


def _columns(table: list[polars.Series], form: _Form, notes: list[str], labels: dict[str, Labels]) -> dict[str, Column]:
    """The columns that hold numbers, from the last of the list; each leaves it as it is taken.

    Columns of words that say what a row belongs to go into `labels`.
    """
    import polars

    columns: dict[str, Column] = {}
    ignored = []
    for name in form.names:
        cells = table.pop()
        if cells.dtype == polars.String:
            numbers = _numbers(cells, form.decimal_comma, name)
            if numbers is None:
                label = _labels(cells) if is_label(name) else None
                if label is None:
                    ignored.append(name)
                else:
                    labels[name] = label
                continue
            cells, strange = numbers
            if strange:
                some = ", ".join(repr(s[:30]) for s in strange[:5])
                notes.append(f"column {name!r}: {some} {'is' if len(strange) == 1 else 'are'} no number and left out")
        written = None if cells.null_count() == 0 else cells.is_not_null().arg_true().to_numpy().astype(np.int64)
        values = cells.to_numpy() if written is None else cells.drop_nulls().to_numpy()
        if len(values):
            columns[name] = Column(values, written)
    doubled = [n for n in columns if n.endswith(" (2)") and _same(columns[n], columns.get(n.removesuffix(" (2)")))]
    if ignored:
        notes.append(f"columns without numbers are ignored: {', '.join(ignored)}")
    if doubled:
        notes.append(f"columns that stand twice with the same values are read once: {', '.join(doubled)}")
    return {name: column for name, column in columns.items() if name not in doubled}


def _labels(cells: polars.Series) -> Labels | None:
    """The words of a column, if they are few."""
    import polars

    plain = cells.str.strip_chars(" \t\r\"'")
    words = plain.drop_nulls().unique(maintain_order=True).to_list()
    if not 0 < len(words) <= MOST:
        return None
    codes = plain.replace_strict({word: n for n, word in enumerate(words)}, default=-1, return_dtype=polars.Int64)
    return Labels(tuple(words), codes.fill_null(-1).to_numpy())


def _same(column: Column, other: Column | None) -> bool:
    return other is not None and np.array_equal(column.values, other.values, equal_nan=True)


def _seconds(cells: polars.Series) -> polars.Series:
    """Moments and durations in seconds; what is neither is absent."""
    import polars

    try:
        moments = cells.str.to_datetime(strict=False)
        return moments.dt.epoch("ms").cast(polars.Float64) / 1000
    except polars.exceptions.PolarsError:
        return polars.Series([None if cell is None else seconds(cell) for cell in cells], dtype=polars.Float64)


def _numbers(cells: polars.Series, decimal_comma: bool, name: str) -> tuple[polars.Series, list[str]] | None:
    """A column of text as numbers, with what could not be read; None if it holds (almost) none."""
    import polars

    plain = cells.str.strip_chars(" \t\r\"'")
    if decimal_comma:
        plain = plain.str.replace(",", ".", literal=True)
    values = plain.cast(polars.Float64, strict=False)
    odd = plain.filter(values.is_null() & plain.is_not_null() & (plain != ""))
    if not len(odd):
        return values, []
    if vocabulary.clock(name) == "time":
        return _seconds(plain), []
    spellings = odd.unique(maintain_order=True)
    if len(spellings) > _MOST_WORDS and len(odd) * 2 > len(plain):
        return None
    known = {text: value for text in spellings if (value := number(text)) is not None}
    if known:
        replaced = plain.replace_strict(known, default=None, return_dtype=polars.Float64)
        values = polars.select(polars.coalesce(values, replaced)).to_series()
    if values.null_count() == len(values):
        return None
    return values, [text for text in spellings.head(_MOST_WORDS) if text not in known]
