"""MLflow's database: all runs of `mlflow.db`, an SQLite file, without MLflow."""

from __future__ import annotations

import math
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from expert.readers import Unreadable
from expert.readers._columns import head
from expert.readers._points import Points
from expert.run import RunLog

_MAGIC = b"SQLite format 3\0"
_TABLES = {"runs", "metrics", "params"}


def recognizes(path: Path) -> str | None:
    """An SQLite database with the tables of MLflow."""
    if head(path, len(_MAGIC)) != _MAGIC:
        return None
    try:
        with closing(_opened(path)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    return f"an SQLite database with MLflow's tables {', '.join(sorted(_TABLES))}" if tables >= _TABLES else None


def read(path: Path) -> Iterator[RunLog]:
    """The runs that hold a metric and were not deleted, the first started first."""
    points: dict[str, Points] = defaultdict(Points)
    settings: dict[str, dict[str, object]] = defaultdict(dict)
    names: dict[str, str] = {}
    notes = []
    try:
        with closing(_opened(path)) as database:
            runs = "SELECT run_uuid, name FROM runs WHERE lifecycle_stage IS NOT 'deleted' ORDER BY start_time"
            names.update({run: name or run for run, name in database.execute(runs)})
            for run, key, value in database.execute("SELECT run_uuid, key, value FROM params"):
                settings[run][str(key)] = value
            metrics = "SELECT run_uuid, key, value, timestamp, step, is_nan FROM metrics ORDER BY timestamp, rowid"
            for run, key, value, time, step, absent in database.execute(metrics):
                points[run].add(str(key), float(step), _value(value, absent), float(time) / 1000)
    except (sqlite3.Error, ValueError, TypeError) as error:
        if not points:
            raise Unreadable(f"{path}: the database cannot be read: {error}") from error
        notes.append(f"the database is damaged ({error}); what stands before is read")
    if not points.keys() & names.keys():
        raise Unreadable(f"{path}: none of its {len(names)} runs holds a metric")
    for run, name in names.items():
        if run in points:
            yield points[run].run(path, str(name), settings=settings[run], notes=notes)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)


def _value(value: float, absent: bool) -> float:
    """MLflow writes NaN as a mark beside 0, and infinity as the largest number."""
    if absent:
        return math.nan
    return math.copysign(math.inf, value) if abs(value) == sys.float_info.max else float(value)
