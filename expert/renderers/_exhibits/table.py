"""Rows worth reading."""

from __future__ import annotations

from dataclasses import dataclass

from expert.exhibits import Table
from expert.renderers._words import count, short

_MOST_ROWS = 40


@dataclass(frozen=True)
class Cells:
    """A table with as much of its texts as fits."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def draw(exhibit: Table) -> Cells:
    """What the page draws of it."""
    rows = tuple(tuple(short(cell, 90) for cell in row) for row in exhibit.rows[:_MOST_ROWS])
    beyond = len(exhibit.rows) - len(rows)
    notes = (f"{count(beyond, 'more row')} not shown.",) if beyond else ()
    return Cells(tuple(short(column, 60) for column in exhibit.columns), rows, notes)


def told(exhibit: Table) -> str:
    """What there is to see, as a clause."""
    return f"{count(len(exhibit.rows), 'row')} of {short(', '.join(exhibit.columns), 120)}"
