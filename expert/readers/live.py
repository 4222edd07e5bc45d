"""The log of `expert.live.Monitor`: JSON Lines with the settings first, and what each layer showed below `layers`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from expert.readers import Unreadable
from expert.readers._columns import MOST_EVENTS, columns_of, opening, run_of_columns
from expert.readers._json import numeric, parsed
from expert.run import Event, RunLog

_IN = "\t"
"""What stands between a layer and its statistic while both make one column."""


def recognizes(path: Path) -> str | None:
    """A first line that names the format."""
    start = opening(path).lstrip()
    return "the log of expert.live.Monitor" if start.startswith((b'{"monitor": ', b'{"monitor":')) else None


def read(path: Path) -> Iterator[RunLog]:
    """The one run; the series of a layer are about it."""
    rows: list[dict[str, float]] = []
    lines: list[int] = []
    settings: dict[str, object] = {}
    notes: list[str] = []
    events: list[Event] = []
    bad: list[int] = []
    with path.open("rb") as file:
        for line, text in enumerate(file, 1):
            record = _record(text)
            if record is None:
                bad += [line] if text.strip() else []
                continue
            if isinstance(record.get("settings"), dict):
                settings.update(record["settings"])
            if isinstance(record.get("note"), str):
                notes.append(record["note"])
            if isinstance(record.get("event"), str) and len(events) < MOST_EVENTS:
                events.append(Event(record["event"], step=numeric(record.get("step")), line=line))
            row = _row(record)
            if len(row) > 1 and "event" not in record:
                rows.append(row)
                lines.append(line)
    if bad:
        some = ", ".join(map(str, bad[:10])) + (" …" if len(bad) > 10 else "")
        cut = "is cut and left out" if len(bad) == 1 else "are no JSON object and left out"
        notes.append(f"line {some} {cut}")
    if not rows:
        raise Unreadable(f"{path}: the monitor wrote no step; call m.step(loss) after each optimizer.step()")
    run = run_of_columns(
        path, columns_of(rows), len(rows), np.array(lines), settings=settings, events=events, notes=notes
    )
    series = []
    for found in run.series:
        about, _, column = found.column.rpartition(_IN)
        series.append(replace(found, column=column, about=about) if about else found)
    yield replace(run, series=tuple(series))


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
