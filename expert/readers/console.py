"""Console text: what a training script prints, as Keras prints it or in a script's own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from math import isnan, nan
from pathlib import Path

from expert import vocabulary
from expert.readers import Unreadable, csv, huggingface, jsonl
from expert.readers._columns import head, run_name, run_of_columns
from expert.readers._console import understood
from expert.readers._lines import lines, lines_of
from expert.readers._onward import Memory, Span, read_on
from expert.readers._remarks import arguments, header, remark
from expert.readers._rows import Rows
from expert.readers._shapes import Line, Reading, Shapes
from expert.readers._text import decoded, is_text
from expert.run import Event, RunLog

GENERAL = GROWS = True
_HEAD = 65_536
_MOST_OF_A_KIND = 20
_NOT_LOGS = (".py", ".ipynb", ".md", ".rst", ".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".html", ".js", ".sh")


def recognizes(path: Path) -> str | None:
    """Lines of text that give a metric a value."""
    if path.is_dir() or path.suffix.lower() in _NOT_LOGS:
        return None
    for size in (_HEAD, 64 * _HEAD):
        start = head(path, size)
        if not is_text(start[:_HEAD]) or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b'{"', b'{ "', b"[{", b"<")):
            return None
        if size == _HEAD and any(other.recognizes(path) for other in (csv, jsonl, huggingface)):
            return None
        telling = (text for _, text in lines_of(decoded(start)) if understood(text).values)
        found = len(list(islice(telling, 2)))
        if found == 2 or (found and len(start) < size):
            return "lines of text that give metrics their values"
        if len(start) < size:
            return None
    return None


@dataclass
class _Part:
    """One run of the text while it is read."""

    header: str = ""
    rows: Rows = field(default_factory=Rows)
    events: list[Event] = field(default_factory=list)
    first_line: int = 0
    first_epoch: float | None = None
    last_epoch: float | None = None


@dataclass
class _Known:
    """What the lines so far said."""

    parts: list[_Part] = field(default_factory=lambda: [_Part()])
    settings: dict[str, object] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    percent: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    epoch: float = nan
    step: float = nan
    title: str = ""
    bars: int = 0
    commas: bool = False


def read(path: Path, memory: Memory | None = None) -> Iterator[RunLog]:
    """The runs of the text: several if the epochs start again below a header of their own."""

    def take(known: _Known, span: Span) -> None:
        _take(known, lines(path, known.notes, span))

    known = read_on(path, _Known, take, memory)
    yield from _runs(path, known)


def _take(known: _Known, found: Iterable[tuple[int, str]]) -> None:
    """Add what lines say."""
    shapes = Shapes(_understood)
    for number, content in found:
        reading = shapes.read(content)
        line, clock = reading.line, reading.clock
        if line.silent:
            continue
        said = clock.get("epoch")
        if said is not None:
            if known.title and _restarts(said, known.epoch, known.parts[-1]):
                known.parts.append(_Part(known.title))
            if said != known.epoch:
                known.step = nan
            known.epoch = said
            known.title = ""
        known.step = clock.get("step", known.step)
        _totals(clock, known.settings)
        if line.values:
            if clock.get("done") != clock.get("todo"):
                known.bars += 1
                continue
            _add(known.parts[-1], reading, number, known.epoch, known.step)
            known.percent |= line.percent
            known.commas = known.commas or line.commas
            known.title = ""
            continue
        if line.event:
            known.kinds[line.event] = known.kinds.get(line.event, 0) + 1
            if known.kinds[line.event] <= _MOST_OF_A_KIND:
                where = known.epoch if isnan(known.step) else known.step
                event = Event(content.strip()[:300], "log", None if isnan(where) else where, number)
                known.parts[-1].events.append(event)
        if said is None:
            known.settings.update(arguments(content, len(known.parts[0].rows) > 0))
            known.title = header(content) or known.title
            if not len(known.parts[-1].rows) and not known.parts[-1].header:
                known.parts[-1].header = known.title


def _understood(text: str) -> Line:
    """What a line says; one that measures nothing may tell of an event."""
    line = understood(text)
    if line.values:
        return line
    told = remark(text)
    return replace(told, clock=line.clock, silent=False) if line.clock else told


def _restarts(epoch: float, before: float, part: _Part) -> bool:
    """Whether the count of epochs begins again, after two epochs or more."""
    if part.first_epoch is None or part.last_epoch is None:
        return False
    return epoch <= part.first_epoch and epoch < before and part.last_epoch > part.first_epoch


def _totals(clock: Mapping[str, float], settings: dict[str, object]) -> None:
    """Keeps how many epochs or steps there are to be, where a line says so for the first time."""
    if "epoch" in clock:
        if clock.get("epochs", -1) >= clock["epoch"]:
            settings.setdefault("epochs", clock["epochs"])
    elif "steps" in clock:
        settings.setdefault("max_steps", clock["steps"])


def _add(part: _Part, reading: Reading, number: int, epoch: float, step: float) -> None:
    if not isnan(epoch):
        part.first_epoch = epoch if part.first_epoch is None else part.first_epoch
        part.last_epoch = epoch
    part.first_line = part.first_line or number
    part.rows.add(reading.names, reading.values, number, epoch, step)


def _notes(known: _Known) -> list[str]:
    notes = list(known.notes)
    if known.percent:
        notes.append(f"written in percent, taken as shares of one: {', '.join(sorted(known.percent))}")
    if known.commas:
        notes.append("a comma between digits is taken for a decimal one: 0,5 is 0.5")
    if known.bars:
        notes.append(f"{known.bars} lines of progress within an epoch are left out; the last line of each epoch counts")
    for kind, count in known.kinds.items():
        if count > _MOST_OF_A_KIND:
            notes.append(f"{count} lines say {kind!r}; the first {_MOST_OF_A_KIND} are kept")
    return notes


def _runs(path: Path, known: _Known) -> Iterator[RunLog]:
    several = [part for part in known.parts if len(part.rows)]
    if not several:
        raise Unreadable(f"{path}: no line gives a metric a value")
    names: dict[str, int] = {}
    for part in several:
        name, said, own = run_name(path), _notes(known), dict(known.settings)
        if part.last_epoch is not None and part.first_epoch == 0 and own.get("epochs") == part.last_epoch:
            own["epochs"] = part.last_epoch + 1  # counted from 0 to the last
        if len(several) > 1:
            title = part.header or f"line {part.first_line}"
            names[title] = names.get(title, 0) + 1
            name = f"{name} {title}" + (f" ({names[title]})" if names[title] > 1 else "")
            said.append(
                f"the log holds {len(several)} runs, told apart where the epochs start again below a header; "
                f"this one is {title!r}, from line {part.first_line}"
            )
        columns = part.rows.columns()
        if not any(vocabulary.clock(column) for column in columns):
            said.append("no line names an epoch or a step; the lines are counted")
        yield run_of_columns(
            path, columns, len(part.rows), part.rows.lines(), name, own, events=part.events, notes=said
        )
