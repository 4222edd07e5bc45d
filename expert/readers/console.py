"""Console text: what a training script prints, as Keras prints it or in a script's own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from expert import vocabulary
from expert.readers import Unreadable, csv, huggingface, jsonl
from expert.readers._columns import columns_of, head, run_name, run_of_columns
from expert.readers._console import Line, arguments, event, header, lines, parse
from expert.readers._text import decoded, is_text
from expert.run import Event, RunLog

GENERAL = True
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
        telling = (text for _, text in lines(decoded(start)) if parse(text).metric)
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
    rows: list[dict[str, float]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    first_epoch: float | None = None
    last_epoch: float | None = None


def read(path: Path) -> Iterator[RunLog]:
    """The runs of the text: several if the epochs start again below a header of their own."""
    text = decoded(path.read_bytes())
    parts = [_Part()]
    settings: dict[str, object] = {}
    events: list[list[Event]] = [[]]
    kinds: dict[str, int] = {}
    percent: set[str] = set()
    epoch: float | None = None
    step: float | None = None
    title = ""
    bars = 0
    for number, content in lines(text):
        line = parse(content)
        part = parts[-1]
        if line.epoch is not None:
            if _restarts(line.epoch, epoch, part) and title:
                parts.append(_Part(title))
                events.append([])
            if line.epoch != epoch:
                step = None
            epoch = line.epoch
            title = ""
        step = line.step if line.step is not None else step
        _total(line, settings)
        if line.values and line.metric:
            if line.partial:
                bars += 1
                continue
            _add(parts[-1], line, number, epoch, step, path)
            percent |= line.percent
            title = ""
            continue
        found = event(content)
        if found:
            kinds[found] = kinds.get(found, 0) + 1
            if kinds[found] <= _MOST_OF_A_KIND:
                where = step if step is not None else epoch
                events[-1].append(Event(content.strip()[:300], "log", where, number))
        if line.epoch is None:
            settings.update(arguments(content, bool(parts[0].rows)))
            title = header(content) or title
            if not parts[-1].rows and not parts[-1].header:
                parts[-1].header = title
    yield from _runs(path, parts, events, settings, _notes(kinds, percent, bars))


def _restarts(epoch: float, before: float | None, part: _Part) -> bool:
    """Whether the count of epochs begins again, after two epochs or more."""
    if before is None or part.first_epoch is None or part.last_epoch is None:
        return False
    return epoch <= part.first_epoch and epoch < before and part.last_epoch > part.first_epoch


def _total(line: Line, settings: dict[str, object]) -> None:
    if line.epochs is not None and line.epoch is not None and line.epochs >= line.epoch:
        settings.setdefault("epochs", line.epochs)
    if line.steps is not None and line.epoch is None and line.step is not None and not line.bar:
        settings.setdefault("max_steps", line.steps)


def _add(part: _Part, line: Line, number: int, epoch: float | None, step: float | None, path: Path) -> None:
    row = dict(line.values)
    if epoch is not None:
        row["epoch"] = epoch
        part.first_epoch = epoch if part.first_epoch is None else part.first_epoch
        part.last_epoch = epoch
    if step is not None:
        row["step"] = step
    part.rows.append(row)
    part.lines.append(number)


def _notes(kinds: dict[str, int], percent: set[str], bars: int) -> list[str]:
    notes = []
    if percent:
        notes.append(f"written in percent, taken as shares of one: {', '.join(sorted(percent))}")
    if bars:
        notes.append(f"{bars} lines of progress within an epoch are left out; the last line of each epoch counts")
    for kind, count in kinds.items():
        if count > _MOST_OF_A_KIND:
            notes.append(f"{count} lines say {kind!r}; the first {_MOST_OF_A_KIND} are kept")
    return notes


def _runs(
    path: Path, parts: list[_Part], events: list[list[Event]], settings: dict[str, object], notes: list[str]
) -> Iterator[RunLog]:
    several = [part for part in parts if part.rows]
    if not several:
        raise Unreadable(f"{path}: no line gives a metric a value")
    names: dict[str, int] = {}
    for part, noticed in zip(parts, events, strict=True):
        if not part.rows:
            continue
        name, said, own = run_name(path), list(notes), dict(settings)
        if part.last_epoch is not None and part.first_epoch == 0 and own.get("epochs") == part.last_epoch:
            own["epochs"] = part.last_epoch + 1  # counted from 0 to the last
        if len(several) > 1:
            title = part.header or f"line {part.lines[0]}"
            names[title] = names.get(title, 0) + 1
            name = f"{name} {title}" + (f" ({names[title]})" if names[title] > 1 else "")
            said.append(
                f"the log holds {len(several)} runs, told apart where the epochs start again below a header; "
                f"this one is {title!r}, from line {part.lines[0]}"
            )
        numbers = np.array(part.lines)
        if not any(vocabulary.clock(column) for row in part.rows for column in row):
            said.append("no line names an epoch or a step; the lines are counted")
        yield run_of_columns(
            path, columns_of(part.rows), len(part.rows), numbers, name, own, events=noticed, notes=said
        )
