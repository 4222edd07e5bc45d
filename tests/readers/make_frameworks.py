"""Writes the logs of `logs/` that frameworks write while they train; run by hand, since CI does not install them.

    pip install torch stable-baselines3 fastai skorch spacy 'ray[rllib]' scikit-learn
    python tests/readers/make_frameworks.py [NAME …]

What each framework was given to log, read back from its own objects, stands in `written.json` beside its log.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from contextlib import redirect_stdout
from pathlib import Path

from making import remake

os.environ.update(CUDA_VISIBLE_DEVICES="")


def data():
    import numpy as np

    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(256, 8)).astype("float32")
    return inputs, (inputs[:, 0] + inputs[:, 1] > 0).astype("int64")


def stable_baselines3(folder: Path, temporary: Path) -> None:
    """The table, the boxes and the episodes of one small run."""
    import gymnasium
    from stable_baselines3 import PPO
    from stable_baselines3.common.logger import KVWriter, configure
    from stable_baselines3.common.monitor import Monitor

    written: dict[str, list[float]] = {}

    class Kept(KVWriter):
        def write(self, key_values, key_excluded, step=0):
            for name, value in key_values.items():
                written.setdefault(name, []).append(float(value))

        def close(self):
            pass

    environment = Monitor(gymnasium.make("CartPole-v1"), str(temporary / "episodes"))
    model = PPO("MlpPolicy", environment, n_steps=64, batch_size=32, n_epochs=2, seed=0, device="cpu")
    logger = configure(str(temporary / "log"), ["csv", "log"])
    logger.output_formats.append(Kept())
    model.set_logger(logger)
    model.learn(512)
    logger.close()
    environment.close()
    shutil.copytree(temporary / "log", folder / "log")
    shutil.copy(temporary / "episodes.monitor.csv", folder)
    episodes = {
        "episode reward": environment.get_episode_rewards(),
        "episode length": environment.get_episode_lengths(),
    }
    save(folder, {**written, **episodes})


def fastai(folder: Path, temporary: Path) -> None:
    """The table that is printed and the one that the callback keeps."""
    import torch
    from fastai.callback import schedule  # noqa: F401 - it adds fit_one_cycle
    from fastai.callback.progress import CSVLogger
    from fastai.data.core import DataLoaders
    from fastai.learner import Learner
    from fastai.metrics import accuracy

    torch.manual_seed(0)
    inputs, labels = map(torch.as_tensor, data())
    pairs = [*zip(inputs, labels, strict=True)]
    loaders = DataLoaders.from_dsets(pairs[:192], pairs[192:], bs=32, device="cpu")
    net = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    logger = CSVLogger(str(folder / "history.csv"))
    learner = Learner(loaders, net, torch.nn.CrossEntropyLoss(), metrics=accuracy, cbs=[logger], path=temporary)
    with (folder / "printed.log").open("w") as file, redirect_stdout(file):
        learner.fit_one_cycle(5)
    names = ("train_loss", "valid_loss", "accuracy")
    save(folder, {name: [row[place] for row in learner.recorder.values] for place, name in enumerate(names)})


def skorch(folder: Path, temporary: Path) -> None:
    """The table that is printed after each epoch."""
    import torch
    from skorch import NeuralNetClassifier

    torch.manual_seed(0)
    inputs, labels = data()
    net = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    model = NeuralNetClassifier(net, criterion=torch.nn.CrossEntropyLoss, max_epochs=6, lr=0.5)
    with (folder / "printed.log").open("w") as file, redirect_stdout(file):
        model.fit(inputs, labels)
    save(folder, {name: model.history[:, name] for name in ("train_loss", "valid_loss", "valid_acc")})


def spacy(folder: Path, temporary: Path) -> None:
    """The table that `spacy train` prints, beside the rows that its logger keeps as JSON."""
    import spacy
    from spacy.cli.init_config import init_config
    from spacy.tokens import DocBin
    from spacy.training.initialize import init_nlp
    from spacy.training.loop import train

    language = spacy.blank("en")
    for split, count in (("train", 60), ("dev", 20)):
        documents = []
        for number in range(count):
            document = language.make_doc(f"{'good fine nice' if number % 2 else 'bad poor sad'} thing {number}")
            document.cats = {"yes": float(number % 2), "no": float(1 - number % 2)}
            documents.append(document)
        DocBin(docs=documents).to_disk(temporary / f"{split}.spacy")
    config = init_config(lang="en", pipeline=["textcat"], optimize="efficiency", silent=True)
    config["paths"].update({"train": str(temporary / "train.spacy"), "dev": str(temporary / "dev.spacy")})
    config["training"].update({"max_steps": 60, "eval_frequency": 10})
    rows = temporary / "rows.jsonl"
    config["training"]["logger"] = {"@loggers": "spacy.ConsoleLogger.v3", "progress_bar": None, "console_output": True}
    config["training"]["logger"]["output_file"] = str(rows)
    with (folder / "printed.log").open("w") as file:
        train(init_nlp(config), None, stdout=file, stderr=sys.stderr)
    found = [json.loads(line) for line in rows.read_text().splitlines()]
    written = {
        "train LOSS TEXTCAT": [row["losses"]["textcat"] for row in found][1:],
        "dev CATS_SCORE": [row["scores"]["cats_score"] for row in found],
    }
    save(folder, written)


def rllib(folder: Path, temporary: Path) -> None:
    """The folder of a trial, without the pickles in it."""
    import ray
    from ray import tune
    from ray.rllib.algorithms.ppo import PPOConfig

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    config = PPOConfig().environment("CartPole-v1").env_runners(num_env_runners=0).debugging(seed=0)
    config = config.training(train_batch_size_per_learner=200, minibatch_size=50, num_epochs=2)
    run = tune.RunConfig(stop={"training_iteration": 4}, storage_path=str(temporary / "results"), verbose=0)
    results = tune.Tuner("PPO", param_space=config, run_config=run).fit()
    table = results[0].metrics_dataframe
    ray.shutdown()
    trial = Path(results[0].path)
    for name in ("result.json", "progress.csv", "params.json"):
        shutil.copy(trial / name, folder)
    for events in trial.glob("events.out.tfevents.*"):
        shutil.copy(events, folder / re.sub(r"(tfevents\.\d+)\..*", r"\1.host", events.name))
    names = ("env_runners/episode_return_mean", "learners/default_policy/total_loss", "learners/default_policy/entropy")
    save(folder, {name: table[name].tolist() for name in names})


def save(folder: Path, written: dict[str, list[float]]) -> None:
    (folder / "written.json").write_text(json.dumps(written) + "\n")


def clean(folder: Path, temporary: Path) -> None:
    """Takes the names of this machine out of all text."""
    import getpass
    import socket

    for path in folder.rglob("*"):
        if path.is_file() and b"\0" not in path.read_bytes():
            text = path.read_text().replace(str(temporary), "/runs").replace(socket.gethostname(), "host")
            path.write_text(re.sub(rf"/home/{getpass.getuser()}\b|{re.escape(str(Path.home()))}\b", "/home", text))


PROGRAMS = {f.__name__: f for f in (stable_baselines3, fastai, skorch, spacy, rllib)}


if __name__ == "__main__":
    remake(PROGRAMS, clean, sys.argv[1:])
