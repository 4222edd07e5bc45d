"""Settings beside a log, and folders that hold several logs."""

import pytest

from expert.readers import Refused, read
from expert.readers.beside import settings_file

TABLE = "epoch,loss,val_loss\n1,0.5,0.6\n2,0.4,0.5\n"


def test_settings_of_every_kind_are_read(tmp_path):
    (tmp_path / "log.csv").write_text(TABLE)
    (tmp_path / "config.json").write_text('{"optimizer": {"name": "adam", "lr": 1e-3}, "batch_size": 8}')
    (tmp_path / "hparams.yaml").write_text(
        "weight_decay: 1e-4\nnet: !!python/object:a.Net\n  dropout: 0.1\nf: !!python/name:torch.relu ''\n"
    )
    (tmp_path / "args.yaml").write_text("lr0: 0.01\nepochs: 3\n")
    (run,) = read(tmp_path / "log.csv")
    assert (run.settings["weight_decay"], run.settings["dropout"], run.settings["epochs"]) == (1e-4, 0.1, 3)
    assert run.settings["batch_size"] == 8


def test_broken_settings_are_named_with_their_line_and_the_log_is_read(tmp_path):
    (tmp_path / "log.csv").write_text(TABLE)
    (tmp_path / "config.json").write_text('{\n"lr": 0.1,\n"a" 3}')
    (tmp_path / "hparams.yaml").write_text("a: 1\nb: [1\nc: 2\n")
    (run,) = read(tmp_path / "log.csv")
    notes = " ".join(run.notes)
    assert "config.json:3" in notes
    assert "hparams.yaml:3" in notes
    assert run["train_loss"].values.tolist() == [0.5, 0.4]


def test_settings_that_are_no_mapping_say_so(tmp_path):
    (tmp_path / "s.yaml").write_text("- 1\n")
    with pytest.raises(ValueError, match=r"s\.yaml:1"):
        settings_file(tmp_path / "s.yaml")


def test_a_folder_of_runs_gives_each_and_refuses_what_is_no_run(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "log.csv").write_text(TABLE)
    (tmp_path / "data.csv").write_text("width,height\n1,2\n3,4\n")
    found = list(read(tmp_path))
    assert [run.name for run in found if not isinstance(run, Refused)] == ["a", "b"]
    (refused,) = [run for run in found if isinstance(run, Refused)]
    assert "--map" in refused.reason


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("x.csv", b"", "empty"),
        ("x.pt", b"PK\x03\x04" + b"\0" * 99, "checkpoint"),
        ("x.json", b'{"a": [1, 2]}', "JSON"),
        ("x.log", b"hello world\nnothing here\n", "no line"),
        ("x.bin", bytes(range(256)), "bytes"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_true_reason(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    (refused,) = read(tmp_path / name)
    assert reason in refused.reason
    (nothing,) = read(tmp_path / "missing")
    assert "no such file" in nothing.reason
