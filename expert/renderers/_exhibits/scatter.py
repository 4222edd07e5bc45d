"""Points in a plane, and the stretch that is suggested."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from expert.exhibits import Scatter
from expert.renderers._charts import Tick
from expert.renderers._exhibits._axes import Place, along, named, text, titled
from expert.renderers._svg import WIDTH
from expert.renderers._words import count, short

_MOST_POINTS = 1500
_HEIGHT = 240


@dataclass(frozen=True)
class Points:
    """Points in a plane; `band` is the suggested stretch (left, width in percent)."""

    x: str
    y: str
    path: str
    ticks: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    band: tuple[float, float] | None
    height: int = _HEIGHT


def draw(exhibit: Scatter) -> Points:
    """What the page draws of it."""
    points = [point for point in exhibit.points if np.isfinite(point).all()]
    ends = [v for v in exhibit.band or () if math.isfinite(v)]
    x = Place.of([*(point[0] for point in points), *ends], exhibit.x, WIDTH)
    y = Place.of([point[1] for point in points], exhibit.y, _HEIGHT)
    shown = points[:: math.ceil(len(points) / _MOST_POINTS) or 1]
    places = dict.fromkeys((round(x(a)), round(_HEIGHT - y(b))) for a, b in shown if x.has(a) and y.has(b))
    band = None
    if len(ends) == 2:
        left, right = sorted((x(ends[0]) / 10, x(ends[1]) / 10))
        band = (round(min(left, 99.2), 2), round(max(0.8, right - left), 2))
    levels = tuple(Tick(round(_HEIGHT - y(v), 1), short(name, 8)) for v, name in named(y, _HEIGHT // 30))
    path = "".join(f"M{a} {b}h0" for a, b in places)
    return Points(titled(exhibit.x), titled(exhibit.y), path, along(x), levels, band)


def told(exhibit: Scatter) -> str:
    """What there is to see, as a clause."""
    points = [point for point in exhibit.points if np.isfinite(point).all()]
    if not points:
        return "no points"
    ranges = []
    for axis, values in ((exhibit.x, [p[0] for p in points]), (exhibit.y, [p[1] for p in points])):
        ranges.append(f"{short(axis.label, 60)} from {text(axis, min(values))} to {text(axis, max(values))}")
    suggested = " to ".join(text(exhibit.x, end) for end in exhibit.band or ())
    band = f"; suggested: {suggested}" if suggested else ""
    return f"{count(len(points), 'point')}, {', '.join(ranges)}{band}"
