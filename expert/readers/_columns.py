"""Columns of numbers → Series: one order of steps, resumed runs joined, gaps left out. What all readers share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from expert import vocabulary
from expert.run import Event, FloatArray, IntArray, RunLog, Series

_ONCE = "one step was logged twice; its last line counts"
MOST_EVENTS = 100
"""Of more events of one kind than these, the first are kept and the rest counted."""
_MOST_RESTARTS = 0.1
"""A clock goes back in at most this share of its rows."""
_GENERIC = {"metrics", "results", "log", "logs", "history", "progress", "trainer_state", "training_log", "train"} | {
    "training_history",
    "output",
    "stdout",
    "result",
    "stats",
    "scalars",
    "trainer_log",
    "wandb-history",
}


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a log. `values` were written in `rows` (in every row if None); what was not written is absent."""

    values: FloatArray
    rows: IntArray | None = None


def head(path: Path, size: int = 65_536) -> bytes:
    """The first bytes of a file; nothing for a folder or what cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError:
        return b""


def opening(path: Path) -> bytes:
    """The first bytes of a file of lines, with the whole first line unless it is longer than 4 MB."""
    start = head(path)
    return start if b"\n" in start or len(start) < 65_536 else head(path, 4_194_304)


def run_name(path: Path) -> str:
    """What a person would call the run of a log: its file, or its folder where the file's name is the format's."""
    stem = path.stem if path.is_file() else path.name
    folder = path.resolve().parent.name
    generic = stem.lower() in _GENERIC or stem.startswith("events.out.tfevents")
    return (folder if generic and folder and path.is_file() else stem) or path.resolve().name


def columns_of(records: Iterable[Mapping[str, float]]) -> dict[str, Column]:
    """The columns of records that each hold some of the names."""
    rows: dict[str, list[int]] = {}
    values: dict[str, list[float]] = {}
    for row, record in enumerate(records):
        for name, value in record.items():
            if name not in rows:
                rows[name], values[name] = [], []
            rows[name].append(row)
            values[name].append(value)
    return {n: Column(np.array(values[n], dtype=np.float64), np.array(rows[n], dtype=np.int64)) for n in rows}


def run_of_columns(
    path: Path,
    columns: Mapping[str, Column],
    length: int,
    lines: IntArray | None = None,
    name: str = "",
    settings: Mapping[str, object] | None = None,
    events: Iterable[Event] = (),
    notes: Iterable[str] = (),
) -> RunLog:
    """One run of `length` rows that stand at the given lines of the file.

    Steps are the step column, else the epoch column, else the row. Where the steps of a column go back the run was
    resumed: the later row of each step wins, and the place is an event. A last row without a step, where all others
    have one, is a summary and is left out.
    """
    said = list(notes)
    written, found = dict(columns), dict(settings or {})
    clocks, used = _clocks(written, length)
    summary = _summary(written, clocks, length)
    if summary is not None:
        length -= 1
        line = f" (line {lines[-1]})" if lines is not None else ""
        said.append(f"the last row{line} is a summary, not a step, and is left out: {', '.join(summary) or 'empty'}")
        found = {**{n: v for n, v in summary.items() if columns[n].rows is not None}, **found}
        written = {n: c for n, column in written.items() if len((c := _before(column, length)).values)}
        lines = None if lines is None else lines[:length]
        clocks, used = _clocks(written, length)
    steps, counted = _steps(clocks, written, length)
    said += counted
    shared = _Clock(steps, clocks.get("epoch"), clocks.get("time"), lines)
    whole: _Kept | None = None
    series, back, twice = [], dict[int, int](), 0
    for column, data in written.items():
        if column in used or not len(data.values):
            continue
        whole = _kept(shared, None) if whole is None and data.rows is None else whole
        kept = whole if data.rows is None and whole else _kept(shared, data.rows)
        back.update({row: max(before, back.get(row, 0)) for row, before in kept.back.items()})
        twice = max(twice, kept.twice)
        values = data.values if kept.index is None else data.values[kept.index]
        series.append(
            Series(
                column=column,
                steps=kept.clock.steps,
                values=values,
                epochs=kept.clock.epochs,
                times=kept.clock.times,
                file=path.name,
                lines=kept.clock.lines,
            )
        )
    places: list[int] = []
    for row in sorted(back):  # columns that stand in different rows see one restart in different rows
        if not places or back[row] >= places[-1]:
            places.append(row)
    if twice:
        said.append(f"{twice} steps were logged more than once; of each the last line counts" if twice > 1 else _ONCE)
    if len(places) > MOST_EVENTS:
        said.append(f"steps go back in {len(places)} places, of which the first {MOST_EVENTS} are kept as events")
    if _anew(places, back, steps):
        said.append(
            f"the steps begin anew {len(places)} times and each time go as far: these are taken for {len(places) + 1} "
            "models or folds in one log that nothing tells apart; the last of them is judged"
        )
        places = []
    resumed = [_resumed(row, float(steps[back[row]]), steps, lines) for row in places[:MOST_EVENTS]]
    return RunLog(
        name or run_name(path),
        str(path),
        tuple(series),
        settings=found,  # type: ignore[arg-type]  # as written; `vocabulary.settings` makes them Setting
        events=(*events, *resumed),
        notes=tuple(said),
        clocks=tuple(name for name in columns if name in used),
    )


@dataclass(frozen=True, eq=False)
class _Clock:
    """What goes along with the values: one entry for each row."""

    steps: FloatArray
    epochs: FloatArray | None
    times: FloatArray | None
    lines: IntArray | None

    def at(self, rows: IntArray) -> _Clock:
        return _Clock(
            self.steps[rows],
            None if self.epochs is None else self.epochs[rows],
            None if self.times is None else self.times[rows],
            None if self.lines is None else self.lines[rows],
        )


@dataclass(frozen=True, eq=False)
class _Kept:
    """The points of a column that stay (all if `index` is None), and how many were replaced.

    `back` holds the rows where steps went back, each with the row before.
    """

    clock: _Clock
    index: IntArray | None
    back: Mapping[int, int]
    twice: int


def _kept(clock: _Clock, rows: IntArray | None) -> _Kept:
    mine = clock if rows is None or len(rows) == len(clock.steps) else clock.at(rows)
    forward = np.diff(mine.steps)
    if (forward > 0).all():
        return _Kept(mine, None, {}, 0)
    back = np.flatnonzero(forward < 0) + 1
    order = np.argsort(mine.steps, kind="stable")
    index = order[np.append(np.diff(mine.steps[order]) != 0, True)]
    whole = np.arange(len(mine.steps)) if rows is None else rows
    before = dict(zip(whole[back].tolist(), whole[back - 1].tolist(), strict=True))
    return _Kept(mine.at(index), index, before, len(order) - len(index))


def _clocks(columns: Mapping[str, Column], length: int) -> tuple[dict[str, FloatArray], set[str]]:
    """Step, epoch and time of every row as far as they are known, and the columns that they come from.

    A row without takes that of the row before.
    """
    found: dict[str, FloatArray] = {}
    used: set[str] = set()
    for name, column in columns.items():
        kind = vocabulary.clock(name)
        if kind is None:
            continue
        values = _dense(column, length)
        finite = np.isfinite(values)
        if kind == "time" and (np.diff(values[finite]) < 0).sum() > _MOST_RESTARTS * length:
            continue  # how long each row took, not when it was written
        if finite.sum() * 5 >= length:
            used.add(name)
            found.setdefault(kind, values if finite.all() else _filled(values, finite))
    return found, used


def _dense(column: Column, length: int) -> FloatArray:
    if column.rows is None:
        return column.values
    values = np.full(length, np.nan)
    values[column.rows] = column.values
    return values


def _filled(values: FloatArray, finite: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FloatArray:
    latest = np.maximum.accumulate(np.where(finite, np.arange(len(values)), -1))
    filled: FloatArray = values[np.where(latest < 0, int(np.argmax(finite)), latest)]
    return filled


def _summary(columns: Mapping[str, Column], clocks: Mapping[str, FloatArray], length: int) -> dict[str, float] | None:
    """The values of a last row that is no step: it alone has no clock, or it alone goes back to the start."""
    last = length - 1
    if length < 4:
        return None
    own = {n: float(c.values[-1]) for n, c in columns.items() if _wrote(c, last) and not vocabulary.clock(n)}
    if own and all(vocabulary.describe(n)[2] == "test" for n in own):
        return None
    counts = [_dense(c, length) for n, c in columns.items() if vocabulary.clock(n) in ("step", "epoch")]
    missing = [np.isnan(c[-1]) and not np.isnan(c[:-1]).any() for c in counts]
    if counts and all(missing):
        return own
    steps = clocks.get("step", clocks.get("epoch"))
    if steps is None or not (np.diff(steps[:-1]) > 0).all() or not steps[-1] < steps[0]:
        return None
    return own


def _before(column: Column, length: int) -> Column:
    if column.rows is None:
        return Column(column.values[:length])
    keep = int(np.searchsorted(column.rows, length))
    return Column(column.values[:keep], column.rows[:keep])


def _wrote(column: Column, row: int) -> bool:
    if column.rows is None:
        return row < len(column.values)
    place = int(np.searchsorted(column.rows, row))
    return place < len(column.rows) and int(column.rows[place]) == row


def _steps(
    clocks: Mapping[str, FloatArray], columns: Mapping[str, Column], length: int
) -> tuple[FloatArray, tuple[str, ...]]:
    """The steps of the rows, and what must be said of how they are counted."""
    metrics = [c for n, c in columns.items() if not vocabulary.clock(n)]
    densest = max(metrics, key=lambda c: len(c.values), default=None)
    rows = slice(None) if densest is None or densest.rows is None else densest.rows
    for kind in ("step", "epoch"):
        steps = clocks.get(kind)
        if steps is None or not len(steps) or not np.isfinite(steps).all() or (length > 1 and np.ptp(steps) == 0):
            continue
        if kind == "step" and "epoch" in clocks:
            unwound = _unwound(steps, clocks["epoch"])
            if unwound is not None:
                return unwound, ("steps start again in every epoch; they are counted on",)
        if len(steps[rows]) < 2 or np.mean(np.diff(steps[rows]) == 0) <= 0.5:
            return steps, ()
    said = "; the row counts as the step" if clocks.keys() & {"step", "epoch"} else ""
    return np.arange(length, dtype=np.float64), (f"steps do not move with the rows{said}",) if said else ()


def _unwound(steps: FloatArray, epochs: FloatArray) -> FloatArray | None:
    """Steps that start again with every epoch, counted on; None if they do not."""
    back = np.flatnonzero(np.diff(steps) < 0) + 1
    rises = back[epochs[back] > epochs[back - 1]]
    within = int((epochs[back] == epochs[back - 1]).sum())
    if not len(back) or len(rises) * 2 < len(back) or within * 20 > len(back):
        return None
    moves = np.diff(steps)
    stride = float(np.median(moves[moves > 0])) if (moves > 0).any() else 1.0
    lengths = steps[rises - 1] - steps[rises] + stride
    if len(rises) < len(back):  # the epochs start again too
        counted: FloatArray = np.floor(epochs - epochs.min()) * float(np.median(lengths)) + steps
        return counted
    jumps = np.zeros(len(steps))
    jumps[rises] = lengths
    return steps + np.cumsum(jumps)


def _anew(places: list[int], back: Mapping[int, int], steps: FloatArray) -> bool:
    """Whether a log goes back to its very first step twice or more, always from the same last one."""
    ends = {float(steps[back[row]]) for row in places}
    return len(places) > 1 and len(ends) == 1 and all(steps[row] == steps[0] for row in places)


def _resumed(row: int, before: float, steps: FloatArray, lines: IntArray | None) -> Event:
    text = f"steps go back from {before:g} to {steps[row]:g}: the run was resumed"
    return Event(text, "resume", float(steps[row]), None if lines is None else int(lines[row]))


def seconds(text: str) -> float | None:
    """A duration such as 1:02:03 in seconds, or None."""
    if not re.fullmatch(r"(\d+:)?\d{1,2}:\d{2}(\.\d+)?", text.strip()):
        return None
    total = 0.0
    for part in text.strip().split(":"):
        total = total * 60 + float(part)
    return total
