"""Writes the logs of `logs/` that programs keep which follow runs; run by hand, since CI does not install them.

    pip install mlflow wandb catboost sacred mmengine torch && python tests/readers/make_trackers.py [NAME …]

What each was given to log stands in `written.json` beside the folder's other files. Paths and names of the machine are
taken out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import sys
from pathlib import Path

from making import remake

LOSS = [1 / (step + 1) for step in range(12)]
VAL_LOSS = [1 / (step + 2) + 0.1 for step in range(12)]
ODD = [float(("nan", "inf", "-inf", "0.5")[step % 4]) for step in range(12)]
SETTINGS = {"lr": 0.1, "batch_size": 8, "optimizer": "adam"}
WRITTEN = {"train/loss": LOSS, "val loss": VAL_LOSS, "odd": ODD}


def mlflow_runs(folder: Path, temporary: Path) -> None:
    """Two runs in a file store, and the same two in a database."""
    import mlflow

    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    for store in (f"file://{temporary}/mlruns", f"sqlite:///{temporary}/mlflow.db"):
        mlflow.set_tracking_uri(store)
        mlflow.set_experiment("golden")
        with mlflow.start_run(run_name="parent"):
            mlflow.log_params(SETTINGS)
            for step in range(12):
                for name, values in WRITTEN.items():
                    mlflow.log_metric(name, values[step], step=step * 10)
            with mlflow.start_run(run_name="without steps", nested=True):
                for value in LOSS:
                    mlflow.log_metric("loss", value)
        with mlflow.start_run(run_name="deleted") as run:
            mlflow.log_metric("loss", 1)
        mlflow.delete_run(run.info.run_id)
    shutil.copytree(temporary / "mlruns", folder / "mlruns")
    kept = ("experiments", "runs", "metrics", "params", "latest_metrics", "tags")
    database = sqlite3.connect(temporary / "mlflow.db")
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in set(names) - set(kept) - {"sqlite_sequence"}:
        database.execute(f'DROP TABLE "{name}"')  # the empty ones of other features take a megabyte
    database.execute("UPDATE runs SET artifact_uri = '', user_id = '', source_name = ''")
    database.execute("UPDATE experiments SET artifact_location = ''")
    database.execute("DELETE FROM tags")
    database.commit()
    database.execute("VACUUM")
    database.close()
    shutil.copy(temporary / "mlflow.db", folder)
    save(folder, WRITTEN)


def wandb_run(folder: Path, temporary: Path) -> None:
    """A run without a network, long enough that its history goes over several blocks."""
    os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true")
    import wandb

    quiet = wandb.Settings(
        console="off",
        disable_git=True,
        x_disable_meta=True,
        x_disable_stats=True,
        x_save_requirements=False,
        host="host",
    )
    steps = range(150)
    with wandb.init(project="golden", name="small", config=SETTINGS, dir=str(temporary), settings=quiet) as run:
        for step in steps:
            row = {"train": {"loss": 1 / (step + 1)}, "odd": ODD[step % 12], "word": "a"}
            run.log({**row, "val_loss": VAL_LOSS[step // 25]} if step % 25 == 0 else row)
    (store,) = temporary.glob("wandb/offline-run-*/*.wandb")
    (folder / "offline-run").mkdir(parents=True)
    shutil.copy(store, folder / "offline-run" / "run-small.wandb")
    save(folder, {"train/loss": [1 / (step + 1) for step in steps], "val_loss": VAL_LOSS[:6]})


def catboost(folder: Path, temporary: Path) -> None:
    """A classifier with a test set; its own tables are shorter than its numbers."""
    import numpy as np
    from catboost import CatBoostClassifier

    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(200, 4))
    labels = (inputs[:, 0] + generator.normal(size=200) > 0).astype(int)
    model = CatBoostClassifier(
        iterations=12, train_dir=str(temporary / "catboost_info"), custom_metric=["AUC"], verbose=False
    )
    model.fit(inputs[:150], labels[:150], eval_set=(inputs[150:], labels[150:]))
    shutil.copytree(temporary / "catboost_info", folder / "catboost_info", ignore=shutil.ignore_patterns("tmp"))
    found = model.get_evals_result()
    given = {"learn/Logloss": found["learn"]["Logloss"], **{f"test/{n}": v for n, v in found["validation"].items()}}
    save(folder, given)


def sacred(folder: Path, temporary: Path) -> None:
    """A run with metrics, and lists in its info."""
    from sacred import Experiment
    from sacred.observers import FileStorageObserver

    experiment = Experiment("golden", interactive=True, save_git_info=False)
    experiment.observers.append(FileStorageObserver(str(temporary / "runs")))
    experiment.add_config(SETTINGS)

    @experiment.main
    def train(_run):
        for step in range(12):
            _run.log_scalar("train.loss", LOSS[step], step * 10)
            _run.log_scalar("val_loss", VAL_LOSS[step], step * 10)
            _run.info.setdefault("test_acc", []).append(step / 12)
            _run.info.setdefault("test_acc_T", []).append(step * 10)

    experiment.run()
    run = temporary / "runs" / "1"
    begun = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(
        json.dumps({**begun, "host": {}, "experiment": {"name": "golden"}, "meta": {}}, indent=2)
    )
    shutil.copytree(run, folder / "runs" / "1")
    save(folder, {"train.loss": LOSS, "val_loss": VAL_LOSS, "test_acc": [step / 12 for step in range(12)]})


def mmengine(folder: Path, temporary: Path) -> None:
    """Three epochs of a small model, whose evaluations count epochs where its training counts batches."""
    import torch
    from mmengine.evaluator import BaseMetric
    from mmengine.model import BaseModel
    from mmengine.runner import Runner

    class Small(BaseModel):
        def __init__(self):
            super().__init__()
            self.net = torch.nn.Linear(8, 2)

        def forward(self, inputs, labels, mode="tensor"):
            outputs = self.net(inputs)
            if mode == "loss":
                return {"loss": torch.nn.functional.cross_entropy(outputs, labels)}
            return [(outputs, labels)]

    class Accuracy(BaseMetric):
        def process(self, data_batch, data_samples):
            self.results += [float((outputs.argmax(1) == labels).float().mean()) for outputs, labels in data_samples]

        def compute_metrics(self, results):
            written["accuracy"].append(sum(results) / len(results))
            return {"accuracy": written["accuracy"][-1]}

    written: dict[str, list[float]] = {"accuracy": []}
    torch.manual_seed(0)
    inputs = torch.randn(128, 8)
    data = torch.utils.data.TensorDataset(inputs, (inputs[:, 0] > 0).long())
    loader = {"dataset": data, "batch_size": 8, "num_workers": 0, "collate_fn": {"type": "default_collate"}}
    runner = Runner(
        model=Small(),
        work_dir=str(temporary / "work"),
        train_dataloader={**loader, "sampler": {"type": "DefaultSampler", "shuffle": True}},
        optim_wrapper={"optimizer": {"type": "SGD", "lr": 0.1}},
        train_cfg={"by_epoch": True, "max_epochs": 3, "val_interval": 1},
        val_dataloader={**loader, "sampler": {"type": "DefaultSampler", "shuffle": False}},
        val_cfg={},
        val_evaluator=[Accuracy()],
        default_hooks={"logger": {"type": "LoggerHook", "interval": 4}, "checkpoint": None},
        randomness={"seed": 0},
        experiment_name="golden",
    )
    runner.train()
    (data_folder,) = (temporary / "work").glob("*/vis_data")
    target = folder / "run" / "vis_data"
    target.mkdir(parents=True)
    shutil.copy(data_folder / "scalars.json", target)
    shutil.copy(data_folder / "scalars.json", target / "20260101_000000.json")
    save(folder, written)


def save(folder: Path, written: dict[str, list[float]]) -> None:
    (folder / "written.json").write_text(json.dumps(written) + "\n")


def clean(folder: Path, temporary: Path) -> None:
    """Takes the names of this machine out of all text."""
    for path in folder.rglob("*"):
        if path.is_file() and b"\0" not in path.read_bytes():
            text = path.read_text().replace(str(temporary), "/runs")
            path.write_text(re.sub(r"^user_id: .*", "user_id: ''", text, flags=re.MULTILINE))
    for name in ("mlflow.user", "mlflow.source.name"):
        for path in folder.rglob(name):
            path.write_text("")


PROGRAMS = {"mlflow": mlflow_runs, "wandb": wandb_run, "catboost": catboost, "sacred": sacred, "mmengine": mmengine}


if __name__ == "__main__":
    remake(PROGRAMS, clean, sys.argv[1:])
