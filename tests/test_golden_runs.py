"""The golden runs were really trained: a planted fault is found, a healthy run is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from expert.certainty import BELIEVED
from expert.diagnose import judge
from expert.findings import Finding
from expert.knowledge import SEVERITIES
from expert.readers import Refused, read

RUNS = Path(__file__).parent / "runs"
EXPECTED = {path.parent.name: json.loads(path.read_text()) for path in sorted(RUNS.glob("*/expected.json"))}
FAULTY = {name: expected["diagnosis"] for name, expected in EXPECTED.items() if "diagnosis" in expected}
HEALTHY = [name for name, expected in EXPECTED.items() if expected.get("healthy")]


@pytest.mark.parametrize("name", FAULTY)
def test_the_planted_fault_is_found(name: str) -> None:
    certainties = {finding.diagnosis.id: finding.certainty for finding in findings(name)}
    assert certainties.get(FAULTY[name], 0) >= BELIEVED, certainties


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_has_no_finding_above_low(name: str) -> None:
    above = {
        f.diagnosis.id: f.severity for f in findings(name) if SEVERITIES.index(f.severity) < SEVERITIES.index("low")
    }
    assert not above


def test_at_least_thirty_diagnoses_are_reached_by_runs_that_were_really_trained() -> None:
    assert len(set(FAULTY.values())) >= 30
    assert len(HEALTHY) >= 8


def test_the_golden_runs_stay_small() -> None:
    assert sum(path.stat().st_size for path in RUNS.rglob("*") if path.is_file()) < 1_500_000


def findings(name: str) -> tuple[Finding, ...]:
    """What is concluded about a golden run."""
    (log,) = RUNS.glob(f"{name}/log.*")
    (run,) = read(log)
    assert not isinstance(run, Refused), run.reason
    return judge(run).findings
