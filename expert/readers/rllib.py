"""Ray: the folder of a trial, which holds the same results as `result.json`, as `progress.csv` and as event files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from expert.readers import jsonl
from expert.run import RunLog

_RESULTS, _BESIDE = "result.json", ("params.json", "params.pkl", "progress.csv")


def recognizes(path: Path) -> str | None:
    """A folder with `result.json` and what Ray writes beside it."""
    beside = [name for name in _BESIDE if (path / name).is_file()] if path.is_dir() else []
    whole = beside and (path / _RESULTS).is_file() and jsonl.recognizes(path / _RESULTS)
    return f"a trial of Ray, {_RESULTS} beside {beside[0]}" if whole else None


def read(path: Path) -> Iterator[RunLog]:
    """The one run, from the most complete of the files."""
    for run in jsonl.read(path / _RESULTS):
        yield replace(run, name=path.resolve().name)
