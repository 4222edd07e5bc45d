"""`python tests/bench/console.py 200`: how long so many megabytes of console text take to read, beside `wc -l`.

Prints the seconds and megabytes per second of both, for the lines of a script and for those of llm.c.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from expert.readers import read

LINES = {
    "a script": "2024-01-02 10:20:30 INFO epoch {e} step {s} train loss {l:.5f} | val loss {v:.5f} lr 3.0e-04\n",
    "llm.c": "step {s:5d}/9999999 | loss {l:.6f} (-1.20z)| norm {v:.4f} (-0.23z)| lr 6.00e-04 | 4368.24 ms | 30.9% bf16"
    " MFU | 122878 tok/s\n",
}


def main(megabytes: int) -> None:
    """Writes each text, counts its lines and reads it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, line in LINES.items():
            path = Path(folder, "train.log")
            with path.open("w") as file:
                step = 0
                while file.tell() < megabytes * 10**6:
                    rows = range(step, step + 1000)
                    file.write("".join(line.format(e=s // 1000, s=s, l=5 / (s + 1), v=6 / (s + 1)) for s in rows))
                    step += 1000
            counting = timed(lambda path=path: subprocess.run(["wc", "-l", path], check=True, capture_output=True))
            reading = timed(lambda path=path: list(read(path)))
            speed = megabytes / reading
            print(
                f"{name:10} {step:,} lines: wc -l {counting:.2f} s, read {reading:.1f} s, {speed:.1f} MB/s,"
                f" {reading / counting:.0f} × wc -l; peak memory {peak:,.0f} MB"
            )


def timed(action) -> float:
    """The seconds that it takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
