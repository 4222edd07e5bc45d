"""The log of `expert.live.Monitor`: JSON Lines with the settings first, and what each layer showed below `layers`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from expert.readers import Unreadable
from expert.readers._columns import MOST_EVENTS, opening, run_of_columns
from expert.readers._json import numeric, parsed
from expert.readers._onward import Memory, Span, read_on
from expert.readers._rows import Rows
from expert.run import Event, RunLog

GROWS = True
_IN = "\t"
"""What stands between a layer and its statistic while both make one column."""


def recognizes(path: Path) -> str | None:
    """A first line that names the format."""
    start = opening(path).lstrip()
    return "the log of expert.live.Monitor" if start.startswith((b'{"monitor": ', b'{"monitor":')) else None


@dataclass
class _Known:
    """What the lines so far said."""

    rows: Rows = field(default_factory=Rows)
    settings: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)


def read(path: Path, memory: Memory | None = None) -> Iterator[RunLog]:
    """The one run; the series of a layer are about it."""

    def take(known: _Known, span: Span) -> None:
        _take(known, path, span)

    known = read_on(path, _Known, take, memory)
    if known.bad:
        some = ", ".join(map(str, known.bad[:10])) + (" …" if len(known.bad) > 10 else "")
        cut = "is cut and left out" if len(known.bad) == 1 else "are no JSON object and left out"
        known.notes.append(f"line {some} {cut}")
    if not len(known.rows):
        raise Unreadable(f"{path}: the monitor wrote no step; call m.step(loss) after each optimizer.step()")
    columns, lines = known.rows.placed(), known.rows.lines()
    run = run_of_columns(
        path, columns, len(lines), lines, settings=known.settings, events=known.events, notes=known.notes
    )
    series = []
    for found in run.series:
        about, _, column = found.column.rpartition(_IN)
        series.append(replace(found, column=column, about=about) if about else found)
    yield replace(run, series=tuple(series))


def _take(known: _Known, path: Path, span: Span) -> None:
    """Add what the lines of a span say."""
    with path.open("rb") as file:
        for line, text in enumerate(span.lines(file), span.line):
            record = _record(text)
            if record is None:
                known.bad += [line] if text.strip() else []
                continue
            if isinstance(record.get("settings"), dict):
                known.settings.update(record["settings"])
            if isinstance(record.get("note"), str):
                known.notes.append(record["note"])
            if isinstance(record.get("event"), str) and len(known.events) < MOST_EVENTS:
                known.events.append(Event(record["event"], step=numeric(record.get("step")), line=line))
            row = _row(record)
            if len(row) > 1 and "event" not in record:
                known.rows.add(tuple(row), row.values(), line)


def _record(text: bytes) -> dict[str, Any] | None:
    try:
        record = parsed(text)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _row(record: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a record, those of a layer as one column for each of its statistics."""
    found = {name: number for name, value in record.items() if (number := numeric(value)) is not None}
    layers = record.get("layers")
    for layer, values in layers.items() if isinstance(layers, dict) else ():
        for name, value in values.items() if isinstance(values, dict) else ():
            number = numeric(value)
            if number is not None:
                found[f"{layer}{_IN}{name}"] = number
    return found
