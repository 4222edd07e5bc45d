"""Parallel coordinates: a line for each run, the best on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from expert.exhibits import Parallel
from expert.renderers._charts import Tick
from expert.renderers._exhibits._axes import Place, named, text
from expert.renderers._exhibits.table import Cells
from expert.renderers._svg import WIDTH
from expert.renderers._words import count, short

_MOST_LINES = 300
_ON_TOP = 5
"""So many of the first lines are drawn one by one and stand in the table."""
_ROOM = 120
"""Pixels that each axis has for its labels at least."""
_HEIGHT = 240


@dataclass(frozen=True)
class Coordinate:
    """One axis of parallel coordinates, in percent from the left, and the values named on it."""

    left: float
    label: str
    levels: tuple[Tick, ...]


@dataclass(frozen=True)
class Lines:
    """The axes, and the lines by style, what lies on top last; `room` is how many pixels wide they are at least."""

    axes: tuple[Coordinate, ...]
    paths: tuple[tuple[str, str], ...]
    key: tuple[tuple[str, str], ...]
    first: Cells
    room: int
    notes: tuple[str, ...]
    height: int = _HEIGHT


def draw(exhibit: Parallel) -> Lines:
    """What the page draws of it."""
    lines, last = exhibit.lines[:_MOST_LINES], max(1, len(exhibit.axes) - 1)
    columns = [[line[n] for line in lines] for n in range(len(exhibit.axes))]
    places = [Place.of(values, axis, _HEIGHT) for values, axis in zip(columns, exhibit.axes, strict=True)]
    axes = tuple(
        Coordinate(
            round(100 * n / last, 2),
            short(axis.label, _ROOM // 8),
            tuple(Tick(round(_HEIGHT - place(v), 1), short(name, 12)) for v, name in named(place, 5)),
        )
        for n, (axis, place) in enumerate(zip(exhibit.axes, places, strict=True))
    )
    paths = [_path(line, places) for line in lines]
    top = min(_ON_TOP, max(1, len(lines) // 8), len(lines))
    on_top = tuple((f"top n{n}", paths[n - 1]) for n in range(top, 0, -1))
    following = [(f"the next {top - 1}", "top")] if top > 1 else []
    rest = [("others", "rest")] if len(lines) > top else []
    first = tuple(tuple(map(text, exhibit.axes, line)) for line in lines[:_ON_TOP])
    return Lines(
        axes,
        (("rest", "".join(paths[top:])), *on_top),
        (("the first", "top n1"), *following, *rest),
        Cells(tuple(short(axis.label, 60) for axis in exhibit.axes), first),
        _ROOM * last,
        (f"{count(len(exhibit.lines) - len(lines), 'more line')} not shown.",)
        if len(exhibit.lines) > len(lines)
        else (),
    )


def told(exhibit: Parallel) -> str:
    """What there is to see, as a clause."""
    names = ", ".join(short(axis.label, 40) for axis in exhibit.axes)
    first = [
        f"{short(axis.label, 40)} {text(axis, value)}"
        for axis, value in zip(exhibit.axes, exhibit.lines[0] if exhibit.lines else (), strict=False)
    ]
    best = f"; the first: {', '.join(first)}" if first else ""
    return f"{count(len(exhibit.lines), 'line')} over {names}{best}"


def _path(line: Sequence[float], places: Sequence[Place]) -> str:
    """The line from axis to axis; it breaks where it has no value, and a value alone is a dot."""
    last = max(1, len(line) - 1)
    at = np.flatnonzero([place.has(value) for value, place in zip(line, places, strict=True)])
    pieces = []
    for stretch in np.split(at, np.flatnonzero(np.diff(at) > 1) + 1):
        points = [f"{round(WIDTH * n / last)} {round(_HEIGHT - places[n](line[n]))}" for n in stretch]
        pieces.append(f"M{'L'.join(points)}" + "h0" * (len(points) == 1) if points else "")
    return "".join(pieces)
