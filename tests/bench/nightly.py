"""How long a night takes, cold, unchanged and after a rule's edit: python tests/bench/nightly.py RUNS [ROWS].

Makes RUNS runs of ROWS rows (1,000) in several forms in a temporary folder, a twentieth of them broken.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def main(runs: int, rows: int) -> None:
    """Prints seconds, those of the processors, the peak memory of the largest process, and megabytes of the site."""
    with tempfile.TemporaryDirectory() as folder:
        root, site = Path(folder, "runs"), Path(folder, "site")
        for n in range(runs):
            make(root / f"team{n % 7}" / f"run{n}", n, rows)
        print(f"{runs} runs of {rows} rows, {_size(root):.0f} MB")
        command = [sys.executable, "-m", "expert", "nightly", str(root), "--site", str(site), "-q"]
        _timed("cold", command)
        _timed("unchanged", command)
        _timed("a rule's edit", [*command, "--param", "generalization.val_rise=0.1"])
        print(f"site {_size(site):.0f} MB, of it pages {_size(site / 'run'):.0f} MB")


def _timed(name: str, command: list[str]) -> None:
    began = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    print(
        f"{name:14} {time.monotonic() - began:6.1f} s, exit {os.waitstatus_to_exitcode(status)}, "
        f"processors {usage.ru_utime + usage.ru_stime:.1f} s, peak {usage.ru_maxrss / 1024:.0f} MB",
        flush=True,
    )


def make(folder: Path, seed: int, rows: int) -> None:
    """A run of so many rows, in one of four forms; every twentieth is cut."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    step = np.arange(rows)
    loss = 2.3 * np.exp(-step / (rows / 4)) + 0.1 + 0.02 * random.standard_normal(rows)
    if seed % 5 == 0:  # a rate too high
        loss[rows // 2 :] *= np.exp(np.linspace(0, 4, rows - rows // 2))
    val = loss + (0.05 if seed % 3 else np.linspace(0, 0.8, rows))
    (folder / "config.json").write_text(json.dumps({"lr": 1e-3, "optimizer": "adam", "host": f"gpu-{seed % 11}"}))
    names = ("step", "train_loss", "val_loss", "lr")
    table = np.stack([step, loss, val, np.full(rows, 1e-3)], axis=1)
    match seed % 4:
        case 0 | 1:
            lines = [",".join(names), *(",".join(f"{v:.6g}" for v in row) for row in table)]
            text, name = "\n".join(lines) + "\n", "metrics.csv"
        case 2:
            text = "".join(json.dumps(dict(zip(names, map(float, row), strict=True))) + "\n" for row in table)
            name = "log.jsonl"
        case _:
            text = "".join(
                f"step {int(s)} | train loss: {a:.5f} | val loss: {b:.5f} | lr: {c:.2e}\n" for s, a, b, c in table
            )
            name = "train.log"
    (folder / name).write_text(text[: len(text) // 3] if seed % 20 == 19 else text)


def _size(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
