"""Facts that were measured elsewhere stand beside those of the log, and the same rules judge both."""

from dataclasses import replace

import expert
from expert.diagnose import judge
from expert.explain import why_not
from expert.facts import Fact
from expert.run import RunLog
from expert.signals import catalogue, measure, missing

SHAPES = (
    Fact("loss_broadcasts", True),
    Fact("output_shape", "(32, 1)"),
    Fact("target_shape", "(32,)"),
)


def test_a_supplied_fact_is_judged_like_a_measured_one():
    plan = judge(RunLog("net", "here", facts=SHAPES))
    assert [finding.diagnosis.id for finding in plan.findings] == ["shape-broadcast"]


def test_signals_and_settings_stand_beside_supplied_facts():
    plan = expert.diagnose({"train_loss": [3.0, 2.0, 1.0]}, settings={"lr": 0.1})
    names = {fact.name for fact in measure(replace(plan.run, facts=SHAPES))}
    assert {"lr", "first_train_loss", "loss_broadcasts"} <= names
    assert names <= catalogue().keys()


def test_a_supplied_fact_of_a_subject_is_of_that_subject():
    facts = measure(RunLog("net", "here", facts=(Fact("non_finite_layer", "fc", "layer fc"),)))
    assert [fact.about for fact in facts if fact.name == "non_finite_layer"] == ["layer fc"]


def test_a_log_is_not_asked_for_what_no_log_holds_but_told_when_asked_why_not():
    plan = expert.diagnose({"train_loss": [3.0 / (n + 1) for n in range(30)]})
    assert not any("preflight" in group.inputs for group in plan.not_judged)
    assert missing("loss_broadcasts", plan.run) == ("preflight",)
    assert "expert preflight" in why_not(plan, "leak-across-batch")
