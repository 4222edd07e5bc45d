"""MLflow's file store: the folder of a run, with one file for each metric, parameter and tag."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from expert.readers import Unreadable
from expert.readers._columns import head
from expert.readers._points import Points
from expert.readers._text import decoded, number
from expert.run import RunLog

_LARGEST = 10_000
"""A parameter is at most 6000 letters long."""


def recognizes(path: Path) -> str | None:
    """A folder with `meta.yaml` of a run and `metrics/`."""
    if path.is_dir() and (path / "metrics").is_dir() and b"run_id" in head(path / "meta.yaml"):
        return "a run of MLflow, metrics/ beside meta.yaml"
    return None


def read(path: Path) -> Iterator[RunLog]:
    """The one run. Raises Unreadable for a run that was deleted in MLflow and lies in its bin."""
    meta = decoded(head(path / "meta.yaml"))
    if re.search(r"^lifecycle_stage: *deleted", meta, re.MULTILINE):
        raise Unreadable(f"{path}: the run was deleted in MLflow; mlflow runs restore brings it back")
    points, notes = Points(), list[str]()
    for file in _files(path / "metrics"):
        column = file.relative_to(path / "metrics").as_posix()
        for line, text in enumerate(decoded(file.read_bytes()).splitlines(), 1):
            cells = [number(cell) for cell in text.split(" ")]
            if len(cells) < 2 or None in cells[:3]:
                notes.append(f"metrics/{column} line {line} is no time, value and step, and left out")
                continue
            time, value, step = (*(cell or 0.0 for cell in cells), 0.0)[:3]
            points.add(column, step, value, time / 1000, line)
    if not points.steps:
        raise Unreadable(f"{path}: no file in metrics/ holds a value")
    notes = notes[:10] + [f"{len(notes) - 10} more such lines"] * (len(notes) > 10)
    settings = {
        file.relative_to(path / "params").as_posix(): decoded(file.read_bytes()).strip()
        for file in _files(path / "params")
        if file.stat().st_size < _LARGEST
    }
    named = re.search(r"^run_name: *['\"]?(.+?)['\"]?\s*$", meta, re.MULTILINE)
    tag = decoded(head(path / "tags" / "mlflow.runName")).strip()
    name = named[1] if named else tag or path.resolve().name
    run = points.run(path, name, settings=settings, notes=notes)
    yield replace(run, series=tuple(replace(s, file=f"metrics/{s.column}") for s in run.series))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
