"""Columns of numbers → Series: one order of steps, resumed runs joined, gaps left out. What all readers share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from expert import vocabulary
from expert.run import Event, FloatArray, IntArray, RunLog, Series


def head(path: Path, size: int = 65_536) -> bytes:
    """The first bytes of a file; nothing for a folder or what cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError:
        return b""


def run_of_columns(
    path: Path,
    columns: Mapping[str, FloatArray],
    lines: IntArray | None = None,
    present: Mapping[str, FloatArray] | None = None,
    notes: Iterable[str] = (),
) -> RunLog:
    """One run of a table: `columns` share one length, `lines` are their lines in the file.

    A cell that is NaN counts as absent, unless `present` (a mask per column, same shape) says that NaN was written.
    Steps are the step column, else the epoch column, else the row. Where they restart, the later row of each step wins
    and the place is an event.
    """
    clocks: dict[str, FloatArray] = {}
    for name, values in columns.items():
        kind = vocabulary.clock(name)
        if kind is not None and kind not in clocks and np.isfinite(values).mean() > 0.5:
            clocks[kind] = values
    length = len(next(iter(columns.values()), ()))
    rows = np.arange(length, dtype=np.float64)
    steps = next((clocks[k] for k in ("step", "epoch") if k in clocks and _counts(clocks[k])), rows)
    kept, events = _joined(steps, lines)
    series = []
    for name, values in columns.items():
        if any(values is c for c in clocks.values()):
            continue
        index = kept[present[name][kept]] if present and name in present else kept[~np.isnan(values[kept])]
        if len(index):
            series.append(
                Series(
                    column=name,
                    steps=steps[index],
                    values=values[index],
                    epochs=clocks["epoch"][index] if "epoch" in clocks else None,
                    times=clocks["time"][index] if "time" in clocks else None,
                    file=path.name,
                    lines=None if lines is None else lines[index],
                )
            )
    return RunLog(run_name(path), str(path), tuple(series), events=events, notes=tuple(notes))


def run_name(path: Path) -> str:
    """What a person would call the run of a log: its file, or its folder where the file's name is the format's."""
    generic = {"metrics", "results", "log", "logs", "history", "progress", "trainer_state", "training_log", "train"}
    stem = path.stem if path.is_file() else path.name
    return path.resolve().parent.name if stem.lower() in generic and path.resolve().parent.name else stem


def _counts(steps: FloatArray) -> bool:
    """Whether a column can be the run's clock: it is all there and moves."""
    return bool(np.isfinite(steps).all() and (len(steps) < 2 or steps[0] != steps[-1] or len(set(steps.tolist())) > 1))


def _joined(steps: FloatArray, lines: IntArray | None) -> tuple[IntArray, tuple[Event, ...]]:
    """The rows to keep, by ascending step, the last writer of each step; and an event wherever steps went back."""
    back = np.flatnonzero(np.diff(steps) < 0) + 1
    rows = np.arange(len(steps))
    if not len(back) and (np.diff(steps) > 0).all():
        return rows, ()
    order = np.lexsort((rows, steps))
    last = np.append(np.diff(steps[order]) != 0, True)
    events = tuple(
        Event(
            f"steps go back from {steps[i - 1]:g} to {steps[i]:g}: the run was resumed",
            "resume",
            float(steps[i]),
            None if lines is None else int(lines[i]),
        )
        for i in back
    )
    return order[last], events
