"""The CSV that W&B gives of a chart: a column of steps, and per run its metric with the least and the greatest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from expert.readers import Unreadable, csv
from expert.readers._columns import head
from expert.readers._text import decoded
from expert.run import RunLog, Series

_COLUMN = re.compile(r"(?:Group: )?(?P<run>.*) - (?P<metric>.+)")
_BOUND = re.compile(r".* - .+__(?:MIN|MAX)")


def recognizes(path: Path) -> str | None:
    """A header with columns `run - metric` that stand again with `__MIN` and `__MAX`."""
    text = decoded(head(path))
    if "__MIN" not in text or "__MAX" not in text:
        return None
    names = [name.strip().strip('"') for name in text.split("\n", 1)[0].split(",")]
    runs = [name for name in names if _COLUMN.fullmatch(name) and f"{name}__MIN" in names and f"{name}__MAX" in names]
    return f"the chart of {len(runs)} runs as W&B exports it" if runs else None


def read(path: Path) -> Iterator[RunLog]:
    """The runs of the chart, each with its metrics; the least and the greatest of a step are left out."""
    for table in csv.read(path):
        runs: dict[str, list[Series]] = {}
        for series in table.series:
            found = _COLUMN.fullmatch(series.column)
            if found and not _BOUND.fullmatch(series.column):
                runs.setdefault(found["run"], []).append(replace(series, column=found["metric"]))
        if not runs:
            raise Unreadable(f"{path}: no column is a metric of a run, as in 'run - loss'")
        for name, several in runs.items():
            yield replace(table, name=name, series=tuple(several))
