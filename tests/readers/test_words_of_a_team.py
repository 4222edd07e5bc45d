"""A team's own words, from `[tool.expert.vocabulary]` of its pyproject.toml or `[vocabulary]` of its expert.toml."""

import pytest
from click.testing import CliRunner

from expert.cli import expert
from expert.readers import read
from expert.words import Words

TABLE = "epoch,zeal,holdout_acc,q7,col\n" + "".join(f"{e},{e},0.{e},{1 / e},{e}\n" for e in range(1, 9))
WORDS = """
[{table}.names]
q7 = "train_loss"
[{table}.splits]
holdout = "val"
[{table}.roles]
zeal = "metric"
[{table}.directions]
zeal = "higher"
"""


def test_columns_are_named_split_judged_and_directed_as_the_team_says(tmp_path):
    (tmp_path / "log.csv").write_text(TABLE)
    words = Words({"q7": "train_loss"}, {"holdout": "val"}, {"zeal": "metric"}, {"zeal": "higher"})
    (run,) = read(tmp_path / "log.csv", words)
    assert run["train_loss"].column == "q7"
    assert (run["val_acc"].column, run["val_acc"].split) == ("holdout_acc", "val")
    (zeal,) = [series for series in run.series if series.column == "zeal"]
    assert (zeal.role, zeal.better) == ("metric", "higher")
    assert run["col"].role == ""


@pytest.mark.parametrize(
    ("file", "table"), [("expert.toml", "vocabulary"), ("pyproject.toml", "tool.expert.vocabulary")]
)
def test_the_nearest_configuration_gives_the_words(tmp_path, monkeypatch, file, table):
    (tmp_path / "log.csv").write_text(TABLE)
    (tmp_path / file).write_text(WORDS.format(table=table))
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(expert, ["facts", "log.csv", "--format", "csv"], catch_exceptions=False).output
    assert {"train_loss", "val_acc"} <= {line.split(",")[1] for line in said.splitlines()}
    without = CliRunner().invoke(expert, ["facts", "log.csv", "--format", "csv", "--no-config"], catch_exceptions=False)
    assert "train_loss" not in without.output


def test_what_a_person_says_outdoes_the_team(tmp_path, monkeypatch):
    (tmp_path / "log.csv").write_text(TABLE)
    (tmp_path / "expert.toml").write_text(WORDS.format(table="vocabulary"))
    monkeypatch.chdir(tmp_path)
    command = ["facts", "log.csv", "--format", "csv", "--map", "q7=val_loss"]
    said = CliRunner().invoke(expert, command, catch_exceptions=False).output
    assert "val_loss" in {line.split(",")[1] for line in said.splitlines()}
