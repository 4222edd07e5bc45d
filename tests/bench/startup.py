"""How long a person waits for the command line: `expert --help`, and `expert diagnose` of a 1,000-row table.

    python tests/bench/startup.py

Prints the median wall time of each, beside that of `python -c pass` on the same machine.
"""

import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TIMES = 9


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log.csv")
        losses = [2 * math.exp(-step / 200) for step in range(1000)]
        rows = (f"{step},{loss:.5f},{loss + 0.1:.5f},0.001,{1 + loss / 9:.4f}" for step, loss in enumerate(losses))
        log.write_text("\n".join(["step,train_loss,val_loss,lr,grad_norm", *rows]) + "\n")
        commands = {
            "python -c pass": ["-c", "pass"],
            "expert --help": ["-m", "expert", "--help"],
            "expert diagnose, 1,000 rows": ["-m", "expert", "diagnose", str(log)],
        }
        seconds = {name: median_seconds([sys.executable, *command], folder) for name, command in commands.items()}
    bare = seconds["python -c pass"]
    for name, taken in seconds.items():
        print(f"{name:<28} {taken:6.3f} s  {taken / bare:6.1f} × python -c pass")


def median_seconds(command: list[str], folder: str) -> float:
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, capture_output=True, check=False)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
