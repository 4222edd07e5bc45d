"""Series in short, as a person writes them into a test: `1x200 60x20`, `2-0.01x100`, `2*0.97x60`, `nan`, `_`."""

from __future__ import annotations

import re

LONGEST = 100_000
"""So many points a series in short has at most."""
_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_TERM = re.compile(rf"(_|nan|[-+]?inf|[-+]?{_NUMBER})(?:([-+*])({_NUMBER}))?(?:x(\d{{1,6}}))?")


def points(text: str) -> tuple[float | None, ...]:
    """The values that stand for a series in short, None where one is missing.

    `1` is one value, `1x200` two hundred; `a+bxn` and `a-bxn` are n values from a on that rise or fall by b, `a*bxn`
    n values of which each is b times the one before; `nan`, `inf` and `_` (missing) may be repeated too. Raises
    ValueError for what is none of these.
    """
    found: list[float | None] = []
    for first, sign, move, count in _terms(text):
        if first is None or not sign:
            found += [first] * count
        elif sign == "*":
            found += _growing(first, move, count)
        else:
            found += [first + (move if sign == "+" else -move) * n for n in range(count)]
    return tuple(found)


def length(text: str) -> int:
    """How many values a series in short has. Raises ValueError as `points` does, at no cost of memory."""
    return sum(count for _, _, _, count in _terms(text))


def _terms(text: str) -> list[tuple[float | None, str, float, int]]:
    """The first value of each term, how it goes on (+, -, * or not at all), by how much, and how often."""
    found = []
    for term in text.split():
        match = _TERM.fullmatch(term)
        if match is None or (match[2] and (match[1] in ("_", "nan") or not match[4])):
            raise ValueError(f"{term[:40]!r} is no part of a series; '1', '1x200', '2-0.01x100', 'nan' and '_' are")
        first = None if match[1] == "_" else float(match[1])
        found.append((first, match[2] or "", float(match[3] or 0), int(match[4] or 1)))
    if not 1 <= sum(count for _, _, _, count in found) <= LONGEST:
        raise ValueError(f"a series in short has 1 to {LONGEST:,} points")
    return found


def _growing(first: float, factor: float, count: int) -> list[float]:
    """The first value and its multiples, infinite where they pass beyond what a number holds."""
    values = [first]
    while len(values) < count:
        values.append(values[-1] * factor)
    return values[:count]
