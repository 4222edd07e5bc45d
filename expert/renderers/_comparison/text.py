"""Comparison → plain text of at most a hundred columns."""

from __future__ import annotations

from expert.comparison import Comparison, Row
from expert.renderers import _words as words
from expert.renderers._comparison import letter, sections

_WIDTH = 100
_NAME, _CELL = 34, 14
_ACROSS = (_WIDTH - _NAME) // (_CELL + 2)


def render(found: Comparison) -> str:
    """The runs by letter, then a table of each kind; more runs than fit side by side make further tables."""
    runs = [
        f"{letter(n)}  {_cut(name, 70)}  {verdict}"
        for n, (name, verdict) in enumerate(zip(found.runs, found.verdicts, strict=True))
    ]
    blocks = ["\n".join(runs)]
    for title, rows in sections(found):
        for first in range(0, len(found.runs), _ACROSS):
            blocks.append(_table(title, rows, range(first, min(first + _ACROSS, len(found.runs)))))
    return words.clean("\n\n".join(block for block in blocks if block)) + "\n"


def _table(title: str, rows: tuple[Row, ...], shown: range) -> str:
    if not rows:
        return ""
    head = f"{title:<{_NAME}}" + "".join(f"  {letter(n):<{_CELL}}" for n in shown)
    lines = [
        f"{_cut(row.name, _NAME):<{_NAME}}" + "".join(f"  {_cut(row.values[n] or '–', _CELL):<{_CELL}}" for n in shown)
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in [head, *lines])


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
