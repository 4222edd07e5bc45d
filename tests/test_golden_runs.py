"""The golden runs were really trained: a planted fault is found, a healthy run is left alone."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

import expert
from expert.certainty import BELIEVED
from expert.diagnose import judge
from expert.findings import Finding
from expert.knowledge import SEVERITIES
from expert.sources import Given, single

RUNS = Path(__file__).parent / "runs"
EXPECTED = {path.parent.name: json.loads(path.read_text()) for path in sorted(RUNS.glob("*/expected.json"))}
FAULTY = [name for name, expected in EXPECTED.items() if "diagnosis" in expected]
CANONICAL = """
started-complex too-short no-validation hidden-nan incomplete-run non-finite-loss divergence not-learning
learning-rate-too-high learning-rate-too-low learning-rate-zero schedule-ends-early loss-spikes oscillation
exploding-gradients vanishing-gradients dead-relu saturated-activations poor-initialization loss-input-mismatch
loss-task-mismatch targets-out-of-range activation-misplaced loss-sign-flipped gradients-not-zeroed eval-mode-missing
frozen-parameters shape-broadcast inputs-not-normalized inputs-corrupted labels-corrupted label-noise unshuffled-data
optimizer-ill-suited batch-size-ill-suited numerical-overflow bad-resume below-known-result underfitting
model-too-small over-regularized undertrained overfitting trained-past-best distribution-shift validation-overfitting
data-leakage class-imbalance noisy-validation slow-input-pipeline throughput-regression memory-growth out-of-memory
worker-crash reward-collapse entropy-collapse mode-collapse search-range-edge
unsearched-sensitive-knob within-seed-noise
"""
"""The diagnoses whose names stay: results and histories are kept by them."""
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


def test_every_canonical_diagnosis_is_reached_by_a_run_that_was_really_trained() -> None:
    found = [finding for name in FAULTY for finding in findings(name)]
    reached = {id_ for finding in found for id_ in (finding.diagnosis.id, *finding.explains)}
    assert set(CANONICAL.split()) - reached == set()


def test_the_golden_runs_stay_small() -> None:
    assert sum(path.stat().st_size for path in RUNS.rglob("*") if path.is_file()) < 1_500_000


@cache
def findings(name: str) -> tuple[Finding, ...]:
    """What is concluded about a golden run."""
    if (sweep := RUNS / name / "sweep.csv").exists():
        return expert.tune(sweep).findings
    baselines = tuple(single(log(other), Given()) for other in EXPECTED[name].get("baselines", ()))
    return judge(single(log(name), Given(baselines=baselines))).findings


def log(name: str) -> Path:
    """The log of a golden run."""
    (found,) = RUNS.glob(f"{name}/log.*")
    return found
