"""Console text whose lines have a program's own form: LightGBM, fairseq, Megatron and the others of `_forms.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from expert import vocabulary
from expert.readers import Unreadable
from expert.readers._columns import columns_of, head, run_name, run_of_columns
from expert.readers._console import arguments, event, header, lines
from expert.readers._forms import FORMS, PAIR, Form, Says
from expert.readers._text import decoded, is_text, number
from expert.run import Event, RunLog

_HEADS = (65_536, 1_048_576)
_TELLS = re.compile("|".join(f"(?P<form_{n}>{form.tells.pattern})" for n, form in enumerate(FORMS)))
_LONGEST = 400
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
    counts: dict[str, int] = {}
    for line in text.splitlines():
        found = _TELLS.match(line[:_LONGEST])
        if found and found.lastgroup:
            counts[found.lastgroup] = counts.get(found.lastgroup, 0) + 1
            if counts[found.lastgroup] == 2:
                break
    most = max(counts, key=lambda name: counts[name], default="")
    return FORMS[int(most.removeprefix("form_"))] if counts and (whole or counts[most] > 1) else None


@dataclass
class _Model:
    """The rows of one model while they are read."""

    title: str = ""
    rows: list[dict[str, float]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


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
    state, models = _State(), [_Model()]
    for place, text in lines(decoded(path.read_bytes())):
        says, found = _found(form, state, text)
        if says is None or found is None:
            _other(state, models[-1], text, place)
            continue
        values = _values(says, found, state)
        if form.models and values and _starts_again(state.clock.get("step"), values, models[-1]):
            models.append(_Model())
        if values:
            models[-1].title = models[-1].title or state.title
            state.title = ""
            models[-1].rows.append({**values, **state.clock})
            models[-1].lines.append(place)
    yield from _runs(path, form, state, models)


def _starts_again(step: float | None, values: dict[str, float], model: _Model) -> bool:
    """Whether a count of rounds begins again: it goes back, or a name is given twice for one round."""
    last = model.rows[-1] if model.rows else {}
    before = last.get("step")
    return (
        step is not None and before is not None and (step < before or (step == before and bool(values.keys() & last)))
    )


def _found(form: Form, state: _State, text: str) -> tuple[Says | None, re.Match[str] | None]:
    for says in form.lines:
        if says.within and says.within != state.word:
            continue
        found = says.pattern.match(text)
        if found:
            return says, found
    return None, None


def _values(says: Says, found: re.Match[str], state: _State) -> dict[str, float]:
    """The values of a line by their names; its clock goes into the state."""
    groups = {name: text for name, text in found.groupdict().items() if text is not None}
    if "epoch" in groups and float(groups["epoch"]) != state.clock.get("epoch"):
        state.clock["epoch"] = float(groups["epoch"])
    if "step" in groups:
        state.clock["step"] = float(groups["step"])
    for total in ("epochs", "max_steps"):
        if total in groups:
            state.settings.setdefault(total, float(groups[total]))
    state.word = says.sets or state.word
    before = groups.get("split", says.before or says.within)
    values: dict[str, float] = {}
    for name, text in groups.items():
        if name not in ("epoch", "step", "epochs", "max_steps", "split", "pairs"):
            value = _mean(text) if text.startswith("[") else number(text)
            if value is not None:
                values[_GROUPS.get(name, name)] = value / 1000 if name == "ms" else value
    for pair in PAIR.finditer(groups.get("pairs", "")):
        value = number(pair["value"])
        if value is None:
            continue
        clock = vocabulary.clock(pair["name"])
        if clock in ("step", "epoch"):
            state.clock[clock] = value
        elif clock is None:
            small = {"ms": 1000, "%": 100}.get(pair["after"] or pair["unit"] or "", 1)
            values.setdefault(_named(before, pair["name"].replace("'s ", " ")), value / small)
    return values


_GROUPS = {"ms": "step_time", "ms_of_sample": "time per sample"}


def _named(before: str, name: str) -> str:
    """The name with its split before it; rates have none."""
    return name if not before or vocabulary.describe(name)[1] == "lr" else f"{before} {name}"


def _mean(text: str) -> float | None:
    """The mean of the numbers of a list, those that are none left out."""
    values = [float(n) for n in re.findall(r"(?<![\w.])[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?", text)]
    return float(np.mean(values)) if values else None


def _other(state: _State, model: _Model, text: str, place: int) -> None:
    """What a line says that is not of the program's form: an event, settings, or the title of the next model."""
    kind = event(text)
    if kind:
        state.kinds[kind] = state.kinds.get(kind, 0) + 1
        if state.kinds[kind] <= _MOST_OF_A_KIND:
            where = state.clock.get("step", state.clock.get("epoch"))
            model.events.append(Event(text.strip()[:300], "log", where, place))
        return
    state.settings.update(arguments(text, bool(model.rows)))
    state.title = header(text) or state.title


def _runs(path: Path, form: Form, state: _State, models: list[_Model]) -> Iterator[RunLog]:
    filled = [model for model in models if model.rows]
    if not filled:
        raise Unreadable(f"{path}: no line of {form.program} gives a metric a value")
    notes = [form.note] if form.note else []
    for kind, count in state.kinds.items():
        if count > _MOST_OF_A_KIND:
            notes.append(f"{count} lines say {kind!r}; the first {_MOST_OF_A_KIND} are kept")
    names: set[str] = set()
    for place, model in enumerate(filled, 1):
        rows, said = _without_numbers(model.rows)
        name, more = run_name(path), [*notes, *said]
        if len(filled) > 1:
            title = model.title if model.title and model.title not in names else f"model {place}"
            names.add(title)
            name = f"{name} {title}"
            more.append(f"the log holds {len(filled)} models, told apart where the count of rounds starts again")
        numbers = np.array(model.lines)
        yield run_of_columns(
            path, columns_of(rows), len(rows), numbers, name, dict(state.settings), events=model.events, notes=more
        )


_NUMBERED = re.compile(r"^(valid|validation|eval)_\d+[ -]")


def _without_numbers(rows: list[dict[str, float]]) -> tuple[list[dict[str, float]], list[str]]:
    """The rows with `valid_1 rmse` as `valid rmse` where there is one such data set only; else with a note."""
    sets = {found[0] for name in {name for row in rows for name in row} if (found := _NUMBERED.match(name))}
    if not sets:
        return rows, []
    if len(sets) > 1:
        named = ", ".join(sorted(name.rstrip(" -") for name in sets))
        return rows, [f"{named} are all taken for validation; if one is the training data, say --map COLUMN=train_…"]
    return [{_NUMBERED.sub(r"\1 ", name): value for name, value in row.items()} for row in rows], []
