"""The commands around a nightly site, as people type them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time

import polars
import pytest
from click.testing import CliRunner

from expert.cli import expert
from tests.fleet.fleets import diverged, healthy, overfitted, put


@pytest.fixture
def night(tmp_path):
    put(tmp_path / "runs" / "bad" / "log.csv", overfitted())
    put(tmp_path / "runs" / "good" / "log.csv", healthy())

    def run(*more: str, exit_code: int = 0) -> str:
        command = ["nightly", str(tmp_path / "runs"), "--site", str(tmp_path / "site"), "--executor", "processes:1"]
        result = CliRunner().invoke(expert, [*command, *more])
        assert result.exit_code == exit_code, result.output
        return result.output

    run.site = tmp_path / "site"
    return run


def test_news_can_fail_a_pipeline_once(night):
    assert "1 finding new or worse in 2 runs" in night("--as-of", "2026-11-01", "--fail-on", "new", exit_code=1)
    night("--as-of", "2026-11-02", "--fail-on", "new")


def test_an_accepted_finding_is_shown_apart_until_its_day(night):
    night("--as-of", "2026-11-01")
    (finding,) = json.loads((night.site / "index.json").read_text())["findings"]
    accepted = ["accept", finding["finding"], "--reason", "known", "--until", "2999-01-01"]
    result = CliRunner().invoke(expert, [*accepted, "--state", str(night.site / ".expert")])
    assert result.exit_code == 0, result.output
    night("--as-of", "2998-01-01", "--fail-on", "high")
    assert json.loads((night.site / "index.json").read_text())["findings"][0]["state"] == "suppressed"
    assert "Accepted: known" in (night.site / "index.html").read_text()


def test_a_finding_that_is_not_known_cannot_be_accepted(night):
    night()
    result = CliRunner().invoke(
        expert, ["accept", "nope", "--reason", "x", "--until", "2999-01-01", "--state", str(night.site / ".expert")]
    )
    assert result.exit_code == 2
    assert "index.json lists them" in result.output


def test_the_history_is_exported_as_parquet(night):
    night("--as-of", "2026-11-01")
    result = CliRunner().invoke(
        expert, ["history", "export", str(night.site / "tables"), "--state", str(night.site / ".expert")]
    )
    assert result.exit_code == 0, result.output
    assert polars.read_parquet(night.site / "tables" / "sightings.parquet")["state"].to_list() == ["new"]


def test_a_root_that_is_not_there_is_said(tmp_path):
    result = CliRunner().invoke(expert, ["nightly", str(tmp_path / "nowhere"), "--site", str(tmp_path / "site")])
    assert result.exit_code == 3
    assert "there is no such file or folder" in result.output


def test_a_watched_run_that_breaks_ends_the_watch(tmp_path):
    log = tmp_path / "log.jsonl"
    watch = [sys.executable, "-m", "expert", "watch", str(log), "--every", "0.1", "--until", "high"]
    process = subprocess.Popen(watch, stdout=subprocess.PIPE, text=True)
    names, *rows = (line.split(",") for line in diverged().splitlines())
    with log.open("a") as file:
        for row in rows:  # in two parts, as a buffer cuts them
            text = json.dumps(dict(zip(names, map(float, row), strict=True))) + "\n"
            for part in (text[:30], text[30:]):
                file.write(part)
                file.flush()
                time.sleep(0.01)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "critical" in output
    assert "(provisional)" in output


def test_a_watch_of_an_idle_log_ends(tmp_path):
    put(tmp_path / "log.csv", healthy())
    result = CliRunner().invoke(expert, ["watch", str(tmp_path / "log.csv"), "--every", "0.1", "--idle", "0.2"])
    assert result.exit_code == 0, result.output


def test_verify_says_what_was_applied_and_whether_it_worked(tmp_path):
    put(tmp_path / "a" / "log.csv", overfitted())
    (tmp_path / "a" / "config.json").write_text('{"weight_decay": 0.0, "train_size": 100}')
    put(tmp_path / "b" / "log.csv", healthy())
    (tmp_path / "b" / "config.json").write_text('{"weight_decay": 0.1, "train_size": 5000}')
    result = CliRunner().invoke(expert, ["verify", str(tmp_path / "a"), str(tmp_path / "b")])
    assert result.exit_code == 0, result.output
    assert "train_size 100 → 5,000" in result.output
    assert "no longer found: overfitting" in result.output


def test_verify_names_what_the_later_run_lacks(tmp_path):
    put(tmp_path / "a" / "log.csv", diverged())
    put(tmp_path / "b" / "log.csv", healthy())
    told = CliRunner().invoke(expert, ["verify", str(tmp_path / "a"), str(tmp_path / "b")]).output
    assert "cannot tell whether it was applied: neither run gives lr" in told
    assert "the later run lacks grad_norm" in told


def test_verify_takes_one_of_several_runs_by_its_name(tmp_path):
    both = "run,epoch,loss\n" + "".join(f"{run},{n},{2 / (n + 1)}\n" for run in ("one", "two") for n in range(40))
    put(tmp_path / "both.csv", both)
    log = str(tmp_path / "both.csv")
    told = CliRunner().invoke(expert, ["verify", log, log]).output
    name = re.search(r"as in '(.*?)'", told)[1]
    assert CliRunner().invoke(expert, ["verify", name, name]).exit_code == 0
    assert "but both run one, both run two" in CliRunner().invoke(expert, ["verify", f"{log}#three", log]).output


def test_of_two_nights_at_once_one_steps_aside_and_one_waits(tmp_path):
    for n in range(40):
        put(tmp_path / "runs" / f"run{n}" / "log.csv", overfitted() if n % 2 else healthy())
    kept = tmp_path / "site" / ".expert"
    command = [sys.executable, "-m", "expert", "nightly", str(tmp_path / "runs"), "--site", str(tmp_path / "site")]
    first = subprocess.Popen(command, stdout=subprocess.PIPE)
    while not (kept / "history.lock").exists() and first.poll() is None:
        time.sleep(0.01)
    waiting = subprocess.Popen([*command, "--wait", "60"], stdout=subprocess.PIPE)
    aside = subprocess.run(command, capture_output=True, text=True)
    assert (aside.returncode, first.wait(), waiting.wait()) == (2, 0, 0)
    assert "another expert writes this history; --wait SECONDS" in aside.stderr
    told = [process.communicate()[0].decode() for process in (first, waiting)]
    assert "20 findings new or worse in 40 runs" in told[0]
    assert told[0] == told[1]


SETTLED = """
[nightly]
roots = "runs"
site = "night"
include = "*.csv"
exclude = ["debug"]
max_age = 30
executor = "processes:1"
keep = 90
price = "2.5 EUR"
owners = {"nlp/*" = "ann"}
tags = {"nlp/*" = "language", "*/log.csv" = "tables"}
"""


def test_a_team_settles_its_nights_in_its_configuration(tmp_path, monkeypatch):
    for name, age in (("nlp/log.csv", 1), ("debug/log.csv", 1), ("old/log.csv", 60), ("nlp/other.tsv", 1)):
        put(tmp_path / "runs" / name, overfitted(), age)
    (tmp_path / "runs" / "nlp" / "config.json").write_text('{"tags": ["tried", "small"]}')
    (tmp_path / "expert.toml").write_text(SETTLED)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(expert, ["nightly", "--as-of", "2026-11-01"])
    assert result.exit_code == 0, result.output
    (finding,) = json.loads((tmp_path / "night" / "index.json").read_text())["findings"]
    assert (finding["run"], finding["owner"]) == ("nlp/log.csv", "ann")
    assert finding["tags"] == ["language", "small", "tables", "tried"]


def test_causes_are_told_in_money_where_a_price_is_known(tmp_path):
    lines = (line + f",{n * 36}" for n, line in enumerate(overfitted().splitlines()[1:]))
    put(tmp_path / "runs" / "log.csv", "epoch,train_loss,val_loss,time\n" + "\n".join(lines) + "\n")
    (tmp_path / "runs" / "config.json").write_text('{"num_gpus": 100}')
    site = tmp_path / "site"
    command = ["nightly", str(tmp_path / "runs"), "--site", str(site), "--executor", "processes:1", "--price", "2 EUR"]
    result = CliRunner().invoke(expert, command)
    assert result.exit_code == 0, result.output
    (cause,) = json.loads((site / "index.json").read_text())["causes"]
    assert (cause["hours"], cause["cost"]) == (59.0, "118 EUR")
    assert "118 EUR" in (site / "index.html").read_text()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('excludes = ["debug"]', "did you mean 'exclude'"),
        ('keep = "many"', "'many' is not a valid integer range"),
        ('price = "dear"', "2.5 EUR"),
        ('owners = "ann"', '{"nlp/*" = "ann"}'),
    ],
)
def test_a_mistake_in_the_table_is_told_with_its_line(tmp_path, monkeypatch, line, told):
    (tmp_path / "expert.toml").write_text(f"[nightly]\n{line}\n")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(expert, ["nightly", "runs", "--site", "night"])
    assert result.exit_code == 2
    assert "expert.toml:2" in result.output
    assert told in result.output


def test_a_changed_rule_judges_again_without_reading_a_log(night, tmp_path):
    night("--as-of", "2026-11-01")
    for log in (tmp_path / "runs").rglob("log.csv"):
        times = log.stat()
        log.write_bytes(b"\0" * times.st_size)  # could not be read any more, but looks as it did
        os.utime(log, ns=(times.st_atime_ns, times.st_mtime_ns))
    night("--as-of", "2026-11-02", "--param", "generalization.val_rise=0.2")
    assert json.loads((night.site / "index.json").read_text())["verdicts"].get("Not judged", 0) == 0
