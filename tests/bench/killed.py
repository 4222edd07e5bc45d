"""A nightly that is killed at random moments loses nothing: python tests/bench/killed.py [TIMES] [RUNS].

Before each night some logs change. One site is killed (SIGKILL) in the middle of it and then done again, the other is
left in peace; what both say must be the same to the byte, and so must the tables of their histories.
"""

from __future__ import annotations

import datetime
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fleet.fleets import healthy, overfitted


def main(times: int = 20, runs: int = 40) -> None:
    """Prints when each night was killed, and what differs; exits with 1 if anything does."""
    chance, differ = random.Random(0), 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "runs")
        for n in range(runs):
            _put(root / f"run{n}" / "log.csv", healthy())
        sites = Path(folder, "killed"), Path(folder, "peace")
        took = _night(root, sites[1], 0)
        _night(root, sites[0], 0)
        for night in range(1, times + 1):
            for n in chance.sample(range(runs), runs // 3):
                _put(root / f"run{n}" / "log.csv", chance.choice((healthy, overfitted))(chance.randint(50, 70)))
            process = subprocess.Popen(_command(root, sites[0], night))
            moment = chance.uniform(0.1, 1.0) * took
            time.sleep(moment)
            was_running = process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
            _night(root, sites[0], night)
            took = _night(root, sites[1], night)
            same = [(site / "index.json").read_bytes() for site in sites]
            differ += same[0] != same[1]
            state = "killed" if was_running else "was done"
            print(f"night {night}: {state} after {moment:.1f} of about {took:.1f} s", flush=True)
        tables = [_tables(site / ".expert" / "history.sqlite") for site in sites]
        lost = [name for name in tables[0] if tables[0][name] != tables[1][name]]
        twice = [name for name, rows in tables[0].items() if len(rows) != len(set(rows))]
        rows = ", ".join(f"{len(rows)} {name}" for name, rows in tables[0].items())
        print(
            f"{differ} nights differ; tables that differ: {lost or 'none'}; with rows twice: {twice or 'none'}; {rows}"
        )
        sys.exit(bool(differ or lost or twice))


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _command(root: Path, site: Path, night: int) -> list[str]:
    moment = datetime.date(2050, 1, 1) + datetime.timedelta(night)  # long after the logs were written to
    options = ["--site", str(site), "-q", "--as-of", moment.isoformat(), "--wait", "20"]
    return [sys.executable, "-m", "expert", "nightly", str(root), *options]


def _night(root: Path, site: Path, night: int) -> float:
    began = time.monotonic()
    subprocess.run(_command(root, site, night), check=True)
    return time.monotonic() - began


def _tables(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(file) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(database.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
