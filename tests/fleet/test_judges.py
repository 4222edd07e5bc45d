"""What one log does to the process that judges it harms no other log."""

from __future__ import annotations

import pytest

from expert.fleet.judging import Task
from expert.fleet.supervised import Limits, judged
from tests.fleet.fleets import RULES, healthy, overfitted, put, take


def test_a_log_that_takes_too_long_is_given_up(tmp_path):
    put(tmp_path / "log.csv", healthy())
    outcome = judged(Task(str(tmp_path / "log.csv"), str(tmp_path)), RULES, Limits(seconds=0.01))
    assert outcome.failure == "it took more than 0.01 s"


def test_a_log_that_takes_too_much_memory_is_given_up(tmp_path):
    put(tmp_path / "log.csv", healthy())
    outcome = judged(Task(str(tmp_path / "log.csv"), str(tmp_path)), RULES, Limits(megabytes=64))
    assert outcome.failure == "it took more than 64 MB of memory"


def test_the_next_log_is_judged_after_one_that_was_given_up(tmp_path):
    put(tmp_path / "log.csv", overfitted())
    task = Task(str(tmp_path / "log.csv"), str(tmp_path))
    judged(task, RULES, Limits(seconds=0.01))
    assert judged(task, RULES, Limits()).verdicts[0].summary.findings


def test_a_place_that_vanished_is_a_failure_that_names_it(tmp_path):
    outcome = judged(Task(str(tmp_path / "gone.csv"), str(tmp_path)), RULES, Limits())
    assert "gone.csv" in outcome.failure


@pytest.mark.parametrize("executor", ["processes:2", "concurrent.futures:ThreadPoolExecutor"])
def test_any_executor_finds_the_same(tmp_path, executor):
    put(tmp_path / "runs" / "a" / "log.csv", overfitted())
    put(tmp_path / "runs" / "b" / "log.csv", healthy())
    assert [entry.run for entry in take(tmp_path / "runs", executor=executor).entries] == ["a/log.csv"]
