"""The Monitor as a callback, tried with the real frameworks, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from trained import log, of_layer

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def trained(framework: str, folder: Path) -> str:
    """What the training of `train_FRAMEWORK.py` prints; it leaves run.jsonl in the folder."""
    quiet = {"KERAS_BACKEND": "torch", "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(HERE / f"train_{framework}.py")]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **quiet}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_a_lightning_module_that_calls_its_parts_is_watched(tmp_path):
    trained("lightning", tmp_path)
    run = log(tmp_path / "run.jsonl")
    assert run["train_loss"].steps[-1] == 40
    assert len(run["val_loss"]) == 2
    assert {"grad_norm", "update_ratio", "out_std"} <= of_layer(run, "net.0").keys()
    assert run.settings["lr"] == 0.01
    assert {"input_std", "data_time", "in_training_mode_without_grad"} <= {s.name for s in run.series}
    assert not any("stopped" in note for note in run.notes)


def test_a_trainer_of_transformers_is_watched(tmp_path):
    trained("transformers", tmp_path)
    run = log(tmp_path / "run.jsonl")
    assert run["train_loss"].steps[-1] == 12
    assert len(run["val_loss"]) == 1
    attention = [s.about for s in run.series if s.name == "attention_entropy"]
    assert len(attention) == 2
    assert run.settings["gradient_accumulation_steps"] == 2
    assert not any("stopped" in note for note in run.notes)


def test_fit_of_keras_on_torch_is_watched(tmp_path):
    trained("keras", tmp_path)
    run = log(tmp_path / "run.jsonl")
    assert run["train_loss"].steps[-1] == 40
    assert len(run["val_loss"]) == 2
    assert (run["update_ratio"].values > 0).all()
    layers = [s.about for s in run.series if s.name == "grad_norm" and s.about]
    assert layers == ["sequential/dense", "sequential/dense_1"]
    assert not any("stopped" in note for note in run.notes)


def test_no_framework_is_imported_with_the_package():
    code = "import sys, expert, expert.live; print({'torch', 'lightning', 'transformers', 'keras'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
