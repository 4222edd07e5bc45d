"""Sweeps are read from wherever people keep them: folders of runs, tables, storages of Optuna."""

import csv
import json
import math
from pathlib import Path

import optuna
import pytest

import expert
from expert.readers import Refused
from expert.sources import Given
from expert.tune.sweep import sweeps

RATES = [10 ** (-4 + n / 5) for n in range(16)]
WRITTEN = ["AdamW", "SGD", "adamw"]


def loss(lr: float) -> float:
    """A bowl on a log scale with its least value at 0.01."""
    return 0.1 + (math.log10(lr) + 2) ** 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run in a folder of its own for each rate."""
    for n, lr in enumerate(RATES):
        run = tmp_path / f"run{n}"
        run.mkdir()
        (run / "config.json").write_text(json.dumps({"lr": lr, "batch_size": 32, "seed": n, "train_size": 100}))
        rows = [f"{epoch},{loss(lr) + 1 / epoch},{loss(lr) + 2 / epoch}" for epoch in range(1, 6)]
        (run / "log.csv").write_text("\n".join(["epoch,train_loss,val_loss", *rows]))
    return tmp_path


def objective(trial: optuna.Trial) -> float:
    lr = trial.suggest_float("lr", 1e-4, 1, log=True)
    if lr > 0.5:
        raise optuna.TrialPruned
    return loss(lr)


def number(plan, name, about):
    return next(fact.value for fact in plan.run.facts if (fact.name, fact.about) == (name, about))


def only(path: Path):
    (found,) = sweeps([path], Given())
    assert not isinstance(found, Refused), found.reason
    return found


def test_runs_of_a_folder_are_trials_with_their_settings_and_best_results(folder):
    sweep = only(folder)
    assert sorted(trial.knobs["lr"] for trial in sweep.trials) == pytest.approx(RATES)
    assert sorted(trial.results["val_loss"] for trial in sweep.trials) == pytest.approx(
        sorted(loss(lr) + 0.4 for lr in RATES)
    )
    assert sweep.described["train_size"] == 100


def test_validation_is_the_result_and_seeds_are_no_knobs(folder):
    plan = expert.tune(folder)
    assert plan.run.notes[:2] == (
        "the result is val_loss at its best epoch, better when lower (one of 2, --metric names another)",
        "varied: lr",
    )


def test_a_run_that_diverged_has_failed_however_good_its_best_epoch_was(folder):
    rows = [f"{epoch},{train},{train}" for epoch, train in enumerate([2.3, 0.01, 5, 40, 900])]
    (folder / "run3" / "log.csv").write_text("\n".join(["epoch,train_loss,val_loss", *rows]))
    (failed,) = [trial.failed for trial in only(folder).trials if trial.failed]
    assert failed == "it diverged: train_loss ended at 900"


def in_a_table(folder: Path) -> Path:
    rows = [f"{WRITTEN[n % 3]},{lr},{loss(lr)}" for n, lr in enumerate(RATES)]
    (folder / "sweep.csv").write_text("\n".join(["optimizer,lr,val_loss", *rows]))
    return folder / "sweep.csv"


def in_optuna(folder: Path) -> Path:
    study = optuna.create_study(storage=f"sqlite:///{folder}/study.db", sampler=optuna.samplers.RandomSampler(seed=0))
    for n in range(16):
        study.enqueue_trial({"lr": RATES[n], "optimizer": WRITTEN[n % 3]})
    study.optimize(lambda t: objective(t) + 0 * len(t.suggest_categorical("optimizer", WRITTEN)), n_trials=16)
    return folder / "study.db"


def in_runs(folder: Path) -> Path:
    for n in range(16):
        written = {"optimizer": WRITTEN[n % 3], "lr": RATES[n]}
        (folder / f"run{n}" / "config.json").write_text(json.dumps(written))
    return folder


@pytest.mark.parametrize("make", [in_a_table, in_optuna, in_runs])
def test_two_spellings_of_a_word_are_one_choice(make, folder):
    plan = expert.tune(make(folder))
    snippets = "\n".join(snippet for item in plan.items for snippet in item.snippets.values())
    assert "AdamW" in snippets
    assert "adamw" not in snippets


def test_an_optimizer_that_names_itself_is_a_knob(folder):
    for n in range(16):
        nested = {"optimizer": {"name": ["sgd", "adam"][n % 2], "lr": RATES[n]}}
        (folder / f"run{n}" / "config.json").write_text(json.dumps(nested))
    assert {"optimizer.name": "adam", "optimizer.lr": RATES[9]} in [trial.knobs for trial in only(folder).trials]
    assert "varied: optimizer.name, optimizer.lr" in expert.tune(folder).run.notes


def test_wandb_offline_runs_are_trials(tmp_path, monkeypatch):
    import wandb

    for name in ("WANDB_CONFIG_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    quiet = wandb.Settings(mode="offline", silent=True, console="off", x_disable_stats=True)
    for lr in RATES[::2]:
        config = {"optim": {"learning_rate": lr, "name": "adam"}, "seed": 1}
        with wandb.init(project="sweep", dir=tmp_path, config=config, settings=quiet) as run:
            for epoch in range(1, 4):
                run.log({"epoch": epoch, "train/loss": loss(lr) + 1 / epoch, "val/loss": loss(lr) + 2 / epoch})
    wandb.teardown()
    plan = expert.tune(tmp_path / "wandb")
    assert "varied: optim.learning_rate" in plan.run.notes
    assert 1e-3 < number(plan, "knob_next_low", "optim.learning_rate") < 1e-2


def test_mlflow_runs_are_trials(tmp_path, monkeypatch):
    import mlflow

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri(f"file://{tmp_path}/mlruns")
    for lr in RATES[::2]:
        with mlflow.start_run():
            mlflow.log_params({"learning_rate": lr, "batch_size": 32})
            for epoch in range(1, 4):
                mlflow.log_metrics({"train_loss": loss(lr) + 1 / epoch, "val_loss": loss(lr) + 2 / epoch}, step=epoch)
    plan = expert.tune(tmp_path / "mlruns")
    assert "varied: learning_rate" in plan.run.notes
    assert 1e-3 < number(plan, "knob_next_low", "learning_rate") < 1e-2


@pytest.mark.parametrize("make", ["sqlite", "journal"])
def test_a_storage_of_optuna_is_read_with_its_declared_ranges(make, tmp_path):
    path = tmp_path / "storage"
    backend = optuna.storages.journal.JournalFileBackend(str(path))
    storage = f"sqlite:///{path}" if make == "sqlite" else optuna.storages.JournalStorage(backend)
    study = optuna.create_study(storage=storage, study_name="lr", direction="minimize")
    study.optimize(objective, n_trials=8)
    sweep = only(path)
    assert sweep.name == "lr"
    assert (sweep.declared["lr"].low, sweep.declared["lr"].high, sweep.declared["lr"].is_log) == (1e-4, 1, True)
    assert len(sweep.trials) == 8


def test_an_export_of_optuna_is_a_table_of_trials(tmp_path):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    study.optimize(objective, n_trials=8)
    study.trials_dataframe().to_csv(tmp_path / "trials.csv", index=False)
    sweep = only(tmp_path / "trials.csv")
    assert {name for trial in sweep.trials for name in trial.knobs} == {"lr"}
    assert {name for trial in sweep.trials for name in trial.results} == {"value"}
    assert "the storage of an Optuna study knows" in expert.tune(tmp_path / "trials.csv").not_judged[0].how


def test_an_export_of_optuna_with_a_named_metric_says_what_is_better(tmp_path):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    study.set_metric_names(["val_loss"])
    study.optimize(objective, n_trials=8)
    study.trials_dataframe().to_csv(tmp_path / "trials.csv", index=False)
    assert expert.tune(tmp_path / "trials.csv").run.notes[0].startswith("the result is val_loss, better when lower")


@pytest.mark.parametrize(
    ("columns", "knobs", "results"),
    [
        ("lr,batch_size,val_loss", {"lr", "batch_size"}, {"val_loss"}),
        ("config/lr,config/depth,loss,time_total_s,done", {"lr", "depth"}, {"loss"}),
        ("Name,State,Runtime,lr,dropout,val_acc", {"lr", "dropout"}, {"val_acc"}),
        ("params.lr,params.gamma,metrics.val_loss,metrics.val_acc", {"lr", "gamma"}, {"val_loss", "val_acc"}),
    ],
)
def test_tables_of_many_tools_are_understood(columns, knobs, results, tmp_path):
    names = columns.split(",")
    with (tmp_path / "sweep.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(names)
        table.writerows([[0.5 / (1 + (7 * n + 3 * k) % 11) for k in range(len(names))] for n in range(12)])
    sweep = only(tmp_path / "sweep.csv")
    assert set(sweep.trials[0].knobs) == knobs
    assert set(sweep.trials[0].results) == results


def test_the_log_of_one_run_is_no_table_of_trials(tmp_path):
    rows = [f"{epoch},{0.1 / epoch},{1 / epoch}" for epoch in range(1, 20)]
    (tmp_path / "log.csv").write_text("\n".join(["epoch,lr,val_loss", *rows]))
    assert len(only(tmp_path / "log.csv").trials) == 1


def test_settings_beside_a_table_hold_for_all_its_trials(tmp_path):
    (tmp_path / "config.json").write_text('{"lr": 0.1, "val_size": 400}')
    (tmp_path / "sweep.csv").write_text("depth,val_acc\n1,0.5\n2,0.6\n3,0.7\n")
    sweep = only(tmp_path / "sweep.csv")
    assert {trial.knobs["lr"] for trial in sweep.trials} == {0.1}
    assert sweep.described == {"val_size": 400}
