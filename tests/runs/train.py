"""Remakes the golden runs: `python -m tests.runs.train [NAME...]` really trains them, all or those named.

Each run becomes a folder with its log, its configuration (`config.json`) and what was planted (`expected.json`).
"""

from __future__ import annotations

import csv
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch

from tests.runs import (  # noqa: F401 - importing them puts their runs on the list
    broken_runs,
    gap_runs,
    healthy_runs,
    live_runs,
    optimization_runs,
    probe_runs,
    sweep_runs,
    system_runs,
    task_runs,
)
from tests.runs.loop import Row
from tests.runs.planted import RUNS, Left

HERE = Path(__file__).parent


def main(names: list[str]) -> None:
    """Train the named runs, or all."""
    torch.set_num_threads(1)
    for name in names or RUNS:
        started = time.perf_counter()
        torch.manual_seed(7)
        np.random.seed(7)
        left = RUNS[name].train()
        write(HERE / name, left, RUNS[name].expected)
        print(f"{name:34} {len(left.rows):4} rows {time.perf_counter() - started:6.1f} s", flush=True)


def write(folder: Path, left: Left, expected: dict[str, object]) -> None:
    """The folder of one run."""
    folder.mkdir(exist_ok=True)
    settings = {name: _short(value) for name, value in ({"seed": 7} | left.settings).items() if value is not None}
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (folder / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
    if left.text:
        (folder / (left.log or "log.txt")).write_text(left.text)
    else:
        _write_table(folder / (left.log or "log.csv"), left.rows)


def _write_table(path: Path, rows: list[Row]) -> None:
    columns = dict.fromkeys(name for row in rows for name in row)
    with path.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows([_short(row.get(name, "")) for name in columns] for row in rows)


def _short(value: object) -> object:
    """Six digits are enough for a log."""
    if not isinstance(value, float) or not math.isfinite(value):
        return value
    return int(value) if value == int(value) and abs(value) < 1e6 else float(f"{value:.6g}")


if __name__ == "__main__":
    main(sys.argv[1:])
