"""What `expert nightly --example` prints runs where it is meant to run."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess

import pytest
import yaml
from click.testing import CliRunner

from expert.cli import expert
from expert.cli.nightly import EXAMPLES
from tests.fleet.fleets import healthy, put


def example(name: str) -> str:
    result = CliRunner().invoke(expert, ["nightly", "--example", name])
    assert result.exit_code == 0, result.output
    return result.output


def command(name: str) -> list[str]:
    """The words of the nightly command of an example, as a shell would take them."""
    match name:
        case "kubernetes":
            job = yaml.safe_load(example(name))["spec"]["jobTemplate"]["spec"]["template"]["spec"]
            return list(job["containers"][0]["command"])
        case "github":
            steps = yaml.safe_load(example(name))["jobs"]["judge"]["steps"]
            return next(step["run"] for step in steps if step.get("run", "").startswith("expert nightly")).split()
        case "airflow":
            calls = [node for node in ast.walk(ast.parse(example(name))) if isinstance(node, ast.keyword)]
            text = next(ast.literal_eval(node.value) for node in calls if node.arg == "bash_command")
            return text.replace("{{ data_interval_end }}", "2026-11-23T02:30:00+00:00").split()
        case _:
            line = next(line for line in example(name).splitlines() if "expert nightly " in line and "--site" in line)
            return line[line.index("expert nightly") :].replace('"', "").split()


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_command_of_an_example_judges_a_fleet(name, tmp_path):
    put(tmp_path / "runs" / "good" / "log.csv", healthy())
    words = command(name)
    words[2] = str(tmp_path / "runs")
    for option, value in (("--site", tmp_path / "site"), ("--state", tmp_path / "state")):
        if option in words:
            words[words.index(option) + 1] = str(value)
    if "--executor" in words:
        words[words.index("--executor") + 1] = "processes:1"
    result = CliRunner().invoke(expert, words[1:])
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "site" / "index.json").read_text())["runs"] == 1


def test_the_slurm_script_is_bash():
    subprocess.run(["bash", "-n"], input=example("slurm"), text=True, check=True)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_the_units_are_ones_that_systemd_takes(tmp_path):
    parts = re.split(r"^# ~/.config/systemd/user/", example("systemd"), flags=re.MULTILINE)[1:]
    for part in parts:
        first, unit = part.split("\n", 1)
        (tmp_path / first.split()[0]).write_text(unit)
    units = sorted(str(unit) for unit in tmp_path.iterdir())
    assert len(units) == 2
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    command = ["systemd-analyze", "verify", "--user", *units]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_dag_is_python():
    compile(example("airflow").replace("{{ data_interval_end }}", ""), "dag.py", "exec")


def test_the_line_for_cron_names_a_time_and_a_command_without_a_percent_sign():
    (line,) = [line for line in example("cron").splitlines() if not line.startswith("#")]
    *when, command = line.split(maxsplit=5)
    assert [field == "*" or field.isdecimal() for field in when] == [True] * 5
    assert "%" not in command  # cron takes it for the end of the line
