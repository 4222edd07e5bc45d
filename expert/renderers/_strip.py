"""The course of a run as a strip: fine, in trouble, no longer a number."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from expert.knowledge import SEVERITIES, Severity
from expert.plan import CONSIDERABLE, Plan
from expert.renderers._svg import gaps, percent
from expert.renderers._words import span, step

Kind = Severity | Literal["fine", "gap"]
_FINEST = 1000


@dataclass(frozen=True)
class Piece:
    """A part of the run in percent, and what it was like."""

    left: float
    width: float
    kind: Kind
    title: str


def strip(plan: Plan) -> tuple[Piece, ...]:
    """The run from its first to its last step; nothing where no finding says where it shows."""
    whole = span(plan.run)
    troubles = [f for f in plan.findings if f.severity in CONSIDERABLE]
    placed = [f for f in troubles if f.steps is not None]
    if whole is None or whole[0] == whole[1] or plan.verdict == "Not judged" or (troubles and not placed):
        return ()
    kinds: list[Kind] = ["fine"] * _FINEST
    titles = ["nothing seen"] * _FINEST
    for finding in sorted(placed, key=lambda f: -SEVERITIES.index(f.severity)):
        assert finding.steps is not None
        first, last = (percent(x, whole) for x in finding.steps)
        for n in _cells(first, last):
            kinds[n], titles[n] = finding.severity, finding.diagnosis.title
    for series in plan.run.series:
        if series.role == "loss" and series.split in ("train", ""):
            for first, last in gaps(series, whole, _FINEST):
                for n in _cells(first, last):
                    kinds[n], titles[n] = "gap", f"{series.column} is NaN or infinite"
    edges = [0, *(n for n in range(1, _FINEST) if (kinds[n], titles[n]) != (kinds[n - 1], titles[n - 1])), _FINEST]
    pieces = []
    for left, right in pairwise(edges):
        first, last = (whole[0] + (whole[1] - whole[0]) * n / _FINEST for n in (left, right))
        where = f"{plan.run.clock} {step(round(first))} to {step(round(last))}"
        width = round(100 * (right - left) / _FINEST, 2)
        pieces.append(Piece(round(100 * left / _FINEST, 2), width, kinds[left], f"{titles[left]}, {where}"))
    return tuple(pieces)


def _cells(first: float, last: float) -> range:
    """The cells of the strip between two percentages, one at least."""
    start = min(_FINEST - 1, int(first * _FINEST / 100))
    return range(start, max(start + 1, min(_FINEST, round(last * _FINEST / 100))))
