"""Stable-Baselines3: the folder of a logger, which holds one table as CSV, JSON, text and events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from expert.readers import csv
from expert.run import RunLog

_TABLE, _BESIDE = "progress.csv", ("progress.json", "log.txt", "events.out.tfevents.*")


def recognizes(path: Path) -> str | None:
    """A folder with `progress.csv` and the same in another form beside it."""
    if not path.is_dir() or not (path / _TABLE).is_file() or (path / "result.json").is_file():
        return None
    beside = [name for name in _BESIDE if any(path.glob(name))]
    return f"a logger of Stable-Baselines3, {_TABLE} beside {beside[0]}" if beside else None


def read(path: Path) -> Iterator[RunLog]:
    """The one run, from the table."""
    for run in csv.read(path / _TABLE):
        yield replace(run, name=path.resolve().name)
