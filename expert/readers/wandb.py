"""Weights & Biases: the `.wandb` file of a run and the folder of the run, without W&B."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from expert import vocabulary
from expert.readers import Unreadable, console
from expert.readers._columns import columns_of, head, run_of_columns
from expert.readers._datastore import MAGIC, fields, inner, messages
from expert.readers._json import flat, numeric, parsed
from expert.readers.beside import settings_file
from expert.run import RunLog

_HISTORY, _CONFIG, _STATS, _RUN = 2, 5, 7, 17
"""Fields of a Record, as wandb_internal.proto numbers them."""
_ITEM, _STEP, _UPDATE, _STATS_ITEM, _KEY, _NESTED, _VALUE = 1, 2, 1, 3, 1, 2, 16
_RUN_CONFIG, _RUN_NAME = 4, 8
_OWN = ("proc.memory.rssMB", "gpu.process.")
"""What W&B measures of the run itself; the rest is of the whole machine."""
_LISTED = 10


def recognizes(path: Path) -> str | None:
    """A datastore by its first bytes, or a folder with one, or with the `files/` of a run."""
    if path.is_file():
        return "a datastore of W&B" if head(path, len(MAGIC)) == MAGIC else None
    stores = _stores(path)
    if stores:
        return f"a run of W&B, {stores[0].name}"
    files = path / "files"
    left = [n for n in ("wandb-summary.json", "wandb-metadata.json") if (files / n).is_file()]
    return f"a run of W&B, files/{left[0]}" if left else None


def read(path: Path) -> Iterator[RunLog]:
    """The one run; where the datastore is missing, what the run printed."""
    if path.is_file():
        yield _run(path, path)
        return
    stores, output = _stores(path), path / "files" / "output.log"
    if stores:
        yield _run(path, stores[0])
    elif output.is_file():
        for run in console.read(output):
            said = "the .wandb file is missing; what the run printed is read"
            settings = {**vocabulary.settings(_beside(path)), **run.settings}
            yield replace(run, name=path.resolve().name, settings=settings, notes=(*run.notes, said))
    else:
        last = path / "files" / "wandb-summary.json"
        raise Unreadable(
            f"{path}: neither a .wandb file nor files/output.log is there; {last.name} has last values, no curve"
        )


@dataclass
class _Found:
    """What the messages of a datastore say; `measured` waits for the next row of the history."""

    rows: list[dict[str, float]] = field(default_factory=list)
    settings: dict[str, object] = field(default_factory=dict)
    name: str = ""
    measured: dict[str, float] = field(default_factory=dict)
    skipped: dict[str, None] = field(default_factory=dict)
    broken: int = 0


def _run(path: Path, store: Path) -> RunLog:
    found, damaged = _Found(), list[int]()
    with store.open("rb") as file:
        for message in messages(file, damaged):
            try:
                _take(message, found)
            except ValueError:
                found.broken += 1
    notes = []
    if damaged:
        places = ", ".join(map(str, damaged[:_LISTED]))
        notes.append(f"{store.name} is damaged or cut at byte {places}; what stands elsewhere is read")
    if found.broken:
        notes.append(f"{found.broken} records of {store.name} are no messages of W&B and left out")
    if found.skipped:
        notes.append(f"values that are no numbers are ignored: {', '.join(list(found.skipped)[:_LISTED])}")
    if not found.rows:
        raise Unreadable(f"{path}: its history holds no number{'; ' + notes[0] if notes else ''}")
    settings = {**_beside(store.parent), **found.settings}
    name = found.name or store.stem.removeprefix("run-")
    return run_of_columns(path, columns_of(found.rows), len(found.rows), name=name, settings=settings, notes=notes)


def _take(message: bytes, found: _Found) -> None:
    """What one record says, if it is of the history, of the settings or of the run."""
    for kind, value in fields(message):
        if not isinstance(value, bytes):
            continue
        if kind == _HISTORY:
            row = _row(value, found)
            if row.keys() - {"_step", "_runtime", "_timestamp"}:
                found.rows.append({**row, **found.measured})
                found.measured.clear()
        elif kind == _STATS:
            measured = {name: numeric(part) for name, part in _items(value, _STATS_ITEM) if name.startswith(_OWN)}
            found.measured.update({f"system/{name}": part for name, part in measured.items() if part is not None})
        elif kind == _CONFIG:
            found.settings.update(_config(value))
        elif kind == _RUN:
            for part in inner(value, _RUN_CONFIG):
                found.settings.update(_config(part))
            found.name = next((text.decode("utf-8", "replace") for text in inner(value, _RUN_NAME)), found.name)


def _row(history: bytes, found: _Found) -> dict[str, float]:
    row = {}
    for step in inner(history, _STEP):
        row["_step"] = next((float(value) for _, value in fields(step) if isinstance(value, int)), 0.0)
    for name, value in _items(history, _ITEM):
        typed = isinstance(value, Mapping) and "_type" in value  # a picture, a table, a histogram
        for column, part in () if typed else flat({name: value}):
            number = numeric(part)
            if number is not None:
                row[column] = number
            elif part is not None:
                found.skipped[column] = None
    return row


def _config(config: bytes) -> dict[str, object]:
    return {name: value for name, value in _items(config, _UPDATE) if name != "_wandb"}


def _items(message: bytes, number: int) -> Iterator[tuple[str, Any]]:
    """Name and value of the items in a message; a nested name is joined."""
    for item in inner(message, number):
        names = inner(item, _KEY) or inner(item, _NESTED)
        values = inner(item, _VALUE)
        if names and values:
            yield "/".join(name.decode("utf-8", "replace") for name in names if name), parsed(values[-1])


def _stores(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.wandb") if head(path, len(MAGIC)) == MAGIC) if folder.is_dir() else []


def _beside(folder: Path) -> dict[str, object]:
    """The settings in `files/config.yaml`, where each is `{value: …}`."""
    try:
        found = settings_file(folder / "files" / "config.yaml")
    except ValueError:
        return {}
    return {n: v["value"] for n, v in found.items() if isinstance(v, Mapping) and "value" in v and n != "_wandb"}
