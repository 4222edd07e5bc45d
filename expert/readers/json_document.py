"""One JSON document: a list of values for each metric, as Keras keeps its history, or a list of records."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from expert import vocabulary
from expert.readers import Unreadable
from expert.readers._columns import Column, columns_of, opening, run_of_columns
from expert.readers._json import flat, numeric, parsed, records, recovered
from expert.readers._text import decoded
from expert.run import IntArray, RunLog

GENERAL = True
_START = (b"{", b"[", b"\xff\xfe", b"\xfe\xff")
_SHORTEST = 2


def recognizes(path: Path) -> str | None:
    """A document that runs over lines or is one list, in which known metrics have lists of numbers or stand in records.

    A single line that is a record of numbers is JSON Lines.
    """
    start = opening(path)
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_START):
        return None
    text = decoded(start).strip()
    try:
        document, _ = recovered(text)
    except ValueError:
        return None
    if _is_whole(text.partition("\n")[0]) and "\n" in text:
        return None
    lists = _lists(document)
    if any(_known(name) for name in lists) or (len(lists) > 1 and len(lists) * 2 > len(document)):
        return f"a JSON object with a list of numbers for {', '.join(list(lists)[:3])}"
    rows = _records(document)
    if len(rows) >= _SHORTEST and any(_known(name) for row in rows[:5] for name in row):
        return f"a JSON list of {'' if len(start) > 60_000 else f'{len(rows)} '}records"
    return None


def read(path: Path) -> Iterator[RunLog]:
    """The one run of the document."""
    try:
        text = decoded(path.read_bytes())
        document, damage = recovered(text)
    except ValueError as error:
        raise Unreadable(f"{path}: it is no JSON ({error})") from error
    notes = [f"it is damaged at line {damage}, where it is no JSON any more; what stands before is read"] * bool(damage)
    lists, rows = _lists(document), _records(document)
    if not lists and not rows:
        raise Unreadable(f"{path}: it holds neither a list of numbers for a metric nor a list of records")
    settings = _settings(document)
    if not lists:
        lines = _lines(text, len(rows))
        yield run_of_columns(path, columns_of(rows), len(rows), lines, settings=settings, notes=notes)
        return
    length = max(len(values) for values in lists.values())
    columns = {name: _column(values) for name, values in lists.items()}
    short = [name for name, column in columns.items() if len(column.values) < length]
    if short:
        notes.append(f"lists shorter than {length} are taken from the beginning: {', '.join(short[:10])}")
    if not any(vocabulary.clock(name) in ("step", "epoch") for name in columns):
        columns["epoch"] = Column(np.arange(1.0, length + 1))
    yield run_of_columns(path, columns, length, settings=settings, notes=notes)


def _settings(document: Any) -> dict[str, Any]:
    """What stands beside the lists and the records: single values, and objects of them."""
    given = document if isinstance(document, dict) else {}
    plain = {n: v for n, v in given.items() if not isinstance(_listed(v), list) and not _EPOCH.fullmatch(n)}
    return {name: value for name, value in flat(plain) if not isinstance(value, list)}


def _lines(text: str, length: int) -> IntArray | None:
    """The line on which each record of a list begins, if the document is that list."""
    breaks = [found.start() for found in re.finditer("\n", text)]
    start = text.find("[")
    places = [place for _, place in records(text, start)] if text[:start].strip() == "" else []
    places += [text.rfind("{")] * (len(places) == length - 1)  # the last one is cut
    return np.array([bisect_right(breaks, place) + 1 for place in places[:length]]) if len(places) >= length else None


def _is_whole(line: str) -> bool:
    try:
        return isinstance(parsed(line), dict)
    except ValueError:
        return False


def _column(values: Sequence[Any]) -> Column:
    """The numbers of a list at their places; what is no number is absent."""
    if set(map(type, values)) == {float}:
        return Column(np.array(values), np.arange(len(values)))
    numbers = [(row, number) for row, value in enumerate(values) if (number := numeric(value)) is not None]
    return Column(np.array([number for _, number in numbers]), np.array([row for row, _ in numbers], dtype=np.int64))


def _lists(document: Any) -> dict[str, Sequence[Any]]:
    """The lists of numbers in a document, by name; `{"history": …}` and the like around them is passed over."""
    if not isinstance(document, dict):
        return {}
    listed = {name: _listed(value) for name, value in document.items()}
    found: dict[str, Sequence[Any]]
    found = {name: value for name, value in flat(listed) if isinstance(value, list) and _numbers(value)}
    around = {name.partition("/")[0] for name in found}
    shared = len(around) == 1 and not vocabulary.split(*around) and not found.keys() & around
    return {name.partition("/")[2]: value for name, value in found.items()} if shared else found


def _listed(value: Any) -> Any:
    """A column as pandas writes it, `{"0": 0.5, "1": 0.25}`, as a list."""
    if isinstance(value, dict) and value and all(name.isdecimal() for name in value):
        return [value[name] for name in sorted(value, key=lambda name: (len(name), name))]
    return value


def _numbers(values: Sequence[Any]) -> bool:
    first = values[:100]
    return len(values) >= _SHORTEST and sum(numeric(value) is not None for value in first) * 2 > len(first)


def _records(document: Any) -> list[dict[str, float]]:
    """The records of a list, of an object in which each epoch has its own, or of one with a list for each split."""
    if isinstance(document, dict):
        numbered = [(int(found[1]), value) for name, value in document.items() if (found := _EPOCH.fullmatch(name))]
        lists = {name: value for name, value in document.items() if _is_records(value)}
        if numbered:
            document = [{"epoch": n, **value} for n, value in numbered if isinstance(value, dict)]
        elif len(lists) == 1:
            document = next(iter(lists.values()))
        else:
            document = [_named(name, record) for name, rows in lists.items() for record in rows]
    if not _is_records(document):
        return []
    flattened = (flat(record) for record in document if isinstance(record, dict))
    rows = ({n: number for n, value in record if (number := numeric(value)) is not None} for record in flattened)
    return [row for row in rows if row]


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(record, dict) for record in value[:5])


def _named(split: str, record: Any) -> dict[str, Any]:
    """A record whose columns begin with the name of the list that holds it."""
    given = record if isinstance(record, dict) else {}
    return {name if vocabulary.clock(name) else f"{split}/{name}": value for name, value in given.items()}


_EPOCH = re.compile(r"(?:epoch|step|iter)?[ _-]?(\d{1,9})", re.IGNORECASE)


def _known(name: str) -> bool:
    return vocabulary.describe(name)[1] != ""
