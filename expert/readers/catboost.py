"""CatBoost: `learn_error.tsv` and `test_error.tsv`, and the folder `catboost_info` that holds them as one run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from expert.readers import Unreadable
from expert.readers._columns import head
from expert.readers._points import Points
from expert.readers._text import decoded, number
from expert.run import RunLog

_ERROR = "_error.tsv"
_HEADER = b"iter\t"


def recognizes(path: Path) -> str | None:
    """A table of errors by its name and its first line, or the folder with it."""
    if path.is_dir():
        names = [table.name for table in _tables(path)]
        return f"a folder with {' and '.join(names)}" if names else None
    return f"a table of CatBoost, {path.name}" if _is_table(path) else None


def read(path: Path) -> Iterator[RunLog]:
    """The one run; each metric has the set's name before its own: `learn/RMSE`, `test/RMSE`."""
    points, notes, files = Points(), list[str](), {}
    for table in _tables(path) if path.is_dir() else [path]:
        part = table.name.removesuffix(_ERROR)
        header, *rows = decoded(table.read_bytes()).splitlines() or [""]
        names = [f"{part}/{name.strip()}" for name in header.split("\t")[1:]]
        files.update(dict.fromkeys(names, table.name))
        for line, row in enumerate(rows, 2):
            iteration, *values = (number(cell) for cell in row.split("\t"))
            if iteration is None or len(values) != len(names) or None in values:
                notes.append(f"{table.name} line {line} is no row of the table and left out")
                continue
            for name, value in zip(names, values, strict=True):
                points.add(name, iteration, value or 0.0, line=line)
    if not points.steps:
        raise Unreadable(f"{path}: it holds no row below its header")
    notes = notes[:10] + [f"{len(notes) - 10} more such lines"] * (len(notes) > 10)
    run = points.run(path, _name(path), notes=notes)
    yield replace(run, series=tuple(replace(s, file=files[s.column]) for s in run.series))


def _tables(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if _is_table(path))


def _is_table(path: Path) -> bool:
    return path.name.endswith(_ERROR) and path.is_file() and head(path, 5) == _HEADER


def _name(path: Path) -> str:
    """The folder in which CatBoost was started, since it names its own folder always alike."""
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    return folder.parent.name if folder.name == "catboost_info" and folder.parent.name else folder.name
