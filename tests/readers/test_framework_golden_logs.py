"""Logs that frameworks wrote while they trained (see make_frameworks.py): the values are those that were written."""

import json
from pathlib import Path

import numpy as np
import pytest

from expert.readers import claim, read

LOGS = Path(__file__).parent / "logs"
RUNS = {
    "stable_baselines3/log": ("stable_baselines", "train_reward entropy lr train_loss throughput"),
    "stable_baselines3/log/progress.csv": ("csv", "train_reward entropy lr train_loss throughput"),
    "stable_baselines3/log/log.txt": ("printed_boxes", "train_reward entropy lr train_loss throughput"),
    "stable_baselines3/episodes.monitor.csv": ("monitor", "train_reward"),
    "fastai/history.csv": ("csv", "train_loss val_loss val_acc"),
    "fastai/printed.log": ("printed_tables", "train_loss val_loss val_acc"),
    "skorch/printed.log": ("printed_tables", "train_loss val_loss val_acc"),
    "spacy/printed.log": ("printed_tables", "train_loss val_cats_score"),
    "rllib": ("rllib", "train_reward train_loss"),
    "rllib/progress.csv": ("csv", "train_reward train_loss"),
}


@pytest.mark.parametrize("log", RUNS)
def test_one_reader_takes_the_log_and_gives_the_values_that_were_written(log):
    reader, names = RUNS[log]
    assert [name for name, _ in claim(LOGS / log)] == [reader]
    (run,) = read(LOGS / log)
    written = json.loads((LOGS / log.partition("/")[0] / "written.json").read_text())
    found = {series.column: series.values for series in run.series if series.column in written}
    assert set(names.split()) <= {series.name for series in run.series}
    assert found
    digits = 6e-3 if "." in log and not log.endswith("progress.csv") else 1e-6
    for column, values in found.items():
        np.testing.assert_allclose(values, written[column], rtol=digits, atol=1e-3 if digits > 1e-5 else 0)


def test_of_several_losses_the_total_is_the_loss():
    (run,) = read(LOGS / "rllib")
    assert run["train_loss"].column == "learners/default_policy/total_loss"
    assert run.settings["task"] == "reinforcement learning"
