"""TensorBoard event files as torch writes them."""

import math
import time

import pytest
from torch.utils.tensorboard import SummaryWriter

from expert.readers import Refused, claim, read


def write(folder, tags, steps=range(5), **scalars):
    with SummaryWriter(str(folder)) as writer:
        for step in steps:
            for tag, value in tags.items():
                writer.add_scalar(tag, value(step), step)
    return folder


def test_scalars_are_read_with_their_steps_and_times(tmp_path):
    write(tmp_path, {"train/loss": lambda s: 1 / (s + 1) if s != 2 else math.nan, "val/loss": float})
    (run,) = read(tmp_path)
    assert run["train_loss"].steps.tolist() == [0, 1, 2, 3, 4]
    assert run["train_loss"].values.tolist() == pytest.approx([1, 0.5, math.nan, 0.25, 0.2], nan_ok=True)
    assert run["val_loss"].values.tolist() == [0, 1, 2, 3, 4]
    assert abs(run["val_loss"].times[0] - time.time()) < 600


def test_scalars_stored_as_tensors_are_read(tmp_path):
    with SummaryWriter(str(tmp_path)) as writer:
        for step in range(3):
            writer.add_scalar("epoch_loss", 0.5, step, new_style=True)
            writer.add_tensor("epoch_accuracy", __import__("torch").tensor(0.25), step)
    (run,) = read(tmp_path)
    assert run["train_loss"].values.tolist() == [0.5] * 3
    assert run["train_acc"].values.tolist() == [0.25] * 3


def test_folders_of_splits_are_one_run(tmp_path):
    write(tmp_path / "run" / "train", {"epoch_loss": lambda s: 1.0})
    write(tmp_path / "run" / "validation", {"epoch_loss": lambda s: 2.0})
    (run,) = read(tmp_path / "run")
    assert (run.name, run["train_loss"].values[0], run["val_loss"].values[0]) == ("run", 1, 2)


def test_curves_of_add_scalars_are_one_run(tmp_path):
    with SummaryWriter(str(tmp_path)) as writer:
        for step in range(3):
            writer.add_scalars("loss", {"train": 1.0, "val": 2.0}, step)
    (run,) = read(tmp_path)
    assert (run["train_loss"].values[0], run["val_loss"].values[0]) == (1, 2)


def test_several_folders_are_several_runs(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / name, {"loss": float})
    assert sorted(run.name for run in read(tmp_path)) == ["a", "b"]


def test_several_files_of_a_run_are_restarts(tmp_path):
    write(tmp_path, {"loss": lambda s: 1.0}, range(10))
    time.sleep(1.1)
    write(tmp_path, {"loss": lambda s: 2.0}, range(6, 12))
    (run,) = read(tmp_path)
    assert run["train_loss"].values.tolist() == [1.0] * 6 + [2.0] * 6
    assert [(event.kind, event.step) for event in run.events] == [("resume", 6)]


def test_hyperparameters_are_settings(tmp_path):
    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.add_hparams({"lr": 0.5, "optimizer": "sgd", "batch_norm": True}, {"hparam/loss": 1.0})
    (run,) = read(tmp_path)
    assert (run.settings["lr"], run.settings["optimizer"], run.settings["batch_norm"]) == (0.5, "sgd", True)


def test_a_cut_file_is_read_to_the_damage(tmp_path):
    (path,) = write(tmp_path, {"loss": float}, range(20)).iterdir()
    path.write_bytes(path.read_bytes()[:-10])
    (run,) = read(tmp_path)
    assert len(run["train_loss"]) == 19
    assert "cut after byte" in " ".join(run.notes)


def test_one_reader_recognizes_file_and_folder(tmp_path):
    (path,) = write(tmp_path / "r", {"loss": float}).iterdir()
    assert [name for name, _ in claim(path)] == [name for name, _ in claim(path.parent)] == ["tensorboard"]


def test_a_file_without_scalars_is_refused_with_what_it_holds(tmp_path):
    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_text("notes", "hello", 0)
    (refused,) = read(tmp_path)
    assert isinstance(refused, Refused)
    assert "no scalars" in refused.reason
