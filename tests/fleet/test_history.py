"""The history survives what a machine does at night."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time

import pytest

from expert.fleet.history import HistoryError, opened
from expert.fleet.schema import MIGRATIONS, SCHEMA
from tests.fleet.fleets import healthy, overfitted, put


def test_two_nights_at_once_do_not_write_together(tmp_path):
    with opened(tmp_path / "history.sqlite"), pytest.raises(HistoryError, match="--wait"):
        opened(tmp_path / "history.sqlite").__enter__()


def test_a_later_version_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "history.sqlite") as file:
        file.execute("PRAGMA user_version=99")
    with pytest.raises(HistoryError, match="later version"):
        opened(tmp_path / "history.sqlite").__enter__()


def test_an_earlier_version_is_brought_up_to_date(tmp_path):
    with sqlite3.connect(tmp_path / "history.sqlite") as file:
        file.executescript(f"{MIGRATIONS[0]}; PRAGMA user_version=1;")
        file.execute("INSERT INTO runs VALUES ('run', 'path', 'family', 'ann', 'page', '2026-11-01')")
    with opened(tmp_path / "history.sqlite") as known:
        assert known.database.execute("SELECT owner, tags FROM runs").fetchall() == [("ann", "")]
        assert known.database.execute("PRAGMA user_version").fetchone() == (SCHEMA,)


def test_what_is_no_history_is_said_so(tmp_path):
    (tmp_path / "history.sqlite").write_bytes(b"no database at all, " * 100)
    with pytest.raises(HistoryError, match="move it away"):
        opened(tmp_path / "history.sqlite").__enter__()


def test_a_night_that_was_killed_is_completed_by_the_next(tmp_path):
    for n in range(12):
        put(tmp_path / "runs" / f"run{n}" / "log.csv", overfitted() if n % 3 == 0 else healthy())
    command = [sys.executable, "-m", "expert", "nightly", str(tmp_path / "runs"), "-q", "--as-of", "2026-11-02"]
    for delay in (0.6, 1.4, 1.8):
        process = subprocess.Popen([*command, "--site", str(tmp_path / "killed"), "--executor", "processes:1"])
        time.sleep(delay)
        process.kill()
        process.wait()
    for site in ("killed", "whole"):
        subprocess.run([*command, "--site", str(tmp_path / site), "--wait", "10"], check=True)
    killed, whole = (json.loads((tmp_path / site / "index.json").read_text()) for site in ("killed", "whole"))
    assert killed == whole
