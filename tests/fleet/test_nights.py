"""Nights over a real fleet in a folder: what is new, what is resolved, what is left alone."""

from __future__ import annotations

import shutil

import pytest

from expert.fleet.history import opened
from expert.knowledge import Outcomes
from tests.fleet.fleets import healthy, overfitted, put, states, take


@pytest.fixture
def root(tmp_path):
    put(tmp_path / "runs" / "good" / "log.csv", healthy())
    put(tmp_path / "runs" / "bad" / "log.csv", overfitted())
    return tmp_path / "runs"


def test_the_first_night_tells_what_is_new(root):
    told = take(root)
    assert told.runs == 2
    assert set(states(told)) == {"new"}
    assert {entry.run for entry in told.entries} == {"bad/log.csv"}


def test_an_unchanged_fleet_is_ongoing_the_next_night_and_nothing_is_judged(root):
    pages = {page: page.stat().st_mtime_ns for page in _pages(root, take(root))}
    told = take(root, day=1)
    assert set(states(told)) == {"ongoing"}
    assert {page: page.stat().st_mtime_ns for page in pages} == pages


def test_the_same_night_twice_gives_the_same_bytes(root):
    first = {p: p.read_bytes() for p in _pages(root, take(root), "*")}
    assert {p: p.read_bytes() for p in _pages(root, take(root), "*")} == first


def test_a_run_that_was_mended_is_resolved_and_one_that_breaks_again_reopened(root):
    take(root)
    put(root / "bad" / "log.csv", healthy(), age=-0.5)
    assert set(states(take(root, day=1))) == {"resolved"}
    put(root / "bad" / "log.csv", overfitted(), age=-1.5)
    assert "reopened" in states(take(root, day=2))


def test_the_newest_run_of_a_family_speaks_for_it(tmp_path):
    put(tmp_path / "runs" / "2026-10-30" / "log.csv", overfitted(), age=2)
    take(tmp_path / "runs")
    put(tmp_path / "runs" / "2026-11-01" / "log.csv", healthy(), age=-0.5)
    assert set(states(take(tmp_path / "runs", day=1))) == {"resolved"}


def test_a_run_that_goes_on_is_provisional(root):
    put(root / "young" / "log.csv", overfitted(), age=0.001)
    young = [entry for entry in take(root).entries if entry.run.startswith("young")]
    assert {entry.row.state for entry in young} == {"provisional"}


def test_findings_of_a_log_that_cannot_be_read_any_more_are_unjudged(root):
    take(root)
    put(root / "bad" / "log.csv", "\x00\x01" * 100, age=-0.5)
    assert set(states(take(root, day=1))) == {"unjudged"}


def test_a_run_that_was_taken_away_is_resolved(root):
    take(root)
    shutil.rmtree(root / "bad")
    assert set(states(take(root, day=1))) == {"resolved"}


def test_broken_logs_stop_no_other(root):
    put(root / "noise" / "train.log", "x" * 10_000_000)
    put(root / "cut" / "log.jsonl", '{"step": 1, "loss": 2.0}\n{"step": 2, "lo')
    put(root / "empty" / "log.csv", "")
    (root / "loop").symlink_to(root)
    told = take(root)
    assert "bad/log.csv" in {entry.run for entry in told.entries}
    assert told.verdicts["Not judged"] >= 2


def _pages(root, told, pattern="run/*"):
    assert told.runs
    return sorted(p for p in (root.parent / "site").rglob(pattern) if p.is_file() and ".expert" not in p.parts)


def test_a_remedy_that_was_applied_in_the_next_run_of_a_family_enters_the_ledger(tmp_path):
    put(tmp_path / "runs" / "2026-10-30" / "log.csv", overfitted(), age=2)
    (tmp_path / "runs" / "2026-10-30" / "config.json").write_text('{"train_size": 100, "weight_decay": 0.0}')
    take(tmp_path / "runs")
    put(tmp_path / "runs" / "2026-11-01" / "log.csv", healthy(), age=-0.5)
    (tmp_path / "runs" / "2026-11-01" / "config.json").write_text('{"train_size": 5000, "weight_decay": 0.1}')
    take(tmp_path / "runs", day=1)
    with opened(tmp_path / "site" / ".expert" / "history.sqlite") as known:
        assert known.ledger()["more-data"] == Outcomes(1, 0)
    put(tmp_path / "runs" / "2026-11-02" / "log.csv", overfitted(), age=-1.5)
    take(tmp_path / "runs", day=2)
    (page,) = (tmp_path / "site" / "run").glob("2026-11-02*.html")
    assert "worked in 1 of 1 run in which it was applied" in page.read_text()
