"""Console text whose lines have a program's own form: LightGBM, fairseq, Megatron and the others of `_forms.py`."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from expert import vocabulary
from expert.readers import Unreadable
from expert.readers._columns import Column, head, run_name, run_of_columns
from expert.readers._forms import FORMS, PAIR, Form, Says
from expert.readers._lines import lines
from expert.readers._remarks import arguments, header, remark
from expert.readers._rows import Rows
from expert.readers._shapes import WITHOUT_DIGITS, Line, Number, Reading, Shapes
from expert.readers._text import decoded, is_text, number
from expert.run import Event, RunLog

_HEADS = (65_536, 1_048_576)
_TELLS = re.compile("|".join(f"(?P<form_{n}>{form.tells.pattern})" for n, form in enumerate(FORMS)))
_LONGEST = 400
_TRIED = 3
"""Lines that differ in their digits alone are of one form or of none: so many of them are tried."""
_MOST_OF_A_KIND = 20


def recognizes(path: Path) -> str | None:
    """Two lines of a program's own form near the beginning."""
    form = None if path.is_dir() else _form(path)
    return f"lines as {form.program} prints them" if form else None


def _form(path: Path) -> Form | None:
    for size in _HEADS:
        start = head(path, size)
        if not start or not is_text(start[: _HEADS[0]]) or start.lstrip(b"\xef\xbb\xbf \t\r\n")[:2] in (b'{"', b"[{"):
            return None
        form = _told(decoded(start), len(start) < size)
        if form or len(start) < size:
            return form
    return None


def _told(text: str, whole: bool) -> Form | None:
    """The first form of which two lines are there, or one if the text is whole."""
    counts, strange = Counter[str](), Counter[str]()
    for line in (line[:_LONGEST] for line in text.splitlines()):
        shape = line.translate(WITHOUT_DIGITS)
        found = _TELLS.match(line) if strange[shape] < _TRIED else None
        if found and found.lastgroup:
            counts[found.lastgroup] += 1
            if counts[found.lastgroup] == 2:
                break
        else:
            strange[shape] += 1
    most = max(counts, key=lambda name: counts[name], default="")
    return FORMS[int(most.removeprefix("form_"))] if counts and (whole or counts[most] > 1) else None


@dataclass
class _Model:
    """The rows of one model while they are read."""

    title: str = ""
    rows: Rows = field(default_factory=Rows)
    events: list[Event] = field(default_factory=list)
    last_step: float | None = None
    last_names: tuple[str, ...] = ()


@dataclass
class _State:
    """What the lines read so far have said."""

    clock: dict[str, float] = field(default_factory=dict)
    word: str = ""
    title: str = ""
    settings: dict[str, object] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)


def read(path: Path) -> Iterator[RunLog]:
    """The runs of the text; several where the count of a program that trains model after model starts again."""
    form = _form(path)
    if form is None:
        raise Unreadable(f"{path}: no line has the form of a program that is known")
    state, models, notes = _State(), [_Model()], list[str]()
    words = {says.sets for says in form.lines} | {""}
    shapes = {word: Shapes(partial(_understood, form, word)) for word in words}
    for place, text in lines(path, notes):
        reading = shapes[state.word].read(text)
        line = reading.line
        state.word = line.sets or state.word
        for name, value in reading.clock.items():
            if name in ("step", "epoch"):
                state.clock[name] = value
            else:
                state.settings.setdefault(name, value)
        if line.values:
            if form.models and _starts_again(state.clock.get("step"), reading.names, models[-1]):
                models.append(_Model())
            _add(models[-1], state, reading, place)
        elif not line.silent:
            _other(state, models[-1], line, text, place)
    yield from _runs(path, form, state, models, notes)


def _starts_again(step: float | None, names: tuple[str, ...], model: _Model) -> bool:
    """Whether a count of rounds begins again: it goes back, or a name is given twice for one round."""
    before = model.last_step
    if step is None or before is None:
        return False
    return step < before or (step == before and not set(names).isdisjoint(model.last_names))


def _add(model: _Model, state: _State, reading: Reading, place: int) -> None:
    model.title = model.title or state.title
    state.title = ""
    model.last_step, model.last_names = state.clock.get("step"), reading.names
    epoch, step = state.clock.get("epoch", math.nan), state.clock.get("step", math.nan)
    model.rows.add(reading.names, reading.values, place, epoch, step)


def _understood(form: Form, word: str, text: str) -> Line:
    """What a line says where `word` was set last; one that is not of the form may tell of an event."""
    for says in form.lines:
        if says.within in ("", word) and (found := says.pattern.match(text)):
            return _said(says, found)
    return remark(text)


def _said(says: Says, found: re.Match[str]) -> Line:
    """The clock and the values of a line by their names."""
    groups = {name: text for name, text in found.groupdict().items() if text is not None}
    clock: dict[str, Number] = {
        n: _number(n, found, n) for n in ("epoch", "step", "epochs", "max_steps") if n in groups
    }
    split = groups.get("split", says.before or says.within)
    values: dict[str, Number] = {}
    for group, text in groups.items():
        if group in clock or group in ("split", "pairs"):
            continue
        name = _GROUPS.get(group, group)
        if text.startswith("["):
            mean = _mean(text)
            values |= {} if mean is None else {name: Number(name, -1, -1, mean)}
        elif number(text) is not None:
            values[name] = _number(name, found, group, 1000 if group == "ms" else 1)
    for pair in PAIR.finditer(groups.get("pairs", "")):
        if number(pair["value"]) is None:
            continue
        counted = vocabulary.clock(pair["name"])
        if counted in ("step", "epoch"):
            clock[counted] = _number(counted, pair, "value", before=found.start("pairs"))
        elif counted is None:
            small = {"ms": 1000, "%": 100}.get(pair["after"] or pair["unit"] or "", 1)
            name = _named(split, pair["name"].replace("'s ", " "))
            values.setdefault(name, _number(name, pair, "value", small, found.start("pairs")))
    return Line(tuple(clock.values()), tuple(values.values()), silent=not values, sets=says.sets)


def _number(name: str, found: re.Match[str], group: str, divisor: float = 1, before: int = 0) -> Number:
    value, (start, end) = number(found[group]), found.span(group)
    return Number(name, before + start, before + end, (math.nan if value is None else value) / divisor, divisor)


_GROUPS = {"ms": "step_time", "ms_of_sample": "time per sample"}


def _named(before: str, name: str) -> str:
    """The name with its split before it; rates have none."""
    return name if not before or vocabulary.describe(name)[1] == "lr" else f"{before} {name}"


def _mean(text: str) -> float | None:
    """The mean of the numbers of a list, those that are none left out."""
    values = [float(n) for n in re.findall(r"(?<![\w.])[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?", text)]
    return float(np.mean(values)) if values else None


def _other(state: _State, model: _Model, line: Line, text: str, place: int) -> None:
    """What a line says that is not of the program's form: an event, settings, or the title of the next model."""
    if line.event:
        state.kinds[line.event] = state.kinds.get(line.event, 0) + 1
        if state.kinds[line.event] <= _MOST_OF_A_KIND:
            where = state.clock.get("step", state.clock.get("epoch"))
            model.events.append(Event(text.strip()[:300], "log", where, place))
        return
    state.settings.update(arguments(text, len(model.rows) > 0))
    state.title = header(text) or state.title


def _runs(path: Path, form: Form, state: _State, models: list[_Model], notes: list[str]) -> Iterator[RunLog]:
    filled = [model for model in models if len(model.rows)]
    if not filled:
        raise Unreadable(f"{path}: no line of {form.program} gives a metric a value")
    notes += [form.note] if form.note else []
    for kind, count in state.kinds.items():
        if count > _MOST_OF_A_KIND:
            notes.append(f"{count} lines say {kind!r}; the first {_MOST_OF_A_KIND} are kept")
    names: set[str] = set()
    for place, model in enumerate(filled, 1):
        columns, said = _without_numbers(model.rows.columns())
        name, more = run_name(path), [*notes, *said]
        if len(filled) > 1:
            title = model.title if model.title and model.title not in names else f"model {place}"
            names.add(title)
            name = f"{name} {title}"
            more.append(f"the log holds {len(filled)} models, told apart where the count of rounds starts again")
        settings, lines_ = dict(state.settings), model.rows.lines()
        yield run_of_columns(path, columns, len(model.rows), lines_, name, settings, model.events, more)


_NUMBERED = re.compile(r"^(valid|validation|eval)_\d+[ -]")


def _without_numbers(columns: dict[str, Column]) -> tuple[dict[str, Column], list[str]]:
    """The columns with `valid_1 rmse` as `valid rmse` where there is one such data set only; else with a note."""
    sets = {found[0] for name in columns if (found := _NUMBERED.match(name))}
    if not sets:
        return columns, []
    if len(sets) > 1:
        named = ", ".join(sorted(name.rstrip(" -") for name in sets))
        return columns, [f"{named} are all taken for validation; if one is the training data, say --map COLUMN=train_…"]
    return {_NUMBERED.sub(r"\1 ", name): column for name, column in columns.items()}, []
