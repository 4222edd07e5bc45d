"""What runs have in common."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from expert.fleet.patterns import chance
from tests.fleet.fleets import healthy, overfitted, put, take


def test_a_cause_that_falls_on_one_host_is_a_pattern(tmp_path):
    for n in range(16):
        run = tmp_path / "runs" / f"run{n}"
        put(run / "log.csv", overfitted() if n < 5 else healthy())
        (run / "config.json").write_text(json.dumps({"host": "gpu-07" if n < 5 else f"gpu-{n % 3}"}))
    (pattern,) = take(tmp_path / "runs").patterns
    assert pattern.title == "Runs on one host share a cause"
    assert pattern.about == "overfitting · host gpu-07"
    assert "5 of its 5 runs" in pattern.because
    assert "gpu-07" in (tmp_path / "site" / "index.html").read_text()


def test_a_cause_that_is_everywhere_is_no_pattern(tmp_path):
    for n in range(8):
        run = tmp_path / "runs" / f"run{n}"
        put(run / "log.csv", overfitted())
        (run / "config.json").write_text(json.dumps({"host": f"gpu-{n % 2}"}))
    assert take(tmp_path / "runs").patterns == ()


def test_a_family_that_falls_behind_its_own_last_runs_is_a_pattern(tmp_path):
    for day in range(1, 7):
        put(tmp_path / "runs" / f"2026-10-0{day}" / "log.csv", healthy(40 + day % 3), age=30 - day)
    put(tmp_path / "runs" / "2026-10-09" / "log.csv", healthy(9), age=2)
    (pattern,) = take(tmp_path / "runs").patterns
    assert pattern.title == "The newest run of a family fell behind its own last ones"


@given(st.integers(2, 40), st.data())
def test_the_chances_of_all_counts_add_up_to_one(runs, data):
    causes, group = data.draw(st.integers(1, runs)), data.draw(st.integers(1, runs))
    least = max(0, group - (runs - causes))
    assert abs(chance(least, group, causes, runs) - 1) < 1e-9
    assert chance(min(causes, group) + 1, group, causes, runs) == 0
