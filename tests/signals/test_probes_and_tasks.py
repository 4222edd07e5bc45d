"""What kind of run it is: a probe of one batch, a policy, two rivals, a fine-tuning; and who keeps silent there."""

import numpy as np
import pytest

import expert
from expert.plan import CONSIDERABLE

EPOCHS = list(range(60))
FALL = (2.3 * np.exp(-np.arange(60) / 8)).tolist()
WHOLE_BATCH = {"train_size": 32, "batch_size": 32}


def facts(columns, **settings):
    return {name: fact.value for name, fact in expert.diagnose(columns, settings=settings).facts.items()}


def test_a_probe_is_told_or_seen():
    assert facts({"epoch": EPOCHS, "loss": FALL}, probe="single-batch")["single_batch"]
    assert facts({"epoch": EPOCHS, "loss": FALL}, overfit_batches=1)["single_batch"]
    assert facts({"epoch": EPOCHS, "loss": FALL}, **WHOLE_BATCH)["single_batch"]


def test_descent_on_the_full_batch_beside_a_validation_is_no_probe():
    assert not facts({"epoch": EPOCHS, "loss": FALL, "val_loss": FALL}, **WHOLE_BATCH)["single_batch"]
    assert not facts({"epoch": EPOCHS, "loss": FALL}, train_size=64, batch_size=32)["single_batch"]


def test_no_rule_of_generalization_speaks_of_a_probe():
    log = {"epoch": EPOCHS, "loss": FALL, "val_loss": [2.3 - 0.01 * n if n < 20 else 2 + 0.1 * n for n in EPOCHS]}
    names = {"overfitting", "trained-past-best", "validation-overfitting", "distribution-shift", "underfitting"}
    found = {f.diagnosis.id for f in expert.diagnose(log, settings={"probe": "single-batch"}).findings}
    assert not found & names
    assert names & {f.diagnosis.id for f in expert.diagnose(log).findings}


@pytest.mark.parametrize(
    ("column", "settings", "task"),
    [
        ("ep_rew_mean", {}, "reinforcement learning"),
        ("loss", {"algorithm": "PPO"}, "reinforcement learning"),
        ("d_loss", {}, "generative"),
        ("val_dice", {}, "segmentation"),
        ("train/box_loss", {}, "detection"),
        ("val_ppl", {}, "language modeling"),
        ("val_acc", {}, "classification"),
        ("val_rmse", {}, "regression"),
    ],
)
def test_the_task_is_inferred_from_names_and_may_be_given(column, settings, task):
    log = {"epoch": EPOCHS, column: FALL}
    assert task == facts(log | {"other": FALL}, **settings).get("task") or settings
    assert facts(log, task="fine-tuning")["task"] == "fine-tuning"


@pytest.mark.parametrize("task", ["reinforcement learning", "generative"])
def test_a_loss_that_rises_is_no_alarm_where_it_tells_no_progress(task):
    rising = np.linspace(0.5, 3, 60).tolist()
    log = {"step": EPOCHS, "loss": rising, "g_loss": rising, "d_loss": [0.6] * 60, "val_loss": rising}
    plan = expert.diagnose(log, settings={"task": task})
    assert [f.diagnosis.id for f in plan.findings if f.severity in CONSIDERABLE] == []


def test_fine_tuning_is_seen_in_the_settings():
    assert facts({"loss": FALL}, lora_r=8)["fine_tuning"]
    assert facts({"loss": FALL}, task="fine-tuning")["fine_tuning"]
