"""A fleet of which one run in twenty is broken: python tests/bench/broken.py [RUNS] [NOISE_MEGABYTES].

Cut, hostile, unreadable, noise without an end (1,000 MB in one line), and a log that appears and vanishes all the time.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from tests.fleet.fleets import healthy, overfitted


def main(runs: int = 200, megabytes: int = 1000) -> None:
    """Prints the verdicts and why each broken run could not be judged; exits with 1 if a good one was not."""
    with tempfile.TemporaryDirectory() as folder:
        root, site = Path(folder, "runs"), Path(folder, "site")
        breakers = [lambda path: _noise(path, megabytes), *BREAKERS]
        for n in range(runs):
            path = root / f"run{n}"
            path.mkdir(parents=True)
            if n % 20 == 19:
                breakers[n // 20 % len(breakers)](path)
            else:
                (path / "log.csv").write_text(overfitted() if n % 5 == 0 else healthy())
        stop = threading.Event()
        threading.Thread(target=_flicker, args=(root / "flicker", stop), daemon=True).start()
        command = [sys.executable, "-m", "expert", "nightly", str(root), "--site", str(site), "-q"]
        began = time.monotonic()
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - began
        stop.set()
        told = json.loads((site / "index.json").read_text())
        judged = {
            json.loads(gzip.decompress(f.read_bytes()))["run"]["source"] for f in (site / "run").glob("*.json.gz")
        }
        good = [root / f"run{n}" / "log.csv" for n in range(runs) if n % 20 != 19]
        missing = [str(path) for path in good if str(path) not in judged]
        code, peak = os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024
        print(f"{runs} runs in {took:.0f} s, exit {code}, peak {peak:.0f} MB")
        print(f"verdicts: {told['verdicts']}")
        for failure in told["failures"]:
            print(f"could not judge {failure['place']}: {failure['reason'][:150]}")
        print(f"good runs that were not judged: {missing[:5] or 'none'} of {len(good)}")
        sys.exit(bool(missing))


def _noise(path: Path, megabytes: int) -> None:
    with (path / "train.log").open("wb") as file:
        for _ in range(megabytes):
            file.write(b"x" * 1_000_000)


def _cut(path: Path) -> None:
    (path / "log.csv.gz").write_bytes(gzip.compress(healthy().encode())[:200])


def _bomb(path: Path) -> None:
    with gzip.open(path / "log.csv.gz", "wb") as file:
        for _ in range(2000):
            file.write(b"0" * 1_000_000)


def _deep(path: Path) -> None:
    (path / "log.jsonl").write_text('{"loss": ' + "[" * 500_000 + "\n")
    doubled = (f"{name}: &{name} [*{before}, *{before}]\n" for before, name in pairwise("abcdefghijklmnopqrstuvwxy"))
    (path / "config.yaml").write_text("a: &a [x, x]\n" + "".join(doubled))


def _unreadable(path: Path) -> None:
    (path / "train.log").symlink_to("/proc/self/mem")  # a file that gives an error to whoever reads it, to root too


def _binary(path: Path) -> None:
    (path / "metrics.csv").write_bytes(os.urandom(1_000_000))


def _database(path: Path) -> None:
    (path / "mlflow.db").write_bytes(b"SQLite format 3\0" + os.urandom(100_000))


BREAKERS: list[Callable[[Path], None]] = [_cut, _bomb, _deep, _unreadable, _binary, _database]


def _flicker(path: Path, stop: threading.Event) -> None:
    path.mkdir()
    while not stop.is_set():
        (path / "log.csv").write_text(healthy())
        time.sleep(0.05)
        (path / "log.csv").unlink()
        time.sleep(0.05)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
