"""Distributions over each other, or a row of bars for each choice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from expert.exhibits import Axis, Histogram
from expert.renderers._charts import Tick
from expert.renderers._exhibits._axes import Place, along, titled
from expert.renderers._svg import WIDTH, label
from expert.renderers._words import count, short
from expert.run import FloatArray

_MOST_ROWS = 24
_HEIGHT = 150


@dataclass(frozen=True)
class Part:
    """A distribution: its name, the class that colors it, its curve, and its shares, none of them below 0."""

    label: str
    style: str
    shares: tuple[float, ...]
    path: str = ""


@dataclass(frozen=True)
class Shares:
    """Overlaid distributions: curves over one axis, or rows of bars (label, then style, width and text of each)."""

    parts: tuple[Part, ...]
    axis: str
    key: tuple[tuple[str, str], ...]
    ticks: tuple[Tick, ...] = ()
    rows: tuple[tuple[str, tuple[tuple[str, float, str], ...]], ...] = ()
    notes: tuple[str, ...] = ()
    height: int = _HEIGHT


def draw(exhibit: Histogram) -> Shares:
    """What the page draws of it."""
    styles = _styles([name for name, _ in exhibit.parts])
    each = zip(exhibit.parts, styles, strict=True)
    parts = tuple(Part(short(name, 40), style, _known(shares)) for (name, shares), style in each)
    key = tuple((part.label, part.style) for part in parts)
    if exhibit.axis.choices:
        beyond = len(exhibit.axis.choices) - _MOST_ROWS
        notes = (f"{count(beyond, 'rarer value')} not shown.",) if beyond > 0 else ()
        return Shares(parts, exhibit.axis.label, key, rows=_rows(exhibit.axis.choices, parts), notes=notes)
    edges, is_log = _edges(exhibit)
    axis = Axis(exhibit.axis.label, is_log)
    place = Place.of(edges, axis, WIDTH)
    ends = [place(edge) for edge in edges]
    dense = [np.array(part.shares) / np.maximum(np.diff(ends), 1e-9) for part in parts]
    top = max((float(one.max()) for one in dense if len(one)), default=0.0) or 1.0
    drawn = tuple(replace(part, path=_path(ends, one / top)) for part, one in zip(parts, dense, strict=True))
    return Shares(drawn, titled(axis), key, along(place))


def _path(ends: Sequence[float], densities: FloatArray) -> str:
    """An outline in steps; the densities are shares of the height."""
    tops = np.rint(_HEIGHT - (_HEIGHT - 4) * densities)
    steps = "".join(f"V{top:.0f}H{end:.0f}" for top, end in zip(tops, ends[1:], strict=True))
    return f"M{ends[0]:.0f} {_HEIGHT}{steps}V{_HEIGHT}z"


def _rows(choices: Sequence[str], parts: Sequence[Part]) -> tuple[tuple[str, tuple[tuple[str, float, str], ...]], ...]:
    """A row for each choice, in their order, the most frequent ones where there are too many."""
    highest = [max((part.shares[n] for part in parts), default=0.0) for n in range(len(choices))]
    kept = sorted(sorted(range(len(choices)), key=lambda n: -highest[n])[:_MOST_ROWS])
    top = max(highest) or 1.0
    return tuple(
        (
            short(choices[n], 60),
            tuple((p.style, round(100 * p.shares[n] / top, 2), f"{100 * p.shares[n]:.3g}%") for p in parts),
        )
        for n in kept
    )


def _known(shares: Sequence[float]) -> tuple[float, ...]:
    return tuple(share if math.isfinite(share) and share > 0 else 0.0 for share in shares)


def _edges(exhibit: Histogram) -> tuple[tuple[float, ...], bool]:
    """The edges, and whether they stand on a logarithmic axis; edges that do not ascend count the bins."""
    edges = exhibit.edges
    if not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        return tuple(map(float, range(len(edges)))), False
    return edges, exhibit.axis.is_log and edges[0] > 0


def told(exhibit: Histogram) -> str:
    """What there is to see, as a clause."""
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
    whole = np.concatenate([[0.0], np.cumsum(_known(shares))])
    if whole[-1] <= 0:
        return f"{short(name, 40)}: empty"
    low, half, high = (label(float(np.interp(q * whole[-1], whole, edges))) for q in (0.05, 0.5, 0.95))
    return f"{short(name, 40)}: half below {half}, nine tenths from {low} to {high}"


def _styles(names: Sequence[str]) -> list[str]:
    """The class of each part: that of its split where all are different splits, else the next color."""
    splits = [next((s for s in ("train", "val", "test") if name.lower().startswith(s)), "") for name in names]
    named = all(splits) and len(set(splits)) == len(splits)
    return splits if named else [f"other n{n}" for n in range(1, len(names) + 1)]
