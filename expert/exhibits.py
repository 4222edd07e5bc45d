"""What a page shows beside the curves of a run: distributions, rows, pictures, charts of many runs.

Plain data, made where it is measured (`data/`, `tune/`), carried by `RunLog.exhibits`, drawn by the renderers. Titles
and captions are sentences for people; values are numbers, and text that may come from a stranger's file.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Histogram:
    """Distributions over the same bins: `edges` has one number more than each part has shares, which sum to 1."""

    title: str
    caption: str
    edges: tuple[float, ...]
    parts: tuple[tuple[str, tuple[float, ...]], ...]


@dataclass(frozen=True)
class Table:
    """Rows worth reading, each as long as `columns`."""

    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A small image, as the bytes of a PNG."""

    png: bytes
    caption: str = ""


@dataclass(frozen=True)
class Pictures:
    """Groups of small images side by side, each with its label."""

    title: str
    caption: str
    groups: tuple[tuple[str, tuple[Picture, ...]], ...]


@dataclass(frozen=True)
class Bar:
    """One value with its interval."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Bars:
    """Values beside each other, the largest first, in one unit."""

    title: str
    caption: str
    unit: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Axis:
    """What a coordinate means; with `choices` the values are places among them, counted from 0."""

    label: str
    is_log: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scatter:
    """Points of (x, y); `band` is the stretch of x that is suggested."""

    title: str
    caption: str
    x: Axis
    y: Axis
    points: tuple[tuple[float, float], ...]
    band: tuple[float, float] | None = None


@dataclass(frozen=True)
class Parallel:
    """Parallel coordinates: each line has one value per axis (NaN where it has none); those first are drawn on top."""

    title: str
    caption: str
    axes: tuple[Axis, ...]
    lines: tuple[tuple[float, ...], ...]


Exhibit = Histogram | Table | Pictures | Bars | Scatter | Parallel
