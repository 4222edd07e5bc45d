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
    if not exhibit.rows:
        return f"no row of {short(', '.join(exhibit.columns), 120)}"
    pairs = zip(exhibit.columns, exhibit.rows[0], strict=True)
    first = ", ".join(f"{short(column, 30)} {short(cell, 30)}" for column, cell in pairs if cell)
    more = f"; and {count(len(exhibit.rows) - 1, 'more row')}" if exhibit.rows[1:] else ""
    return f"{short(first, 160)}{more}"
