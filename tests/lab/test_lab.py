"""A dozen runs of the laboratory, trained here and now: what is planted is found, what is sound is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.__main__ import findings, leave
from tests.lab.cases import CASES

SEED = 1000
QUICK_FAULTS = (
    "rate-grows",
    "adam-at-2e-6",
    "softmax-over-one-unit",
    "sign-flipped",
    "sigmoid-for-quantities",
    "weights-of-zero",
)
QUICK_HEALTHY = ("mlp", "binary", "large-batches", "step-decay", "resumed", "linear-classifier")


@pytest.mark.parametrize("name", QUICK_FAULTS)
def test_a_fault_planted_now_is_named_first(name: str, tmp_path: Path) -> None:
    assert findings(leave(tmp_path, name, SEED))[0] in CASES[name].answers


@pytest.mark.parametrize("name", QUICK_HEALTHY)
def test_a_sound_run_trained_now_is_quiet(name: str, tmp_path: Path) -> None:
    assert findings(leave(tmp_path, f"healthy-{name}", SEED)) == []


def test_there_are_thirty_faults_and_thirty_healthy_variants() -> None:
    faults = [case for case in CASES.values() if case.answers]
    assert len(faults) >= 30
    assert len(CASES) - len(faults) >= 30
