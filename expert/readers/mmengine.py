"""MMEngine: the folder of a run, whose `vis_data/scalars.json` and a file named by the time hold the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from expert.readers import jsonl
from expert.run import RunLog

_SCALARS = "scalars.json"


def recognizes(path: Path) -> str | None:
    """A folder with `vis_data/scalars.json`, or `vis_data` itself."""
    scalars = _scalars(path) if path.is_dir() else None
    return f"a run of MMEngine, {scalars.relative_to(path)}" if scalars and jsonl.recognizes(scalars) else None


def read(path: Path) -> Iterator[RunLog]:
    """The one run of the folder."""
    for run in jsonl.read(_scalars(path) or path):
        folder = path.resolve()
        yield replace(run, name=folder.parent.name if folder.name == "vis_data" else folder.name)


def _scalars(folder: Path) -> Path | None:
    inner = folder / "vis_data" / _SCALARS
    own = folder / _SCALARS if folder.name == "vis_data" else inner
    return next((path for path in (inner, own) if path.is_file()), None)
