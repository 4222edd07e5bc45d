"""No plan contradicts itself: over all golden runs, and as `findings.conclude` weighs any rivals."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from expert.diagnose import judge
from expert.layers import builtin
from expert.plan import Plan
from expert.readers import Refused, read

RUNS = sorted((Path(__file__).parent / "runs").glob("*/log.*"), key=str)


def contradictions(plan: Plan) -> list[tuple[str, str]]:
    """Pairs of findings that exclude each other, and of items that turn one knob both ways."""
    ids = {finding.diagnosis.id for finding in plan.findings}
    found = [(f.diagnosis.id, other) for f in plan.findings for other in f.diagnosis.contradicts if other in ids]
    turned = [(i.remedy.knob, i.remedy.direction, i.remedy.id) for i in plan.items if i.remedy.knob]
    return found + [(a[2], b[2]) for a, b in combinations(turned, 2) if a[0] == b[0] and a[1] != b[1]]


@pytest.mark.parametrize("log", RUNS, ids=lambda log: log.parent.name)
def test_a_golden_run_has_a_plan_without_contradiction(log: Path) -> None:
    (run,) = read(log)
    assert not isinstance(run, Refused)
    assert contradictions(judge(run)) == []


def test_what_excludes_each_other_is_known_from_both_sides() -> None:
    diagnoses = builtin().diagnoses
    pairs = {(a.id, b) for a in diagnoses.values() for b in a.contradicts}
    assert {(b, a) for a, b in pairs} == pairs
    assert ("learning-rate-too-high", "learning-rate-too-low") in pairs
    assert ("model-too-small", "overfitting") in pairs


def test_a_cause_never_explains_what_it_excludes() -> None:
    assert [d.id for d in builtin().diagnoses.values() if set(d.contradicts) & set(d.explains)] == []
