"""`python tests/bench/console.py 200`: how long so many megabytes of console text take to read, beside `wc -l`.

Prints the seconds, megabytes per second, their ratio and the most memory, for the lines of a script, those of llm.c,
bars that are drawn over and over with carriage returns, and lines of a server that measure nothing.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LINES = {
    "a script": "2024-01-02 10:20:30 INFO epoch {e} step {s} train loss {l:.5f} | val loss {v:.5f} lr 3.0e-04\n",
    "llm.c": "step {s:5d}/9999999 | loss {l:.6f} (-1.20z)| norm {v:.4f} (-0.23z)| lr 6.00e-04 | 4368.24 ms | 30.9% bf16"
    " MFU | 122878 tok/s\n",
    "bars": "Epoch {e}: {s}/9999999 [00:03<00:04, 9.1it/s, loss={l:.5f}, acc={v:.3f}]{end}",
    "returns": "Epoch {e}: {s}/9999999 [00:03<00:04, 9.1it/s, loss={l:.5f}, acc={v:.3f}]\r",
    "noise": "2024-01-02 10:20:30 DEBUG {word} asked for {other} number {s}, which took {l:.5f} s; {word} waits\n",
}
LOSS = "epoch {e} step {s} train loss {l:.5f}\n"
CHILD = (
    "import resource, sys; from pathlib import Path; from expert.readers import read; (run,) = read(Path(sys.argv[1]));"
    "used = resource.getrusage(resource.RUSAGE_SELF);"
    "print(sum(map(len, run.series)), used.ru_maxrss / 1000, used.ru_utime + used.ru_stime)"
)


def main(megabytes: int) -> None:
    """Writes each text, counts its lines and reads it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, line in LINES.items():
            path = Path(folder, "train.log")
            write(path, name, line, megabytes * 10**6)
            counting, _ = timed(["wc", "-l", str(path)])
            empty, _ = timed([sys.executable, "-c", "import expert.readers"])
            reading, said = timed([sys.executable, "-c", CHILD, str(path)])
            points, memory, busy = said.split()
            speed, unhindered = megabytes / reading, megabytes / float(busy)
            print(
                f"{name:10} wc -l {counting:.2f} s, read {reading:.1f} s ({empty:.1f} s of it to start), "
                f"{speed:.1f} MB/s ({unhindered:.1f} per second of the processor), {reading / counting:.0f} × wc -l; "
                f"{int(points):,} points, at most {float(memory):,.0f} MB of memory",
                flush=True,
            )


def write(path: Path, name: str, line: str, size: int) -> None:
    """A text of that size; in noise every hundredth line gives a loss."""
    generator = random.Random(0)
    words = ["".join(generator.choices("abcdefghijkm", k=7)) for _ in range(1000)]
    step = 0
    with path.open("w", newline="") as file:
        while file.tell() < size:
            rows = []
            for s in range(step, step + 1000):
                form = LOSS if name == "noise" and s % 100 == 0 else line
                word, other = generator.sample(words, 2)
                end = "\n" if s % 1000 == 999 else "\r"
                rows.append(
                    form.format(e=s // 1000, s=s, l=5 / (s + 1), v=6 / (s + 1), end=end, word=word, other=other)
                )
            file.write("".join(rows))
            step += 1000


def timed(command: list[str]) -> tuple[float, str]:
    """The seconds that a command takes, and what it prints."""
    began = time.perf_counter()
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - began, said


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
