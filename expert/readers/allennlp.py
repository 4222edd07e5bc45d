"""AllenNLP: the folder with one `metrics_epoch_N.json` for each epoch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from expert.readers import Unreadable
from expert.readers._columns import columns_of, run_of_columns
from expert.readers._json import flat, numeric, recovered
from expert.readers._text import decoded
from expert.run import RunLog

_EPOCH = re.compile(r"metrics_epoch_(\d{1,9})\.json")
_ONCE = ("best_", "peak_", "training_epochs", "training_start_epoch", "training_duration")
"""What is said of the run so far, not of the epoch."""


def recognizes(path: Path) -> str | None:
    """A folder that holds the metrics of epochs."""
    files = _files(path) if path.is_dir() else []
    return f"a folder with {files[0].name}" + (f" to {files[-1].name}" if files[1:] else "") if files else None


def read(path: Path) -> Iterator[RunLog]:
    """The one run of the folder; an epoch's file that is damaged gives what stands before the damage."""
    rows, notes = [], []
    for file in _files(path) if path.is_dir() else []:
        try:
            document, damage = recovered(decoded(file.read_bytes()))
        except ValueError as error:
            notes.append(f"{file.name} is no JSON and left out ({error})")
            continue
        if damage:
            notes.append(f"{file.name} is damaged at line {damage}; what stands before is read")
        found = flat(document) if isinstance(document, dict) else ()
        row = {n: number for n, value in found if (number := numeric(value)) is not None and not n.startswith(_ONCE)}
        if row:
            rows.append({**row, "epoch": float(_number(file))})
    if not rows:
        raise Unreadable(f"{path}: no metrics_epoch_N.json in it holds a number{'; ' + notes[0] if notes else ''}")
    yield run_of_columns(path, columns_of(rows), len(rows), notes=notes)


def _files(folder: Path) -> list[Path]:
    return sorted((p for p in folder.iterdir() if p.is_file() and _EPOCH.fullmatch(p.name)), key=_number)


def _number(file: Path) -> int:
    found = _EPOCH.fullmatch(file.name)
    return int(found[1]) if found else 0
