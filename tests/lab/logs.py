"""The ordinary forms in which a run leaves its log: each writes one, with the settings where that form has them."""

from __future__ import annotations

import csv
import json
import math
from argparse import Namespace
from pathlib import Path

import yaml

from tests.lab.recipe import Settings
from tests.runs.loop import Row


def table(folder: Path, rows: list[Row], settings: Settings) -> None:
    """A CSV with a `config.json` beside it."""
    (folder / "config.json").write_text(json.dumps(settings, indent=2))
    _write_table(folder / "log.csv", rows)


def lightning(folder: Path, rows: list[Row], settings: Settings) -> None:
    """A `metrics.csv` whose validation has lines of its own, with an `hparams.yaml`."""
    (folder / "hparams.yaml").write_text(yaml.safe_dump(settings))
    clock = next(iter(rows[0]))
    parted: list[Row] = []
    for row in rows:
        for held_out in (False, True):
            part = {name: x for name, x in row.items() if name.startswith(("val_", "test_")) is held_out}
            if set(part) - {clock}:
                parted.append({clock: row[clock], **part})
    _write_table(folder / "metrics.csv", parted)


def json_lines(folder: Path, rows: list[Row], settings: Settings) -> None:
    """A JSON object on each line, the settings first."""
    lines = [json.dumps({"config": settings}), *(json.dumps(row) for row in rows)]
    (folder / "log.jsonl").write_text("\n".join(lines) + "\n")


def console(folder: Path, rows: list[Row], settings: Settings) -> None:
    """What a script prints: its arguments, and a line for each row."""
    lines = [str(Namespace(**settings))]
    for row in rows:
        (clock, count), *metrics = row.items()
        said = " - ".join(f"{name}: {value:.6g}" for name, value in metrics if not math.isinf(value))
        lines.append(f"{clock.capitalize()} {count:.0f} - {said}")
    (folder / "train.log").write_text("\n".join(lines) + "\n")


FORMS = (table, lightning, json_lines, console)


def _write_table(path: Path, rows: list[Row]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, dict.fromkeys(name for row in rows for name in row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
