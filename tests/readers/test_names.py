"""One name for each metric, whatever the framework calls it."""

import numpy as np
import pytest

from expert.run import RunLog, Series
from expert.vocabulary import clock, describe, understand
from expert.words import Words

NAMES = {
    "loss": "loss",
    "train/loss": "train_loss",
    "Train Loss": "train_loss",
    "training_loss": "train_loss",
    "trainLoss": "train_loss",
    "train_loss_epoch": "train_loss",
    "loss_train": "train_loss",
    "eval_loss": "val_loss",
    "valid_loss": "val_loss",
    "Validation Loss": "val_loss",
    "valloss": "val_loss",
    "dev/loss": "val_loss",
    "test_loss": "test_loss",
    "val_accuracy": "val_acc",
    "val_sparse_categorical_accuracy": "val_acc",
    "Test Acc@1": "test_acc",
    "eval_f1": "val_f1",
    "metrics/mAP_0.5": "map50",
    "metrics/mAP50-95(B)": "map",
    "learning_rate": "lr",
    "lr/pg1": "lr",
    "lr-Adam": "lr",
    "gnorm": "grad_norm",
    "ray/tune/episode_reward_mean": "reward",
    "eval_samples_per_second": "val_samples_per_second",
    "best_val_acc": "val_best_acc",
    "colour of the sky": "colour_of_the_sky",
}


@pytest.mark.parametrize(("column", "name"), NAMES.items())
def test_a_column_has_one_name(column, name):
    assert describe(column)[0] == name


@pytest.mark.parametrize("column", ["best_val_acc", "colour of the sky", "eval_runtime", "loss_weight"])
def test_what_is_not_known_has_no_direction(column):
    assert describe(column)[3] is None


@pytest.mark.parametrize(
    ("column", "kind"), [("global_step", "step"), ("Epoch", "epoch"), ("_timestamp", "time"), ("loss", None)]
)
def test_clocks_are_known(column, kind):
    assert clock(column) == kind


def run(**columns):
    series = (Series(n, np.arange(float(len(v))), np.array(v, dtype=float)) for n, v in columns.items())
    return understand(RunLog("run", "", tuple(series)))


def test_percent_becomes_shares_and_is_said():
    assert run(**{"val_acc (%)": [0.1, 1.2]})["val_acc"].values.tolist() == pytest.approx([0.001, 0.012])
    found = run(val_acc=[10, 55, 92], train_acc=[0.1, 0.5, 0.9], val_wer=[1.2, 0.8, 0.5])
    assert found["val_acc"].values.tolist() == [0.1, 0.55, 0.92]
    assert found["train_acc"].values.tolist() == [0.1, 0.5, 0.9]
    assert found["val_wer"].values.tolist() == [1.2, 0.8, 0.5]
    assert "percent" in " ".join(found.notes)


def test_a_direction_that_a_person_gives_makes_a_metric():
    series = Series("val_zeal", np.arange(3.0), np.arange(3.0))
    found = understand(RunLog("run", "", (series,)), Words(directions={"val_zeal": "higher"}))
    assert (found["val_zeal"].role, found["val_zeal"].better) == ("metric", "higher")


def test_of_the_rates_of_several_groups_the_lowest_beginning_is_judged():
    found = run(**{"x/lr0": [0.1, 0.01], "x/lr1": [0.001, 0.01], "x/lr2": [0.001, 0.01]})
    assert found["lr"].column == "x/lr1"


def test_a_loss_in_parts_is_their_sum_and_several_data_sets_are_averaged():
    assert run(**{"val/box_loss": [1, 2], "val/cls_loss": [2, 3]})["val_loss"].values.tolist() == [3, 5]
    found = run(train_loss=[1, 2], eval_a_loss=[1, 2], eval_b_loss=[3, 4])
    assert found["val_loss"].values.tolist() == [2, 3]
