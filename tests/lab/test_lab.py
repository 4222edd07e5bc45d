"""A dozen runs of the laboratory, trained here and now: what is planted is found, what is sound is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab import watched
from tests.lab.__main__ import findings, leave
from tests.lab.cases import CASES
from tests.lab.live_cases import LIVE

SEED = 1000
QUICK_FAULTS = (
    "rate-grows",
    "adam-at-2e-6",
    "softmax-over-one-unit",
    "sign-flipped",
    "sigmoid-for-quantities",
    "weights-of-zero",
)
QUICK_INSIDE = ("blocks-never-back-in-training", "only-the-head-is-optimized")
QUICK_HEALTHY = ("mlp", "binary", "large-batches", "step-decay", "resumed", "linear-classifier")


@pytest.mark.parametrize("name", QUICK_FAULTS)
def test_a_fault_planted_now_is_named_first(name: str, tmp_path: Path) -> None:
    assert findings(leave(tmp_path, name, SEED))[0] in CASES[name].answers


@pytest.mark.parametrize("name", QUICK_INSIDE)
def test_a_fault_that_the_monitor_sees_is_named_first(name: str, tmp_path: Path) -> None:
    assert findings(watched.leave(tmp_path, name, SEED))[0] in LIVE[name].answers


@pytest.mark.parametrize("name", QUICK_HEALTHY)
def test_a_sound_run_trained_now_is_quiet(name: str, tmp_path: Path) -> None:
    assert findings(leave(tmp_path, f"healthy-{name}", SEED)) == []


def test_there_are_thirty_faults_and_thirty_healthy_variants() -> None:
    for cases in (CASES, LIVE):
        faults = [case for case in cases.values() if case.answers]
        assert len(faults) >= 30
        assert len(cases) - len(faults) >= 30
