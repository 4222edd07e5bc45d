"""What a second Dask worker gains: python tests/bench/cluster.py [RUNS] [ROWS].

A real cluster, each worker a process of its own with one thread, on a fleet that is long enough to tell.

The night itself and the scheduler take processor time too: with two workers on two cores four processes share them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from distributed import LocalCluster

from tests.bench.nightly import make


def main(runs: int = 300, rows: int = 1000) -> None:
    """Prints the seconds of a cold night with one worker and with two, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "runs")
        for n in range(runs):
            make(root / f"run{n}", n, rows)
        seconds = [_night(root, Path(folder, f"site{workers}"), workers) for workers in (1, 2)]
    ratio = seconds[0] / seconds[1]
    print(f"one worker {seconds[0]:.1f} s, two {seconds[1]:.1f} s: {ratio:.2f} times; load {os.getloadavg()[0]:.1f}")


def _night(root: Path, site: Path, workers: int) -> float:
    with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        executor = f"dask:{cluster.scheduler_address}"
        command = [sys.executable, "-m", "expert", "nightly", str(root), "--site", str(site), "-q"]
        began = time.monotonic()
        subprocess.run([*command, "--executor", executor], check=True)
        return time.monotonic() - began


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
