"""What programs leave behind that follow runs (see make_trackers.py), and the forms of JSON beside JSON Lines."""

import json
import math
import shutil
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expert.readers import Refused, claim, read
from expert.readers._json import recovered

LOGS = Path(__file__).parent / "logs"
(MLFLOW,) = (path.parent for path in (LOGS / "mlflow" / "mlruns").glob("*/*/meta.yaml") if "parent" in path.read_text())
RUNS = {
    MLFLOW: ("mlflow", "parent"),
    LOGS / "mlflow" / "mlflow.db": ("mlflow_database", "parent"),
    LOGS / "wandb" / "offline-run": ("wandb", "small"),
    LOGS / "wandb" / "offline-run" / "run-small.wandb": ("wandb", "small"),
    LOGS / "catboost" / "catboost_info": ("catboost", "catboost"),
    LOGS / "sacred" / "runs" / "1": ("sacred", "runs 1"),
    LOGS / "mmengine" / "run": ("mmengine", "run"),
}
SPELLED = {"accuracy": "val/accuracy"}


def written(path):
    folder = next(folder for folder in path.parents if (folder / "written.json").is_file())
    return json.loads((folder / "written.json").read_text())


@pytest.mark.parametrize("path", RUNS, ids=str)
def test_one_reader_recognizes_the_run_and_gives_the_values_that_were_written(path):
    reader, name = RUNS[path]
    assert [found for found, _ in claim(path)] == [reader]
    run = next(iter(read(path)))
    assert run.name == name
    found = {series.column: series for series in run.series}
    for column, values in written(path).items():
        np.testing.assert_allclose(found[SPELLED.get(column, column)].values, values, rtol=1e-9)
    assert not run.notes or "wandb" in str(path) or "catboost" in str(path) or "mmengine" in str(path), run.notes


def test_nothing_among_the_logs_has_two_readers():
    for path in (LOGS, *LOGS.rglob("*")):
        assert len(claim(path)) <= 1, path


@pytest.mark.parametrize("path", RUNS, ids=str)
def test_losses_have_their_names_whoever_follows_the_run(path):
    run = next(iter(read(path)))
    held_out = "val_acc" if "mmengine" in str(path) else "test_loss" if "catboost" in str(path) else "val_loss"
    assert {"train_loss", held_out} <= {series.name for series in run.series}


def test_a_table_of_catboost_alone_is_one_part_of_the_run():
    path = LOGS / "catboost" / "catboost_info" / "learn_error.tsv"
    assert [name for name, _ in claim(path)] == ["catboost"]
    (run,) = read(path)
    assert run["train_loss"].lines.tolist() == list(range(2, 14))


def test_settings_and_steps_of_trackers_are_theirs():
    for path in [path for path, (reader, _) in RUNS.items() if reader in ("mlflow", "mlflow_database", "wandb")]:
        run = next(iter(read(path)))
        assert (run.settings["lr"], run.settings["batch_size"], run.settings["optimizer"]) == (0.1, 8, "adam")
        assert run["val_loss"].steps[1] == (25 if "wandb" in str(path) else 10)
    (run,) = read(LOGS / "sacred" / "runs" / "1")
    assert run["train_loss"].steps.tolist() == run["test_acc"].steps.tolist() == [10.0 * step for step in range(12)]
    assert run.settings["lr"] == 0.1


def test_a_folder_of_mlflow_gives_every_run_that_was_not_deleted():
    runs = list(read(LOGS / "mlflow" / "mlruns"))
    assert sorted(run.name for run in runs if not isinstance(run, Refused)) == ["parent", "without steps"]
    assert ["deleted" in run.reason for run in runs if isinstance(run, Refused)] == [True]
    assert [run.name for run in read(LOGS / "mlflow" / "mlflow.db")] == ["parent", "without steps"]


def test_values_without_steps_are_counted():
    _, run = read(LOGS / "mlflow" / "mlflow.db")
    assert run["train_loss"].steps.tolist() == list(range(12))


def test_a_value_of_mlflow_names_its_file_and_line():
    (run,) = read(MLFLOW)
    assert run["val_loss"].file == "metrics/val loss"
    assert run["val_loss"].line(20) == 3


def test_evaluations_of_mmengine_stand_at_the_steps_of_the_training():
    (run,) = read(LOGS / "mmengine" / "run")
    assert run["val_acc"].steps.tolist() == [16, 32, 48]
    assert run["train_loss"].steps.tolist() == list(range(4, 49, 4))
    assert not run.events
    assert {"step_time", "data_time"} <= {series.name for series in run.series}


def test_a_damaged_block_of_wandb_loses_only_itself(tmp_path):
    path = tmp_path / "run-small.wandb"
    content = bytearray((LOGS / "wandb" / "offline-run" / path.name).read_bytes())
    content[20_000] ^= 1
    path.write_bytes(content)
    (run,) = read(path)
    assert 50 < len(run["train_loss"]) < 150
    assert run["train_loss"].values[-1] == 1 / 150
    assert "byte 19" in " ".join(run.notes)


@settings(deadline=None, max_examples=30)
@given(share=st.floats(0.1, 1))
def test_a_cut_run_of_wandb_is_read_up_to_the_cut(tmp_path_factory, share):
    path = tmp_path_factory.mktemp("wandb") / "run.wandb"
    content = (LOGS / "wandb" / "offline-run" / "run-small.wandb").read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    (run,) = read(path)
    assert len(run["train_loss"]) >= 150 * share - 15
    np.testing.assert_allclose(run["train_loss"].values, [1 / (step + 1) for step in range(len(run["train_loss"]))])


def message(number, content):
    """A field of a Protocol Buffers message."""
    return bytes([number << 3 & 127 | 2 | 128 * (number > 15), *[1] * (number > 15)]) + bytes([len(content)]) + content


def test_what_wandb_measures_of_the_run_stands_in_the_next_row(tmp_path):
    def item(number, name, value):
        return message(number, message(1, name) + message(16, value))

    records = []
    for step in range(12):
        records += [message(7, item(3, b"gpu.process.0.gpu", b"50.5") + item(3, b"cpu", b"9"))]
        records += [message(2, item(1, b"loss", b"0.5") + item(1, b"_step", str(step).encode()))]
    blocks = b"".join(
        zlib.crc32(b"\x01" + record).to_bytes(4, "little") + len(record).to_bytes(2, "little") + b"\x01" + record
        for record in records
    )
    (tmp_path / "run.wandb").write_bytes(b":W&B\xe1\xbe\x00" + blocks)
    (run,) = read(tmp_path / "run.wandb")
    assert run["train_loss"].steps.tolist() == list(range(12))
    assert run["gpu_util"].values.tolist() == [50.5] * 12
    assert len(run.series) == 2
    assert not run.notes


def test_a_run_of_wandb_without_its_datastore_is_what_it_printed(tmp_path):
    files = tmp_path / "run-1" / "files"
    files.mkdir(parents=True)
    (files / "wandb-summary.json").write_text('{"loss": 0.25}')
    (files / "config.yaml").write_text("lr:\n  desc: null\n  value: 0.5\n_wandb:\n  value: {cli_version: 0.1}\n")
    (refused,) = read(tmp_path / "run-1")
    assert "no curve" in refused.reason
    (files / "output.log").write_text("epoch 1 loss: 0.5\nepoch 2 loss: 0.25\n")
    (run,) = read(tmp_path / "run-1")
    assert run["train_loss"].values.tolist() == [0.5, 0.25]
    assert run.settings["lr"] == 0.5


def test_a_database_cut_in_the_middle_is_refused_or_read(tmp_path):
    path = tmp_path / "mlflow.db"
    path.write_bytes((LOGS / "mlflow" / "mlflow.db").read_bytes()[:40_000])
    (refused,) = read(path, reader="mlflow_database")
    assert "database" in refused.reason


def test_a_folder_of_allennlp_is_one_run_its_epochs_in_order(tmp_path):
    for epoch in range(12):
        text = json.dumps(
            {"best_epoch": 3, "training_loss": 1 / (epoch + 1), "validation_loss": 2 / (epoch + 1)}, indent=2
        )
        (tmp_path / f"metrics_epoch_{epoch}.json").write_text(text if epoch != 5 else text[:-10])
    (tmp_path / "metrics.json").write_text('{"best_epoch": 3, "training_loss": 0.5}')
    (run,) = read(tmp_path)
    assert run["train_loss"].values.tolist() == [1 / (epoch + 1) for epoch in range(12)]
    assert "metrics_epoch_5.json is damaged at line 4" in " ".join(run.notes)


def document(tmp_path, text):
    path = tmp_path / "history.json"
    path.write_text(text)
    assert len(claim(path)) == 1
    (run,) = read(path)
    assert not isinstance(run, Refused), run
    return run


def test_a_history_that_keras_kept_is_a_log():
    path = LOGS / "keras_csvlogger" / "written.json"
    assert [name for name, _ in claim(path)] == ["json_document"]
    (run,) = read(path)
    assert {s.column: s.values.tolist() for s in run.series} == json.loads(path.read_text())
    assert {"train_loss", "val_loss", "train_acc", "val_acc"} == {series.name for series in run.series}


@pytest.mark.parametrize("filler", [10, 100_000])
def test_json_lines_with_lists_in_them_are_json_lines(tmp_path, filler):
    rows = [{"step": n, "loss": 1 / (n + 1), "hist": {"loss": [0.5] * 9}, "x": "x" * filler} for n in range(4)]
    path = tmp_path / "result.json"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [name for name, _ in claim(path)] == ["jsonl"]
    (run,) = read(path)
    assert run["train_loss"].values.tolist() == [1, 1 / 2, 1 / 3, 1 / 4]


RECORDS = [{"epoch": e, "loss": 1 / e, "val_loss": 2 / e} for e in range(1, 9)]
LISTS = {"loss": [1 / e for e in range(1, 9)], "val_loss": [2 / e for e in range(1, 9)]}
DOCUMENTS = {
    "lists": LISTS,
    "lists and settings": {**LISTS, "lr": 0.1},
    "lists of a history": {"history": LISTS, "params": {"epochs": 8}},
    "lists of splits": {"train": {"loss": LISTS["loss"]}, "val": {"loss": LISTS["val_loss"]}},
    "columns of pandas": {name: {str(row): value for row, value in enumerate(LISTS[name])} for name in LISTS},
    "records": RECORDS,
    "records under a name": {"epochs": RECORDS, "lr": 0.1},
    "records by epoch": {f"epoch_{record['epoch']}": record for record in RECORDS},
    "records of splits": {
        "train": [{"step": r["epoch"], "loss": r["loss"]} for r in RECORDS],
        "validation": [{"step": r["epoch"], "loss": r["val_loss"]} for r in RECORDS],
    },
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("form", DOCUMENTS)
def test_a_json_document_gives_its_lists_or_records(tmp_path, form, indent):
    run = document(tmp_path, json.dumps(DOCUMENTS[form], indent=indent))
    assert run["train_loss"].values.tolist() == LISTS["loss"]
    assert run["val_loss"].values.tolist() == LISTS["val_loss"]
    assert run["val_loss"].steps.tolist() == list(range(1, 9))


def test_a_document_is_read_up_to_its_damage_and_the_line_is_named(tmp_path):
    text = json.dumps(LISTS, indent=2)
    run = document(tmp_path, text[: text.index("val_loss") + 30])
    assert run["train_loss"].values.tolist() == LISTS["loss"]
    assert (run["val_loss"].values.tolist(), run["val_loss"].steps.tolist()) == (LISTS["val_loss"][:2], [1, 2])
    assert "damaged at line 14" in " ".join(run.notes)
    run = document(tmp_path, json.dumps(RECORDS, indent=2)[:-100])
    assert run["train_loss"].values.tolist() == LISTS["loss"][: len(run["train_loss"])]
    assert run["train_loss"].lines.tolist()[:2] == [2, 7]


def test_bare_nan_and_doubled_keys_do_not_stop_a_document(tmp_path):
    run = document(tmp_path, '{"loss": [0.5, nan, -Infinity, null], "a": 1, "a": 2}')
    assert [str(value) for value in run["train_loss"].values] == ["0.5", "nan", "-inf"]


def test_a_configuration_with_a_list_is_no_log(tmp_path):
    model = {"layers": [64, 64], "betas": [0.9, 0.999], "name": "net", "lr": 1, "heads": 2}
    for indent in (None, 2):
        (tmp_path / "model.json").write_text(json.dumps(model, indent=indent))
        assert not claim(tmp_path / "model.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(value=st.lists(json_values) | st.dictionaries(st.text(max_size=3), json_values), share=st.floats(0, 1))
def test_any_cut_of_json_is_read_up_to_the_cut(value, share):
    text = json.dumps(value)
    found, damage = recovered(text[: max(1, int(share * len(text)))])
    assert type(found) is type(value)
    assert len(found) <= len(value)
    whole = max(len(found) - 1, 0)
    if isinstance(value, list):
        assert str(found[:whole]) == str(value[:whole])
    assert damage in (None, 1)


def test_deep_nesting_is_refused(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text('{"loss": ' + "[" * 100_000)
    (refused,) = read(path, reader="json_document")
    assert "deep.json" in refused.reason


def test_steps_of_mmdetection_run_on_though_its_evaluations_count_their_own(tmp_path):
    lines = [{"env_info": "linux", "seed": 0}]
    for epoch in (1, 2, 3):
        lines += [{"mode": "train", "epoch": epoch, "iter": i, "loss": 1 / (epoch * i), "time": 0.3} for i in (50, 100)]
        lines += [{"mode": "val", "epoch": epoch, "iter": 7, "lr": 0.1, "bbox_mAP": 0.1 * epoch}]
    (tmp_path / "a.log.json").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (run,) = read(tmp_path / "a.log.json")
    assert run["train_loss"].steps.tolist() == [50, 100, 150, 200, 250, 300]
    assert run["val_map"].steps.tolist() == [100, 200, 300]
    assert not run.events


def test_the_mean_of_stylegans_moments_is_the_value_and_rivals_are_not_summed(tmp_path):
    rows = (
        {
            "Loss/G/loss": {"num": 8, "mean": n, "std": 1},
            "Loss/D/loss": {"num": 8, "mean": n / 2, "std": 1},
            "timestamp": n,
        }
        for n in range(5)
    )
    (tmp_path / "stats.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (run,) = read(tmp_path / "stats.jsonl")
    assert run["generator_loss"].values.tolist() == [0, 1, 2, 3, 4]
    assert not any(series.role == "loss" for series in run.series)


def test_the_precision_of_detr_is_the_first_of_its_list(tmp_path):
    rows = (
        {"epoch": n, "train_loss": 1.0, "test_loss": 1.0, "test_coco_eval_bbox": [n / 9, 0.5, 0.1]} for n in range(4)
    )
    (tmp_path / "log.txt").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (run,) = read(tmp_path / "log.txt")
    assert run["test_map"].values.tolist() == [n / 9 for n in range(4)]


def test_the_precision_of_detectron_is_of_validation(tmp_path):
    rows = [{"iteration": i, "total_loss": 1 / i, "lr": 0.1, "time": 2 + i % 2, "data_time": 1.0} for i in range(1, 30)]
    rows += [{"iteration": 30, "bbox/AP": 12.0, "bbox/AP50": math.nan}]
    (tmp_path / "metrics.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (run,) = read(tmp_path / "metrics.json")
    assert run["val_map"].values.tolist() == [0.12]
    assert run["step_time"].values.tolist()[:2] == [3, 2]
    assert run["train_loss"].times is None


def test_a_trial_of_ray_is_one_run_though_it_is_written_three_times(tmp_path):
    from torch.utils.tensorboard import SummaryWriter

    rows = [{"training_iteration": i, "episode_reward_mean": float(i), "config": {"lr": 0.5}} for i in range(1, 6)]
    (tmp_path / "result.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "progress.csv").write_text("training_iteration,episode_reward_mean\n1,1.0\n")
    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_scalar("ray/tune/episode_reward_mean", 1, 1)
    assert [name for name, _ in claim(tmp_path)] == ["rllib"]
    (run,) = read(tmp_path)
    assert run["train_reward"].values.tolist() == [1, 2, 3, 4, 5]
    assert run.settings["lr"] == 0.5


def test_a_run_of_sacred_without_numbers_is_what_it_printed(tmp_path):
    folder = tmp_path / "2"
    shutil.copytree(LOGS / "sacred" / "runs" / "1", folder)
    (folder / "metrics.json").write_text("{}")
    (folder / "info.json").write_text("{}")
    (folder / "cout.txt").write_text("epoch 1 loss: 0.5\nepoch 2 loss: 0.25\n")
    (run,) = read(folder)
    assert run["train_loss"].values.tolist() == [0.5, 0.25]


def test_a_repository_of_aim_is_refused_with_the_way_to_its_table(tmp_path):
    """Built from Aim's own code, untested on a real repository."""
    (tmp_path / ".aim" / "meta").mkdir(parents=True)
    (tmp_path / ".aim" / "VERSION").write_text("2\n")
    (refused,) = read(tmp_path)
    assert "query_metrics().dataframe().to_csv" in refused.reason


def test_the_table_that_aim_exports_is_read(tmp_path):
    """With the columns of `Metric.dataframe`, untested on a real export."""
    header = "idx,step,value,epoch,time,run.hash,run.hparams.lr,metric.name,metric.context.subset\n"
    rows = [
        f"{s},{s * 10},{loss / (s + 1)},,2026-01-01 10:00:{s:02d}.5,{run},0.1,loss,{subset}\n"
        for run in ("abc", "def")
        for subset, loss in (("train", 1), ("val", 2))
        for s in range(12)
    ]
    (tmp_path / "metrics.csv").write_text(header + "".join(rows))
    first, second = read(tmp_path / "metrics.csv")
    assert first["val_loss"].values.tolist() == [2 / (s + 1) for s in range(12)]
    assert second["train_loss"].steps.tolist() == [s * 10 for s in range(12)]
    assert second.name.endswith("run.hash def")
