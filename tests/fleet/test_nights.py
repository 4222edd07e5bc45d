"""Nights over a real fleet in a folder: what is new, what is resolved, what is left alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from expert.configuration import read
from expert.fleet import ledger, sightings, supervised
from expert.fleet.history import opened
from expert.knowledge import Outcomes
from tests.fleet.fleets import CONFIGURATION, DAY, healthy, overfitted, put, states, take

LOGS = Path(__file__).parent.parent / "readers" / "logs"


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


def test_the_newest_run_of_a_family_speaks_for_it(tmp_path):
    put(tmp_path / "runs" / "2026-10-30" / "log.csv", overfitted(), age=2)
    take(tmp_path / "runs")
    put(tmp_path / "runs" / "2026-11-01" / "log.csv", healthy(), age=-0.5)
    assert set(states(take(tmp_path / "runs", day=1))) == {"resolved"}


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
        assert ledger.outcomes(known)["more-data"] == Outcomes(1, 0)
    put(tmp_path / "runs" / "2026-11-02" / "log.csv", overfitted(), age=-1.5)
    take(tmp_path / "runs", day=2)
    (page,) = (tmp_path / "site" / "run").glob("2026-11-02*.html")
    assert "worked in 1 of 1 run in which it was applied" in page.read_text()


def test_what_a_team_calls_its_columns_holds_at_night(tmp_path):
    put(tmp_path / "runs" / "log.csv", overfitted().replace("train_loss,val_loss", "q7,q8"))
    assert take(tmp_path / "runs").entries == ()
    (tmp_path / "expert.toml").write_text('[vocabulary]\nnames = {q7 = "train_loss", q8 = "val_loss"}\n')
    rules = supervised.rules(read(tmp_path / "expert.toml"), DAY.date())
    assert set(states(take(tmp_path / "runs", day=1, rules=rules))) == {"new"}


def test_who_is_masked_later_is_masked_everywhere(root):
    (root / "bad" / "config.json").write_text('{"user": "ann@example.org"}')
    take(root)
    page = next((root.parent / "site" / "run").glob("bad*.html"))
    assert "ann@example.org" in page.read_text()
    take(root, day=1, rules=supervised.rules(CONFIGURATION, DAY.date(), redact=True))
    assert "ann@example.org" not in page.read_text()


def test_what_is_gone_for_longer_than_is_kept_is_forgotten(root):
    take(root)
    shutil.rmtree(root / "bad")
    for day in (1, 2, 30):
        take(root, day, keep_nights=10)
    with opened(root.parent / "site" / ".expert" / "history.sqlite") as known:
        assert sightings.latest(known, "2027-01-01") == {}
        assert [run.run for run in known.runs("2026-12-01")] == ["good/log.csv"]
        assert len(known.seen()) == 1


def test_nothing_is_resolved_while_a_root_cannot_be_reached(root):
    take(root)
    root.rename(root.parent / "away")
    assert set(states(take(root, day=1))) == {"unjudged"}
    (root.parent / "away").rename(root)
    assert set(states(take(root, day=2))) == {"ongoing"}


def test_runs_of_wandb_that_were_never_synced_are_judged(tmp_path):
    run = tmp_path / "wandb" / "offline-run-20261101_023000-abcd1234"
    shutil.copytree(LOGS / "wandb" / "offline-run", run)
    (run.parent / "latest-run").symlink_to(run.name)
    put(run.parent / "debug.log", "2026-11-01 02:30:00 INFO MainThread: wandb started\n")
    told = take(tmp_path / "wandb")
    assert told.runs == 1
    assert told.failures == ()
    assert told.verdicts.get("Not judged", 0) == 0


def test_runs_of_the_same_content_keep_their_own_names(tmp_path):
    for name in ("one", "two"):
        put(tmp_path / "runs" / name / "log.csv", overfitted())
    take(tmp_path / "runs")
    for name in ("one", "two"):
        (page,) = (tmp_path / "site" / "run").glob(f"{name}*.html")
        assert f"runs/{name}/log.csv" in page.read_text()
