"""The Monitor of Stable-Baselines3, gym and baselines: one row per episode below a line of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from expert.readers import Unreadable, csv
from expert.readers._columns import head
from expert.readers._json import parsed
from expert.readers._text import decoded
from expert.run import RunLog

_NAMES = {"r": "episode reward", "l": "episode length", "t": "seconds since the start"}


def recognizes(path: Path) -> str | None:
    """A first line `#{…}` of JSON and a header with `r` and `l` below it."""
    first, header = (*decoded(head(path)).splitlines()[:2], "", "")[:2]
    if not first.startswith("#{") or not {"r", "l"} <= {name.strip() for name in header.split(",")}:
        return None
    return "a line of JSON, and the reward and length of each episode"


def read(path: Path) -> Iterator[RunLog]:
    """The one run; steps are the episodes."""
    first = (decoded(head(path)).splitlines() or [""])[0]
    try:
        settings = parsed(first.removeprefix("#"))
    except ValueError as error:
        raise Unreadable(f"{path}:1: the line of JSON above the episodes is broken: {error}") from error
    if not isinstance(settings, dict):
        raise Unreadable(f"{path}:1: above the episodes stands no JSON object")
    for run in csv.read(path):
        times = next((series.values for series in run.series if series.column == "t"), None)
        series = tuple(
            replace(
                s,
                column=_NAMES.get(s.column, s.column),
                times=times if times is not None and len(times) == len(s) else None,
            )
            for s in run.series
        )
        known = {"task": "reinforcement learning", "environment": str(settings.get("env_id"))}
        yield replace(run, series=series, settings={**known, **run.settings})
