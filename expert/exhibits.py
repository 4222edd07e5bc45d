"""What a page shows beside the curves of a run: distributions, rows, pictures, charts of many runs.

Plain data, made where it is measured (`data/`, `tune/`), carried by `RunLog.exhibits`, drawn by the renderers. Titles
and captions are sentences for people; values are numbers, and text that may come from a stranger's file. What does not
fit together (shares without a bin, a row with a cell too few) raises ValueError when it is made.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from math import isfinite, nan
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints


@dataclass(frozen=True)
class Axis:
    """What a coordinate means; with `choices` the values are places among them, counted from 0."""

    label: str
    is_log: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Histogram:
    """Distributions over the same bins: `edges` has one number more than each part has shares, which sum to 1.

    With choices on its axis each bin is one of them; the edges then count 0, 1, 2…
    """

    title: str
    caption: str
    edges: tuple[float, ...]
    parts: tuple[tuple[str, tuple[float, ...]], ...]
    axis: Axis = Axis("")

    def __post_init__(self) -> None:
        if any(len(shares) + 1 != len(self.edges) for _, shares in self.parts):
            raise ValueError(f"the histogram {self.title!r} needs one edge more than each part has shares")
        if self.axis.choices and len(self.axis.choices) + 1 != len(self.edges):
            raise ValueError(f"the histogram {self.title!r} needs one choice for each bin")


@dataclass(frozen=True)
class Table:
    """Rows worth reading, each as long as `columns`."""

    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"each row of the table {self.title!r} needs {len(self.columns)} cells")


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

    def __post_init__(self) -> None:
        if any(len(line) != len(self.axes) for line in self.lines):
            raise ValueError(f"each line of {self.title!r} needs {len(self.axes)} values")


Exhibit = Histogram | Table | Pictures | Bars | Scatter | Parallel
_KINDS: Mapping[str, type] = {kind.__name__.lower(): kind for kind in get_args(Exhibit)}


def as_values(exhibit: Exhibit) -> dict[str, Any]:
    """An exhibit as JSON has it, its `kind` first: pictures as base64, numbers that are not finite as null."""
    return {"kind": type(exhibit).__name__.lower(), **_values(exhibit)}


def from_values(values: object) -> Exhibit:
    """The exhibit of such values. Raises ValueError that names the part that is not as it should be."""
    rest = dict(values) if isinstance(values, Mapping) else {}
    kind = str(rest.pop("kind", None))
    if kind not in _KINDS:
        raise ValueError(f"an exhibit has a kind ({', '.join(_KINDS)}), not {kind[:60]!r}")
    made: Exhibit = _made(_KINDS[kind], rest, kind)
    return made


def _values(value: Any) -> Any:
    if is_dataclass(value):
        return {one.name: _values(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_values(one) for one in value]
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return None if isinstance(value, float) and not isfinite(value) else value


def _made(wanted: Any, value: Any, place: str) -> Any:
    """The value as its type asks for it; `place` names it in the error."""
    of = get_args(wanted)
    if isinstance(wanted, UnionType):
        return None if value is None else _made(of[0], value, place)
    if isinstance(wanted, type) and is_dataclass(wanted) and isinstance(value, Mapping):
        hints = get_type_hints(wanted)
        needed = {one.name for one in fields(wanted) if one.default is MISSING}
        if not needed <= value.keys() <= hints.keys():
            raise ValueError(f"{place} has {', '.join(hints)}, not {', '.join(map(str, value))[:120]}")
        return wanted(**{name: _made(hints[name], one, f"{place}.{name}") for name, one in value.items()})
    if get_origin(wanted) is tuple and isinstance(value, list):
        kinds = of[:1] * len(value) if of[-1] is Ellipsis else of
        if len(kinds) == len(value):
            each = enumerate(zip(kinds, value, strict=True))
            return tuple(_made(kind, one, f"{place}[{n}]") for n, (kind, one) in each)
    if wanted is bytes and isinstance(value, str):
        return b64decode(value, validate=True)
    if wanted is float and value is None:
        return nan
    if wanted is float and type(value) in (int, float):
        return float(value)
    if wanted in (str, bool) and type(value) is wanted:
        return value
    raise ValueError(f"{place} holds {str(value)[:60]!r}, which it cannot")
