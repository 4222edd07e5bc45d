"""A large log that grows from night to night is read on."""

from __future__ import annotations

import os
import pickle
import zlib

from expert.fleet import marks
from tests.fleet.fleets import DAY, take


def lines(first: int, count: int) -> str:
    return "".join(
        f'{{"step": {n}, "train_loss": {2 / (1 + n / 900):.5f}, "lr": 0.001}}\n' for n in range(first, count)
    )


def test_a_large_log_is_left_where_it_ended_until_it_stands_still(tmp_path):
    log = tmp_path / "runs" / "log.jsonl"
    log.parent.mkdir()
    kept = []
    for day, (first, count) in enumerate([(0, 90_000), (90_000, 90_010), (0, 0)]):
        if count:
            with log.open("a") as file:
                file.write(lines(first, count))
            os.utime(log, (DAY.timestamp() + day * 86_400,) * 2)
        assert take(tmp_path / "runs", day).runs == 1
        files = [file for file in (tmp_path / "site" / ".expert" / "marks").rglob("*") if file.is_file()]
        kept.append([mark.line for file in files for mark in marks.stored(file).values()])
    assert kept == [[90_001], [90_011], [90_011]]
    take(tmp_path / "runs", day=3)
    assert not [file for file in (tmp_path / "site" / ".expert" / "marks").rglob("*") if file.is_file()]


class Evil:
    def __reduce__(self):
        return os.system, ("touch evil",)


def test_nothing_in_a_mark_is_executed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mark").write_bytes(zlib.compress(pickle.dumps({"log": Evil()})))
    assert marks.stored(tmp_path / "mark") == {}
    assert not (tmp_path / "evil").exists()
