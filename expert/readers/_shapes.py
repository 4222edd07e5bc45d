"""Lines of one shape are understood once: where the numbers stand that count is remembered, and only they are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from expert.readers._text import number

NUMBER = (
    r"[-+]?(?:1\.#\w+|(?:\d+,\d+(?![\d.,]*[.,]\d)|\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
    r"|(?:nan|inf(?:inity)?)\b(?:\(\w*\))?)"
)
"""A number as programs print it, in whatever case, perhaps with a decimal comma."""
_COUNT, _FRACTION = r"\d+", r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_SEEN_OFTEN = 8
_MOST_KEYS, _MOST_OF_A_KEY, _LATEST = 4000, 6, 2
WITHOUT_DIGITS = dict.fromkeys(map(ord, "0123456789"))
"""For `str.translate`: what lines of one form have in common."""
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"((?<!\d)[A-Za-z_@][\w@./-]*)|\d+")
"""Words, whose digits belong to them (`Acc@1`, `valid_0`), and other digits."""
_BEGINS_WITH_DIGIT = re.compile(r"(?:^|[\s/])\d")


@dataclass(frozen=True)
class Number:
    """A number of a line: what it is, where its digits stand (nowhere if it was computed) and what it says."""

    name: str
    start: int
    end: int
    value: float
    divisor: float = 1


@dataclass(frozen=True)
class Line:
    """What one line of a log says.

    `clock` are its counts (`epoch`, `epochs`, `step`, `steps`, and `done` of `todo` in a bar), `values` what it
    measures. A line without values may tell of an `event`; if it is `silent` it gives no title and no setting either.
    `percent` are names of values that were written with a percent sign, `commas` tells of decimal ones, `sets` is a
    word that holds for what follows.
    """

    clock: tuple[Number, ...] = ()
    values: tuple[Number, ...] = ()
    event: str = ""
    silent: bool = False
    percent: frozenset[str] = frozenset()
    commas: bool = False
    sets: str = ""


class Reading(NamedTuple):
    """A line with the numbers that it has: those of its clock by name, and its values with their names."""

    line: Line
    clock: dict[str, float]
    names: tuple[str, ...]
    values: Sequence[float]


@dataclass(frozen=True)
class _Shape:
    """All lines that differ in their numbers only; `groups` of the pattern are those of the clock and of the values."""

    line: Line
    pattern: re.Pattern[str]
    groups: tuple[int, ...]
    clock: tuple[str, ...]
    names: tuple[str, ...]
    divisors: tuple[float, ...] | None


class Shapes:
    """Reads lines by a function that understands one, and by their shapes once they were seen often."""

    def __init__(self, understand: Callable[[str], Line]):
        self._understand = understand
        self._seen: dict[str, int] = {}
        self._shapes: dict[str, list[_Shape]] = {}
        self._latest: list[_Shape] = []

    def read(self, text: str) -> Reading:
        """What the line says."""
        for shape in self._latest:
            reading = _numbers(shape, text)
            if reading is not None:
                return reading
        key = text.translate(WITHOUT_DIGITS)
        for shape in self._shapes.get(key, ()):
            reading = _numbers(shape, text)
            if reading is not None:
                self._latest = [shape, *self._latest][:_LATEST]
                return reading
        line = self._understand(text)
        if len(self._seen) >= _MOST_KEYS:
            self._seen.clear()
            self._shapes.clear()
        self._seen[key] = self._seen.get(key, 0) + 1
        new = _shape(text, line) if self._seen[key] >= _SEEN_OFTEN else None
        if new is not None:
            self._shapes[key] = [new, *self._shapes.get(key, ())][:_MOST_OF_A_KEY]
        names = tuple(value.name for value in line.values)
        return Reading(line, {n.name: n.value for n in line.clock}, names, [n.value for n in line.values])


def spoken(text: str) -> float | None:
    """What a number in console text says; a comma between digits is a decimal one."""
    return number(text.replace(",", "."))


def _numbers(shape: _Shape, text: str) -> Reading | None:
    """The reading of a line if it has the shape."""
    found = shape.pattern.fullmatch(text)
    if found is None:
        return None
    if not shape.groups:
        return Reading(shape.line, {}, (), ())
    texts = found.group(*shape.groups) if len(shape.groups) > 1 else (found[shape.groups[0]],)
    try:
        values = list(map(float, texts))
    except ValueError:
        spelled = [spoken(part) for part in texts]
        if None in spelled:
            return None
        values = [value for value in spelled if value is not None]
    if shape.divisors:
        values = [value / divisor for value, divisor in zip(values, shape.divisors, strict=True)]
    clock = dict(zip(shape.clock, values, strict=False))
    return Reading(shape.line, clock, shape.names, values[len(shape.clock) :])


def _shape(text: str, line: Line) -> _Shape | None:
    """The shape of a line, or None if one of its numbers has no place of its own."""
    numbers = (*line.clock, *line.values)
    places = sorted({(n.start, n.end) for n in numbers})
    if any(_BEGINS_WITH_DIGIT.search(value.name) for value in line.values):
        return None
    if any(start < 0 for start, _ in places) or any(a[1] > b[0] for a, b in pairwise(places)):
        return None
    counts = {(n.start, n.end) for n in line.clock}
    pattern, before = "", 0
    for start, end in places:
        count = _COUNT if text[start:end].isdecimal() else _FRACTION
        form = count if (start, end) in counts else f"(?i:{NUMBER})"
        pattern += _literal(text[before:start], not numbers) + f"((?>{form}))"
        before = end
    pattern += _literal(text[before:], not numbers)
    compiled = re.compile(pattern)
    found = compiled.fullmatch(text)
    if found is None or list(found.groups()) != [text[start:end] for start, end in places]:
        return None
    divisors = tuple(n.divisor for n in numbers)
    return _Shape(
        line,
        compiled,
        tuple(1 + places.index((n.start, n.end)) for n in numbers),
        tuple(n.name for n in line.clock),
        tuple(n.name for n in line.values),
        divisors if any(divisor != 1 for divisor in divisors) else None,
    )


def _literal(text: str, silent: bool) -> str:
    """A pattern of the text, in which other digits may stand where it has digits that belong to no name."""
    pattern, before = "", 0
    for found in (_DIGITS if silent else _WORDS).finditer(text):
        word = not silent and found[1]
        pattern += re.escape(text[before : found.start()]) + (re.escape(found[0]) if word else r"(?>\d+)")
        before = found.end()
    return pattern + re.escape(text[before:])
