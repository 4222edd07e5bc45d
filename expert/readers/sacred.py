"""Sacred: `info.json` and `metrics.json` of a run, and the folder of the run that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from expert.readers import Unreadable, console
from expert.readers._columns import head
from expert.readers._json import flat, numeric, recovered
from expert.readers._points import Points
from expert.readers._text import decoded
from expert.run import RunLog

_FILES = ("metrics.json", "info.json")


def recognizes(path: Path) -> str | None:
    """The folder of a run, or one of the files that hold its numbers, by its content."""
    if path.is_dir():
        beside = [name for name in (*_FILES, "cout.txt") if (path / name).is_file()]
        return f"a run of Sacred, run.json beside {beside[0]}" if beside and _is_run(path / "run.json") else None
    if path.name not in _FILES:
        return None
    try:
        document, _ = recovered(decoded(head(path)))
    except ValueError:
        return None
    return f"the {path.name} of a run of Sacred" if _lists(document) else None


def read(path: Path) -> Iterator[RunLog]:
    """The one run; where its files hold no number, what it printed."""
    points, notes, said = Points(), list[str](), list[str]()
    for file in [path / name for name in _FILES] if path.is_dir() else [path]:
        document, damage = _document(file)
        said += [damage] * bool(damage)
        for column, (steps, values, times) in _lists(document).items():
            for place, value in enumerate(values):
                number = numeric(_bare(value))
                if number is None:
                    notes.append(column)
                    continue
                step = numeric(_bare(steps[place])) if place < len(steps) else None
                points.add(column, float(place) if step is None else step, number, _time(times, place))
    if notes:
        said.append(f"values that are no numbers are left out: {len(notes)} of {', '.join(sorted(set(notes))[:10])}")
    if points.steps:
        yield points.run(path, _name(path), notes=said)
    elif path.is_dir() and (path / "cout.txt").is_file():
        yield from console.read(path / "cout.txt")
    else:
        raise Unreadable(f"{path}: it holds no list of numbers{'; ' + said[0] if said else ''}")


def _document(file: Path) -> tuple[Any, str]:
    if not file.is_file():
        return {}, ""
    try:
        document, line = recovered(decoded(file.read_bytes()))
    except ValueError as error:
        return {}, f"{file.name} is no JSON and left out ({error})"
    return document, f"{file.name} is damaged at line {line}; what stands before is read" if line else ""


def _lists(document: Any) -> dict[str, tuple[list[Any], list[Any], list[Any]]]:
    """Steps, values and times of each metric: `{"steps": …, "values": …}`, or a list and its steps under `NAME_T`."""
    if not isinstance(document, dict):
        return {}
    found = {}
    for name, value in document.items():
        if isinstance(value, dict) and isinstance(value.get("values"), list) and isinstance(value.get("steps"), list):
            times = value.get("timestamps")
            found[name] = (value["steps"], value["values"], times if isinstance(times, list) else [])
    lists = {name: value for name, value in flat(document) if isinstance(value, list)}
    for name, value in lists.items():
        if isinstance(lists.get(f"{name}_T"), list):
            found[name] = (lists[f"{name}_T"], value, [])
    return found


def _bare(value: Any) -> Any:
    """The number in what jsonpickle wrote: `{"py/object": "numpy.float64", "value": 0.5}`."""
    return value.get("value") if isinstance(value, Mapping) else value


def _time(times: list[Any], place: int) -> float:
    try:
        return datetime.fromisoformat(times[place]).timestamp()
    except (IndexError, TypeError, ValueError, OverflowError, OSError):
        return float("nan")


def _is_run(path: Path) -> bool:
    start = head(path)
    return b'"experiment"' in start or b'"heartbeat"' in start


def _name(path: Path) -> str:
    """The folder of a run is called by its number; it belongs to an experiment."""
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    return f"{folder.parent.name} {folder.name}" if folder.name.isdigit() else folder.name
