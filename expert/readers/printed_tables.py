"""Tables that a program prints among other text: spaCy, fastai, skorch, and the reports of Kaldi."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from expert.readers import Unreadable, csv
from expert.readers._columns import columns_of, head, run_name, run_of_columns, seconds
from expert.readers._lines import lines, lines_of
from expert.readers._remarks import arguments, event
from expert.readers._text import decoded, is_text, number
from expert.run import Event, RunLog

_HEAD = 65_536
_OTHERS = (".md", ".py", ".json", ".tsv")
_FIRST = re.compile(r"[ \t]{0,8}(?:epoch|e|%iter|iter|iteration|step|round)(?:\s{2,}|\t)", re.IGNORECASE)
_DASHES = re.compile(r" {0,8}-+(?: +-+)+ *")
_BAR = re.compile(r"\W*$|\W*epoch\W*\d+\s*/\s*\d+\s*:", re.IGNORECASE)
"""A bar, or what is left of one, which fastai draws between the names and the first row."""
_MOST_EVENTS = 20


def recognizes(path: Path) -> str | None:
    """A line of names that begins with the epoch or the step, and lines of as many numbers below it."""
    start = head(path, _HEAD)
    if path.suffix.lower() in _OTHERS or not is_text(start):
        return None
    if not any(_FIRST.match(line) for line in decoded(start).splitlines()):
        return None
    found = _Found()
    for place, text in lines_of(decoded(start)):
        found.take(place, text)
    if not found.rows:
        return None
    plain = found.tables == 1 and not found.marked and csv.recognizes(path)
    return None if plain else f"a printed table of {len(found.names)} columns: {', '.join(found.names[:4])} …"


@dataclass
class _Found:
    """The table while the text is read; a header that stands again goes on with it."""

    names: tuple[str, ...] = ()
    rows: list[dict[str, float]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    waiting: tuple[str, ...] = ()
    tables: int = 0
    marked: bool = False
    again: list[int] = field(default_factory=list)
    before: float = 0.0

    def take(self, place: int, text: str) -> bool:
        """Whether the line belongs to a table."""
        if _FIRST.match(text):
            self.waiting = tuple(re.split(r"\t|\s{2,}", text.strip()))
            self.marked = self.marked or "\t" in text
            return True
        if self.waiting and _DASHES.fullmatch(text):
            self.marked = True
            return True
        row = _row(text, self.waiting or self.names)
        if row is None:
            self.waiting = self.waiting if _BAR.match(text) else ()
            return False
        new = bool(self.waiting)
        if new:
            self.tables += 1
            self.names, self.waiting = self.waiting, ()
        first = self.names[0]
        last = self.rows[-1].get(first) if self.rows else None
        if new and last is not None and row[first] + self.before <= last:
            self.before = last + 1 - row[first]
            self.again.append(place)
        self.rows.append({**row, first: row[first] + self.before})
        self.lines.append(place)
        return True


def _row(text: str, names: Sequence[str]) -> dict[str, float] | None:
    """The numbers of a line that has one for each name, a mark at its end aside."""
    cells = text.split()
    if len(names) < 2 or not len(names) - 1 <= len(cells) <= len(names) + 1 or number(cells[0]) is None:
        return None
    values = [seconds(cell) if ":" in cell else number(cell) for cell in cells]
    if sum(value is None for value in values) > 1:
        return None
    return {name: value for name, value in zip(names, values, strict=False) if value is not None}


def read(path: Path) -> Iterator[RunLog]:
    """The one run of the table; where it starts again, the same model was trained on and its epochs are counted on."""
    found, events, settings, said = _Found(), list[Event](), dict[str, object](), list[str]()
    for place, text in lines(path, said):
        if found.take(place, text):
            continue
        if event(text) and len(events) < _MOST_EVENTS:
            step = found.rows[-1][found.names[0]] if found.rows else None
            events.append(Event(text.strip()[:300], "log", step, place))
        elif not found.rows:
            settings.update(arguments(text, False))
    if not found.rows:
        raise Unreadable(f"{path}: there is no table with a row of numbers below its names")
    rows, notes = _named(found.rows, path)
    notes += said
    if found.again:
        some = ", ".join(map(str, found.again[:5]))
        notes.append(
            f"the table starts again in line {some}: taken for one model trained on, its epochs are counted on"
        )
    numbers = np.array(found.lines)
    yield run_of_columns(path, columns_of(rows), len(rows), numbers, run_name(path), settings, events, notes)


def _named(rows: list[dict[str, float]], path: Path) -> tuple[list[dict[str, float]], list[str]]:
    """The rows with the names that spaCy and Kaldi shorten written out, and what must be said of it."""
    names = list(rows[0])
    if names[:2] == ["E", "#"]:
        spacy = {"E": "epoch", "#": "step"}
        spacy |= {n: f"train {n}" if n.startswith("LOSS") else f"dev {n}" for n in names[2:]}
        losses = [n for n in names if n.startswith("LOSS")]
        first = {n: v for n, v in rows[0].items() if n not in losses} if rows[0]["#"] == 0 else rows[0]
        said = ["spaCy sums its losses since the row before; the first row, of one batch, is left out of them"]
        return [{spacy.get(n, n): v for n, v in row.items()} for row in (first, *rows[1:])], said
    if names[0] == "%Iter":
        return _kaldi(rows, path)
    return [{"seconds of the epoch" if n in ("time", "dur") else n: v for n, v in row.items()} for row in rows], []


def _kaldi(rows: list[dict[str, float]], path: Path) -> tuple[list[dict[str, float]], list[str]]:
    objectives = [n for n in rows[0] if n.endswith("_objective")]
    below = all(row[n] <= 0 for row in rows for n in objectives if n in row)
    if below:
        said = "Kaldi's objective is a log-likelihood, higher is better; its negative is read as the loss"
        renamed = {n: (f"{n.removesuffix('_objective')} nll", -1) for n in objectives}
    elif "acc" in path.name.lower():
        said = "the objective is taken for the accuracy, as the file's name says"
        renamed = {n: (f"{n.removesuffix('_objective')} accuracy", 1) for n in objectives}
    else:
        said = "nothing says which way Kaldi's objective improves; name it with --map, as in --map train_obj=train_loss"
        renamed = {n: (n.removesuffix("ective"), 1) for n in objectives}
    clean = {"%Iter": ("iteration", 1), "duration": ("seconds of the iteration", 1), **renamed}
    return [{clean.get(n, (n, 1))[0]: v * clean.get(n, (n, 1))[1] for n, v in row.items()} for row in rows], [said]
