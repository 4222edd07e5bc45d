"""Aim: its repository is a store of its own kind, which Aim alone can open; the table that Aim exports is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from expert.readers import Unreadable
from expert.run import RunLog

_EXPORT = "from aim import Repo; Repo('.').query_metrics().dataframe().to_csv('metrics.csv', index=False)"


def recognizes(path: Path) -> str | None:
    """A folder `.aim` with its version and its store, or the folder that holds it."""
    store = path if path.name == ".aim" else path / ".aim"
    return "a repository of Aim" if (store / "VERSION").is_file() and (store / "meta").is_dir() else None


def read(path: Path) -> Iterator[RunLog]:
    """Raises Unreadable, which says how the table is exported."""
    raise Unreadable(f'{path}: only Aim itself opens its repository; beside it, python -c "{_EXPORT}" writes a table')
