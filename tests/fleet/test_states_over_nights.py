"""Each state that a finding can have, as it comes about over real nights."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from expert.configuration import read
from expert.fleet import sightings, supervised
from expert.fleet.history import opened
from expert.fleet.report import Report
from tests.fleet.fleets import diverged, healthy, overfitted, put, take

SUPPRESSION = """
format: 1
pack: ours
suppress:
  - {diagnosis: overfitting, reason: known in v1, expires: 2026-11-02}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    put(tmp_path / "runs" / "log.csv", overfitted())
    return tmp_path / "runs"


def state(told: Report) -> str:
    """How the one finding stands."""
    (entry,) = told.entries
    return entry.row.state


def again(root: Path, text: str, day: int) -> str:
    """How it stands after the run was done again on a day."""
    put(root / "log.csv", text, age=0.5 - day)
    return state(take(root, day))


def test_new_then_ongoing_then_resolved_then_reopened(root):
    assert state(take(root)) == "new"
    assert state(take(root, day=1)) == "ongoing"
    assert again(root, healthy(), 2) == "resolved"
    assert take(root, day=3).entries == ()
    assert again(root, overfitted(), 4) == "reopened"


def test_better_then_worse(root):
    (root / "config.json").write_text('{"lr": 0.5, "optimizer": "adam"}')
    assert again(root, diverged(), 0) == "new"
    assert again(root, healthy(), 1) == "better"  # of the rate that is far too high only the suspicion is left
    assert again(root, diverged(), 2) == "worse"


def test_provisional_then_new_once_the_run_has_ended(root):
    put(root / "log.csv", overfitted(), age=0)
    assert state(take(root)) == "provisional"
    assert state(take(root, day=1)) == "new"


def test_a_finding_that_was_known_before_the_run_began_anew_is_not_news(root):
    take(root)
    put(root / "log.csv", overfitted(70), age=-1)
    assert state(take(root, day=1)) == "provisional"
    assert state(take(root, day=2)) == "ongoing"


def test_unjudged_while_the_log_cannot_be_read(root):
    take(root)
    assert again(root, "\x00\x01" * 100, 1) == "unjudged"
    assert again(root, overfitted(), 2) == "ongoing"


def test_suppressed_by_a_person_until_the_day_is_over(root):
    take(root)
    with opened(root.parent / "site" / ".expert" / "history.sqlite") as known:
        (row,) = sightings.standings(known, "2026-11-01")
        sightings.accept(known, row.finding, "known", "2026-11-03", "2026-11-01")
    assert state(take(root, day=1)) == "suppressed"
    assert state(take(root, day=2)) == "reopened"


def test_suppressed_by_a_pack_until_it_expires_though_no_log_changed(root, tmp_path):
    (tmp_path / "ours.yaml").write_text(SUPPRESSION)
    (tmp_path / "expert.toml").write_text('rules = ["ours.yaml"]\n')

    def night(day: int) -> Report:
        date = datetime.date(2026, 11, 1 + day)
        return take(root, day, rules=supervised.rules(read(tmp_path / "expert.toml"), date))

    first = night(0)
    assert state(first) == "suppressed"
    assert first.entries[0].reason == "known in v1"
    assert state(night(1)) == "suppressed"
    assert state(night(2)) == "reopened"
    assert "overfits" in next((tmp_path / "site" / "run").glob("*.html")).read_text()


def test_resolved_when_the_run_was_taken_away(root):
    take(root)
    shutil.rmtree(root)
    root.mkdir()
    assert state(take(root, day=1)) == "resolved"
