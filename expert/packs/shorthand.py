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
    for term in text.split():
        match = _TERM.fullmatch(term)
        if match is None or (match[2] and (match[1] in ("_", "nan") or not match[4])):
            raise ValueError(f"{term[:40]!r} is no part of a series; '1', '1x200', '2-0.01x100', 'nan' and '_' are")
        count = int(match[4] or 1)
        if len(found) + count > LONGEST:
            raise ValueError(f"a series in short has at most {LONGEST:,} points")
        first = None if match[1] == "_" else float(match[1])
        if first is None or match[2] is None:
            found += [first] * count
        elif match[2] == "*":
            found += _growing(first, float(match[3]), count)
        else:
            move = float(match[2] + match[3])
            found += [first + move * n for n in range(count)]
    if not found:
        raise ValueError("a series has at least one value")
    return tuple(found)


def _growing(first: float, factor: float, count: int) -> list[float]:
    """The first value and its multiples, infinite where they pass beyond what a number holds."""
    values = [first]
    while len(values) < count:
        values.append(values[-1] * factor)
    return values[:count]
