"""Logs that real frameworks wrote (see make.py): each has one reader, and the values are those that were written."""

import json
from pathlib import Path

import pytest

from expert.readers import Refused, claim, read

LOGS = Path(__file__).parent / "logs"
FILES = {
    "keras_csvlogger": "log.csv",
    "keras_console": "train.log",
    "keras_progress": "train.log",
    "lightning_csv": "metrics.csv",
    "huggingface": "finished.json",
    "huggingface_console": "train.log",
    "xgboost": "train.log",
    "lightgbm": "train.log",
}
READERS = {
    "keras_csvlogger": "csv",
    "keras_console": "console",
    "keras_progress": "console",
    "lightning_csv": "csv",
    "huggingface": "huggingface",
    "huggingface_console": "console",
    "xgboost": "frameworks",
    "lightgbm": "frameworks",
}


@pytest.mark.parametrize("log", FILES)
def test_exactly_one_reader_recognizes_each_log(log):
    assert [name for name, _ in claim(LOGS / log / FILES[log])] == [READERS[log]]


@pytest.mark.parametrize("log", FILES)
def test_the_values_are_those_that_were_written(log):
    (run,) = read(LOGS / log / FILES[log])
    written = json.loads((LOGS / log / "written.json").read_text())
    found = {series.column: series.values.tolist() for series in run.series}
    for column, values in written.items():
        assert found[column] == pytest.approx(values, rel=2e-3 if READERS[log] in ("console", "frameworks") else 1e-6)


@pytest.mark.parametrize("log", FILES)
def test_every_value_names_the_line_that_holds_it(log):
    path = LOGS / log / FILES[log]
    (run,) = read(path)
    text = path.read_bytes().decode().split("\n")
    for series in run.series:
        for line, value in zip(series.lines, series.values, strict=True):
            if log == "huggingface":
                assert text[line - 1].strip() == "{"
            else:
                assert f"{value:.6g}"[:4].rstrip("0").rstrip(".") in text[line - 1] or value < 1e-3


def test_the_names_are_the_same_whoever_wrote_the_log():
    for log in FILES:
        (run,) = read(LOGS / log / FILES[log])
        assert {"train_loss", "val_loss"} <= {series.name for series in run.series}


def test_an_output_folder_of_the_trainer_is_one_run_its_newest_checkpoint():
    (run,) = read(LOGS / "huggingface")
    assert run.source.endswith("checkpoint-18/trainer_state.json")
    assert run.name == "huggingface"
    assert run.settings["max_steps"] == 18
    assert run.settings["epochs"] == 3


def test_the_summary_of_the_trainer_is_no_step():
    (run,) = read(LOGS / "huggingface" / "finished.json")
    assert len(run["train_loss"]) == 4
    assert "train_runtime" in run.settings
    assert any("summary" in note for note in run.notes)


def test_hparams_lie_beside_lightnings_table():
    (run,) = read(LOGS / "lightning_csv" / "metrics.csv")
    assert run.settings["lr"] == 0.01


def test_a_folder_of_runs_gives_each_of_them():
    assert FILES.keys() <= {run.name for run in read(LOGS) if not isinstance(run, Refused)}
