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
FAULTY = [name for name, expected in EXPECTED.items() if "diagnosis" in expected]
HEALTHY = [name for name, expected in EXPECTED.items() if expected.get("healthy")]


@pytest.mark.parametrize("name", FAULTY)
def test_the_planted_fault_is_found(name: str) -> None:
    found = {f.diagnosis.id: f for f in findings(name) if f.certainty >= BELIEVED}
    planted, cause = EXPECTED[name]["diagnosis"], found.get(EXPECTED[name].get("within"))
    assert planted in found or (cause and planted in cause.explains), {f: found[f].certainty for f in found}


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_has_no_finding_above_low(name: str) -> None:
    above = {
        f.diagnosis.id: f.severity for f in findings(name) if SEVERITIES.index(f.severity) < SEVERITIES.index("low")
    }
    assert not above


def test_at_least_thirty_diagnoses_are_reached_by_runs_that_were_really_trained() -> None:
    planted = {name: EXPECTED[name]["diagnosis"] for name in FAULTY}
    reached = {planted[name] for name in FAULTY if planted[name] in {f.diagnosis.id for f in findings(name)}}
    assert len(reached) >= 30
    assert len(HEALTHY) >= 8


def test_the_golden_runs_stay_small() -> None:
    assert sum(path.stat().st_size for path in RUNS.rglob("*") if path.is_file()) < 1_500_000


def findings(name: str) -> tuple[Finding, ...]:
    """What is concluded about a golden run."""
    (log,) = RUNS.glob(f"{name}/log.*")
    (run,) = read(log)
    assert not isinstance(run, Refused), run.reason
    return judge(run).findings
