"""How large tables fare: `expert diagnose` end to end, beside a bare `polars.read_csv` of the same file.

    python tests/bench/table.py 1000000

Prints wall time and peak memory of both, and their ratios to each other and to the size of the file.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

TIMES = 3


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log.csv")
        write(log, rows)
        size = log.stat().st_size
        bare = measure([sys.executable, "-c", f"import polars; polars.read_csv({str(log)!r})"], folder)
        ours = measure([sys.executable, "-m", "expert", "diagnose", str(log)], folder)
    print(f"{rows:,} rows, 8 columns, {size / 1e6:,.0f} MB")
    for name, (seconds, memory) in {"polars.read_csv": bare, "expert diagnose": ours}.items():
        print(f"{name:<16} {seconds:7.2f} s  {memory / 1e6:8,.0f} MB  {memory / size:5.1f} × the file")
    print(f"ratio            {ours[0] / bare[0]:7.2f} ×  {ours[1] / bare[1]:8.2f} ×")


def write(log: Path, rows: int) -> None:
    """A run of eight columns: a loss that falls, one that overfits, and what else a training loop logs."""
    import polars

    generator = np.random.default_rng(0)
    step = np.arange(rows)
    fall = 2 * np.exp(-4 * step / rows) + 0.2
    noise = generator.normal(0, 0.05, (4, rows))
    columns = {
        "step": step,
        "epoch": step * 20 // rows,
        "train_loss": fall + noise[0],
        "val_loss": fall + 0.1 + (step / rows) ** 2 + noise[1],
        "train_acc": 1 - fall / 3 + noise[2] / 9,
        "val_acc": 0.95 - fall / 3 + noise[3] / 9,
        "lr": 1e-3 * (1 - step / rows),
        "grad_norm": 1 + np.abs(noise[0]),
    }
    polars.DataFrame(columns).write_csv(log, float_precision=6)


def measure(command: list[str], folder: str) -> tuple[float, int]:
    """The median wall time in seconds, and the largest resident memory in bytes."""
    seconds, memory = [], 0
    for _ in range(TIMES):
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - start)
        memory = max(memory, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
    return statistics.median(seconds), memory


if __name__ == "__main__":
    main()
