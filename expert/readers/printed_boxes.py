"""Boxes of names and values, as Stable-Baselines3 and OpenAI's baselines print them after each update."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from expert import vocabulary
from expert.readers import Unreadable
from expert.readers._columns import columns_of, head, run_name, run_of_columns
from expert.readers._lines import lines, lines_of
from expert.readers._remarks import event
from expert.readers._text import decoded, is_text, number
from expert.run import Event, RunLog

_EDGE = re.compile(r"\s*-{8,}\s*")
_LINE = re.compile(r"\s*\|( *)(\S.*?) *\| *(\S*) *\|\s*")
_BOX = re.compile(r"(?m)^ *-{8,} *\r?\n *\| *[A-Za-z][^|\r\n]*\|[^|\r\n]*\| *\r?$")
_MOST_EVENTS = 20
_LONGEST = 300


def recognizes(path: Path) -> str | None:
    """A box with an edge of dashes, whose lines hold a name and a number each."""
    start = head(path)
    if path.suffix.lower() == ".md" or not is_text(start) or not _BOX.search(decoded(start)):
        return None
    boxes = sum(bool(box) for box in _boxes(lines_of(decoded(start)), []))
    return f"{boxes} boxes of names and numbers near the beginning" if boxes else None


def read(path: Path) -> Iterator[RunLog]:
    """The one run of the text; the values of one box share their step."""
    events, notes = list[Event](), list[str]()
    rows, places = list[dict[str, float]](), list[int]()
    for box in _boxes(lines(path, notes), events):
        clock = {name: value for name, value, _ in box if vocabulary.clock(name)}
        for name, value, place in box:
            if name not in clock:
                rows.append({name: value, **clock})
                places.append(place)
    if not rows:
        raise Unreadable(f"{path}: no box holds a name and a number")
    yield run_of_columns(path, columns_of(rows), len(rows), np.array(places), run_name(path), None, events, notes)


def _boxes(shown: Iterable[tuple[int, str]], events: list[Event]) -> Iterator[list[tuple[str, float, int]]]:
    """The names of each box with their values and lines; what stands outside and is worth keeping goes to `events`."""
    box: list[tuple[str, float, int]] = []
    section, inside = "", False
    for place, line in shown:
        found = _LINE.fullmatch(line) if len(line) < _LONGEST else None
        if _EDGE.fullmatch(line):
            yield box
            box, section, inside = [], "", True
        elif found and inside:
            indent, name, written = found.groups()
            value = number(written)
            if not written and name.endswith("/"):
                section = name
            elif value is not None:
                box.append(((section if len(indent) > 2 else "") + name, value, place))
        else:
            inside = False
            if event(line) and len(events) < _MOST_EVENTS:
                events.append(Event(line.strip()[:300], "log", None, place))
    yield box
