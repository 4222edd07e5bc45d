"""Exhibits → what a page shows of them: histograms, tables, pictures, bars, points and parallel coordinates.

Each kind is drawn by one function (`drawn`) and told in a sentence (`told`); `reports/exhibits.html` has a macro of the
same name for each.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from expert.exhibits import Axis, Bars, Exhibit, Histogram, Parallel, Picture, Pictures, Scatter, Table
from expert.renderers._charts import NARROWEST, Tick, anchor, slug
from expert.renderers._svg import WIDTH, Scale, label, labels, round_values, ticks
from expert.renderers._words import count, short

MOST_BYTES = 300_000
"""So many bytes of pictures has a page; what is beyond is left out and said so."""
_MOST_ROWS, _MOST_POINTS, _MOST_LINES, _MOST_BARS = 40, 1500, 300, 24
_ON_TOP = 5
"""So many of the first lines of parallel coordinates are drawn one by one and stand in the table."""
_HEIGHT = 150
_TALL = 240
_LETTER = 7.7
"""Pixels that a digit of a label takes in a wide font."""
_ROOM = 120
"""Pixels that each axis of parallel coordinates has for its labels at least."""
_THUMB = 96


@dataclass(frozen=True)
class View:
    """An exhibit on a page; `says` is what a reader who cannot see it is told, `key` what its styles mean."""

    kind: str
    id: str
    title: str
    caption: str
    says: str
    unit: str
    key: tuple[tuple[str, str], ...]
    drawing: Drawing
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """A curve with its name in the key, and the class that colors it."""

    label: str
    style: str
    path: str


@dataclass(frozen=True)
class Shares:
    """Overlaid distributions: curves over one axis, or rows of bars (label, then style, width and text of each)."""

    shapes: tuple[Shape, ...]
    axis: str
    ticks: tuple[Tick, ...] = ()
    rows: tuple[tuple[str, tuple[tuple[str, float, str], ...]], ...] = ()
    height: int = _HEIGHT


@dataclass(frozen=True)
class Cells:
    """A table with as much of its texts as fits."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Thumbnail:
    """A picture as a `data:` URL, its size on the page in pixels, and its text."""

    url: str
    width: int
    height: int
    alt: str
    caption: str
    pixelated: bool


@dataclass(frozen=True)
class Album:
    """Groups of pictures side by side."""

    groups: tuple[tuple[str, tuple[Thumbnail, ...]], ...]


@dataclass(frozen=True)
class Length:
    """A value as a bar from `left`, `width` wide, with a whisker from `low` to `high` (percent), and as text."""

    label: str
    text: str
    left: float
    width: float
    whisker: tuple[float, float] | None


@dataclass(frozen=True)
class Lengths:
    """Bars below each other."""

    bars: tuple[Length, ...]


@dataclass(frozen=True)
class Points:
    """Points in a plane; `band` is the suggested stretch (left, width in percent)."""

    x: str
    y: str
    path: str
    ticks: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    band: tuple[float, float] | None
    height: int = _TALL


@dataclass(frozen=True)
class Coordinate:
    """One axis of parallel coordinates, in percent from the left, and the values named on it."""

    left: float
    label: str
    levels: tuple[Tick, ...]


@dataclass(frozen=True)
class Lines:
    """Parallel coordinates, what lies on top last; `room` is how many pixels wide they are at least."""

    axes: tuple[Coordinate, ...]
    shapes: tuple[Shape, ...]
    table: Cells
    room: int
    height: int = _TALL


Drawing = Shares | Cells | Album | Lengths | Points | Lines


def exhibits(shown: Sequence[Exhibit]) -> tuple[View, ...]:
    """The exhibits as they stand on the page; all their pictures together stay within `MOST_BYTES`."""
    views, left = [], MOST_BYTES
    for n, one in enumerate(shown, 1):
        if isinstance(one, Pictures):
            one, left, notes = _within(one, left)
        else:
            notes = _left_out(one)
        kind = type(one).__name__.lower()
        ids = f"exhibit-{n}-{slug(one.title)}".rstrip("-")
        drawing = drawn(one)
        unit = one.unit if isinstance(one, Bars) else ""
        views.append(View(kind, ids, one.title, one.caption, told(one), unit, _key(drawing), drawing, notes))
    return tuple(views)


@singledispatch
def drawn(exhibit: Exhibit) -> Drawing:
    """What the page draws of an exhibit."""
    raise TypeError(f"{type(exhibit).__name__} is no exhibit")


@singledispatch
def told(exhibit: Exhibit) -> str:
    """What there is to see, as a clause."""
    raise TypeError(f"{type(exhibit).__name__} is no exhibit")


# histograms


@drawn.register
def _(exhibit: Histogram) -> Shares:
    styles = _styles([name for name, _ in exhibit.parts])
    named = [
        (short(name, 40), style, tuple(share if math.isfinite(share) and share > 0 else 0.0 for share in shares))
        for (name, shares), style in zip(exhibit.parts, styles, strict=True)
    ]
    if exhibit.axis.choices:
        return _rows(exhibit, named)
    edges, is_log = _edges(exhibit)
    place = _Place.of(edges, Axis(exhibit.axis.label, is_log), WIDTH)
    ends = [place(edge) for edge in edges]
    widths = np.diff(ends)
    dense = [np.asarray(shares) / np.maximum(widths, 1e-9) for _, _, shares in named]
    top = max((float(one.max()) for one in dense if len(one)), default=0.0) or 1.0
    shapes = []
    for (name, style, _), one in zip(named, dense, strict=True):
        heights = np.rint((_HEIGHT - 4) * one / top)
        steps = "".join(f"V{_HEIGHT - h:.0f}H{x:.0f}" for h, x in zip(heights, ends[1:], strict=True))
        shapes.append(Shape(name, style, f"M{ends[0]:.0f} {_HEIGHT}{steps}V{_HEIGHT}z"))
    return Shares(tuple(shapes), _axis(Axis(exhibit.axis.label, is_log)), _along(place))


def _rows(exhibit: Histogram, named: Sequence[tuple[str, str, tuple[float, ...]]]) -> Shares:
    """A row for each choice, the most frequent first where there are too many."""
    top = max((share for _, _, shares in named for share in shares), default=0.0) or 1.0
    rows = []
    for n in _most_frequent(exhibit):
        bars = ((style, round(100 * shares[n] / top, 2), f"{100 * shares[n]:.3g}%") for _, style, shares in named)
        rows.append((short(exhibit.axis.choices[n], 60), tuple(bars)))
    return Shares(tuple(Shape(name, style, "") for name, style, _ in named), exhibit.axis.label, rows=tuple(rows))


def _most_frequent(exhibit: Histogram) -> list[int]:
    """The places of the choices to show, in their own order."""
    highest = [max(shares[n] for _, shares in exhibit.parts) for n in range(len(exhibit.axis.choices))]
    return sorted(sorted(range(len(highest)), key=lambda n: -highest[n])[:_MOST_BARS])


def _edges(exhibit: Histogram) -> tuple[tuple[float, ...], bool]:
    """The edges, and whether they stand on a logarithmic axis; edges that do not ascend count the bins."""
    edges = exhibit.edges
    if not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        return tuple(map(float, range(len(edges)))), False
    return edges, exhibit.axis.is_log and edges[0] > 0


@told.register
def _(exhibit: Histogram) -> str:
    if exhibit.axis.choices:
        most = [
            (name, sorted(zip(shares, exhibit.axis.choices, strict=True), reverse=True)[:4])
            for name, shares in exhibit.parts
        ]
        return "; ".join(f"{name}: {', '.join(f'{short(c, 30)} {s:.3g}' for s, c in top)}" for name, top in most)
    edges, _ = _edges(exhibit)
    return "; ".join(_course(name, shares, edges) for name, shares in exhibit.parts)


def _course(name: str, shares: Sequence[float], edges: Sequence[float]) -> str:
    """A distribution in words."""
    whole = np.concatenate([[0.0], np.cumsum(np.nan_to_num(np.asarray(shares)))])
    if whole[-1] <= 0:
        return f"{short(name, 40)}: nothing"
    low, half, high = (label(float(np.interp(q * whole[-1], whole, edges))) for q in (0.05, 0.5, 0.95))
    return f"{short(name, 40)}: half below {half}, nine tenths from {low} to {high}"


# tables


@drawn.register
def _(exhibit: Table) -> Cells:
    rows = tuple(tuple(short(cell, 90) for cell in row) for row in exhibit.rows[:_MOST_ROWS])
    return Cells(tuple(short(column, 60) for column in exhibit.columns), rows)


@told.register
def _(exhibit: Table) -> str:
    return f"{count(len(exhibit.rows), 'row')} of {short(', '.join(exhibit.columns), 120)}"


# pictures


@drawn.register
def _(exhibit: Pictures) -> Album:
    return Album(
        tuple(
            (
                short(name, 80),
                tuple(_thumbnail(one, f"{short(name, 80)}, picture {n}") for n, one in enumerate(pictures, 1)),
            )
            for name, pictures in exhibit.groups
        )
    )


@told.register
def _(exhibit: Pictures) -> str:
    return "; ".join(f"{short(name, 60)}: {count(len(pictures), 'picture')}" for name, pictures in exhibit.groups)


def _within(exhibit: Pictures, room: int) -> tuple[Pictures, int, tuple[str, ...]]:
    """The pictures that are PNGs and fit into so many bytes, those that stand first in their group before others."""
    all_ = [(n, g) for g, (_, pictures) in enumerate(exhibit.groups) for n in range(len(pictures))]
    kept, broken = set(), 0
    for n, g in sorted(all_):
        picture = exhibit.groups[g][1][n]
        if _size(picture.png) is None:
            broken += 1
        elif len(picture.png) <= room:
            room -= len(picture.png)
            kept.add((n, g))
    groups = tuple(
        (name, tuple(one for n, one in enumerate(pictures) if (n, g) in kept))
        for g, (name, pictures) in enumerate(exhibit.groups)
    )
    beyond = len(all_) - len(kept) - broken
    notes = [f"{count(beyond, 'picture')} left out, as the page would grow too large."] * bool(beyond)
    notes += [f"{count(broken, 'picture')} could not be shown: no PNG."] * bool(broken)
    return Pictures(exhibit.title, exhibit.caption, groups), room, tuple(notes)


def _size(png: bytes) -> tuple[int, int] | None:
    """Width and height as the header has them; None for what is no PNG."""
    if png[:8] != b"\x89PNG\r\n\x1a\n" or png[12:16] != b"IHDR" or len(png) < 33:
        return None
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    return (width, height) if width and height else None


def _thumbnail(picture: Picture, otherwise: str) -> Thumbnail:
    width, height = _size(picture.png) or (1, 1)
    times = _THUMB / max(width, height)
    times = math.floor(times) if times >= 2 else min(times, 1.0)  # whole pixels stay square
    url = f"data:image/png;base64,{b64encode(picture.png).decode()}"
    caption = short(picture.caption, 80)
    wide, high = max(1, round(width * times)), max(1, round(height * times))
    alt = f"{otherwise}: {caption}" if caption else otherwise
    return Thumbnail(url, wide, high, alt, caption, times >= 2)


# bars


@drawn.register
def _(exhibit: Bars) -> Lengths:
    shown = exhibit.bars[:_MOST_BARS]
    numbers = [v for bar in shown for v in (bar.value, bar.low, bar.high) if math.isfinite(v)]
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    place = _Place(low, high if high > low else low + 1.0, False, 100)
    bars = []
    for bar in shown:
        ends = sorted((place(0.0), place(bar.value))) if math.isfinite(bar.value) else (0.0, 0.0)
        sure = math.isfinite(bar.low) and math.isfinite(bar.high) and bar.low < bar.high
        whisker = (round(place(bar.low), 2), round(place(bar.high), 2)) if sure else None
        left, width = round(min(ends[0], 99.6), 2), round(max(0.4, ends[1] - ends[0]), 2)
        bars.append(Length(short(bar.label, 60), _interval(bar.value, bar.low, bar.high), left, width, whisker))
    return Lengths(tuple(bars))


@told.register
def _(exhibit: Bars) -> str:
    said = [f"{short(bar.label, 40)} {_interval(bar.value, bar.low, bar.high)}" for bar in exhibit.bars[:6]]
    more = f"; and {len(exhibit.bars) - 6} more" if len(exhibit.bars) > 6 else ""
    return f"{', '.join(said)}{f' {exhibit.unit}' if exhibit.unit and said else ''}{more}"


def _interval(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return "not known"
    sure = math.isfinite(low) and math.isfinite(high) and low < high
    return f"{label(value)} ({label(low)} to {label(high)})" if sure else label(value)


# scatter


@drawn.register
def _(exhibit: Scatter) -> Points:
    points = [point for point in exhibit.points if np.isfinite(point).all()]
    ends = [v for v in exhibit.band or () if math.isfinite(v)]
    x = _Place.of([*(point[0] for point in points), *ends], exhibit.x, WIDTH)
    y = _Place.of([point[1] for point in points], exhibit.y, _TALL)
    shown = points[:: math.ceil(len(points) / _MOST_POINTS) or 1]
    places = dict.fromkeys((round(x(a)), round(_TALL - y(b))) for a, b in shown if x.has(a) and y.has(b))
    band = None
    if len(ends) == 2:
        left, right = sorted((x(ends[0]) / 10, x(ends[1]) / 10))
        band = (round(min(left, 99.2), 2), round(max(0.8, right - left), 2))
    levels = tuple(Tick(round(_TALL - y(v), 1), short(text, 8)) for v, text in _named(y, _TALL // 30))
    path = "".join(f"M{a} {b}h0" for a, b in places)
    return Points(_axis(exhibit.x), _axis(exhibit.y), path, _along(x), levels, band)


@told.register
def _(exhibit: Scatter) -> str:
    points = [point for point in exhibit.points if np.isfinite(point).all()]
    if not points:
        return "no points"
    ranges = []
    for axis, values in ((exhibit.x, [p[0] for p in points]), (exhibit.y, [p[1] for p in points])):
        ranges.append(f"{short(axis.label, 60)} from {_text(axis, min(values))} to {_text(axis, max(values))}")
    suggested = " to ".join(_text(exhibit.x, end) for end in exhibit.band or ())
    band = f"; suggested: {suggested}" if suggested else ""
    return f"{count(len(points), 'point')}, {', '.join(ranges)}{band}"


# parallel coordinates


@drawn.register
def _(exhibit: Parallel) -> Lines:
    lines, last = exhibit.lines[:_MOST_LINES], max(1, len(exhibit.axes) - 1)
    columns = [[line[n] for line in lines] for n in range(len(exhibit.axes))]
    places = [_Place.of(values, axis, _TALL) for values, axis in zip(columns, exhibit.axes, strict=True)]
    drawn_ = [list(_stretches(line, places)) for line in lines]
    first = min(_ON_TOP, max(1, len(lines) // 8))
    rest = Shape("others", "rest", "".join(piece for pieces in drawn_[first:] for piece in pieces))
    on_top = [Shape(f"number {n}", f"top n{n}", "".join(drawn_[n - 1])) for n in range(min(first, len(lines)), 0, -1)]
    axes = tuple(
        Coordinate(
            round(100 * n / last, 2),
            short(axis.label, _ROOM // 8),
            tuple(Tick(round(_TALL - place(v), 1), short(text, 12)) for v, text in _named(place, 5)),
        )
        for n, (axis, place) in enumerate(zip(exhibit.axes, places, strict=True))
    )
    rows = tuple(
        tuple(_text(axis, value) for axis, value in zip(exhibit.axes, line, strict=True)) for line in lines[:_ON_TOP]
    )
    table = Cells(tuple(short(axis.label, 60) for axis in exhibit.axes), rows)
    return Lines(axes, (rest, *on_top), table, _ROOM * last)


@told.register
def _(exhibit: Parallel) -> str:
    names = ", ".join(short(axis.label, 40) for axis in exhibit.axes)
    first = [
        f"{short(axis.label, 40)} {_text(axis, value)}"
        for axis, value in zip(exhibit.axes, exhibit.lines[0] if exhibit.lines else (), strict=False)
    ]
    best = f"; the first: {', '.join(first)}" if first else ""
    return f"{count(len(exhibit.lines), 'line')} over {names}{best}"


def _stretches(line: Sequence[float], places: Sequence[_Place]) -> Iterator[str]:
    """The line from axis to axis; it breaks where it has no value, and a value alone is a dot."""
    last = max(1, len(line) - 1)
    known = np.array([place.has(value) for value, place in zip(line, places, strict=True)], dtype=bool)
    at = np.flatnonzero(known)
    for stretch in np.split(at, np.flatnonzero(np.diff(at) > 1) + 1):
        points = [f"{round(WIDTH * n / last)} {round(_TALL - places[n](line[n]))}" for n in stretch]
        if points:
            yield f"M{'L'.join(points)}" if len(points) > 1 else f"M{points[0]}h0"


# what they share


def _key(drawing: Drawing) -> tuple[tuple[str, str], ...]:
    """What each style of a drawing means."""
    match drawing:
        case Shares():
            return tuple((shape.label, shape.style) for shape in drawing.shapes)
        case Lines() if len(drawing.shapes) > 1:
            following = [(f"the next {len(drawing.shapes) - 2}", "top")] * (len(drawing.shapes) > 2)
            return (("the first", "top n1"), *following, ("others", "rest"))
        case _:
            return ()


@dataclass(frozen=True)
class _Place:
    """Where a value stands on an axis of so many units, counted from its low end."""

    low: float
    high: float
    is_log: bool
    units: float
    choices: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Sequence[float], axis: Axis, units: float) -> _Place:
        """The axis that holds the values; logarithmic if asked for and possible."""
        if axis.choices:
            return cls(-0.5, len(axis.choices) - 0.5, False, units, axis.choices)
        finite = [float(v) for v in values if math.isfinite(v)]
        positive = [v for v in finite if v > 0]
        is_log = axis.is_log and bool(positive)
        finite = (positive if is_log else finite) or [0.0, 1.0]
        low, high = min(finite), max(finite)
        if high - low <= 1e-12 * max(abs(high), abs(low)):
            low, high = (low / 2, high * 2) if is_log else (low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2)
        return cls(low, high, is_log, units)

    def has(self, value: float) -> bool:
        """Whether the value can stand on the axis."""
        return math.isfinite(value) and (value > 0 or not self.is_log)

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.is_log:
            low, high, value = math.log(low), math.log(high), math.log(max(value, 1e-300))
        return self.units * min(1.0, max(0.0, (value - low) / (high - low)))


def _named(place: _Place, most: int) -> list[tuple[float, str]]:
    """The values to name on an axis, at most so many, with their texts."""
    if place.choices:
        every = math.ceil(len(place.choices) / max(1, most * 2))
        return [(float(n), short(text, 24)) for n, text in enumerate(place.choices) if n % every == 0]
    values = ticks(Scale(place.low, place.high, place.is_log, 100), most)
    if len(values) < 2:
        values = round_values(place.low, place.high, most)
    return list(zip(values, labels(values), strict=True))


def _along(place: _Place) -> tuple[Tick, ...]:
    """The names below a picture, those left out that would meet another on a narrow screen."""
    found: list[Tick] = []
    end = -100.0
    for value, text in _named(place, 6):
        at = round(100 * place(value) / place.units, 2)
        wide = 100 * _LETTER * (len(text) + 1) / NARROWEST
        side = anchor(at) if not place.choices else "middle"
        left = at - {"start": 0.0, "middle": wide / 2, "end": wide}[side]
        if left > end:
            found.append(Tick(at, text, side))
            end = left + wide
    return tuple(found)


def _axis(axis: Axis) -> str:
    """What an axis is called, with its choices from left to right, or from the bottom to the top."""
    choices = ", ".join(short(choice, 24) for choice in axis.choices[:12])
    more = f", … ({len(axis.choices)})" if len(axis.choices) > 12 else ""
    scale = f": {choices}{more}" if choices else ", logarithmic" if axis.is_log else ""
    return f"{short(axis.label, 80)}{scale}"


def _text(axis: Axis, value: float) -> str:
    """A value of an axis as people read it; a dash where there is none."""
    if not math.isfinite(value):
        return "—"
    if axis.choices:
        return short(axis.choices[min(len(axis.choices) - 1, max(0, round(value)))], 40)
    return label(value)


def _styles(names: Sequence[str]) -> list[str]:
    """The class of each part: that of its split where all are different splits, else the next color."""
    splits = [next((s for s in ("train", "val", "test") if name.lower().startswith(s)), "") for name in names]
    named = all(splits) and len(set(splits)) == len(splits)
    return splits if named else [f"other n{n}" for n in range(1, len(names) + 1)]


def _left_out(exhibit: Exhibit) -> tuple[str, ...]:
    """What is not shown as there is too much of it."""
    match exhibit:
        case Table():
            beyond, noun = len(exhibit.rows) - _MOST_ROWS, "more row"
        case Bars():
            beyond, noun = len(exhibit.bars) - _MOST_BARS, "more value"
        case Parallel():
            beyond, noun = len(exhibit.lines) - _MOST_LINES, "more line"
        case Histogram():
            beyond, noun = len(exhibit.axis.choices) - _MOST_BARS, "rarer value"
        case _:
            return ()
    return (f"{count(beyond, noun)} not shown.",) if beyond > 0 else ()
