"""The team's day of the README is lived through: its files are written, its commands are run, one after the other."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
GUIDE = (Path(__file__).parents[2] / "rules/README.md").read_text(encoding="utf-8")
DAY = README.partition("## Rules of your own: a team's day")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```(bash|toml|yaml)\n(.*?)```", DAY, re.DOTALL)
LOG = "\n".join(
    ["step,train_loss,grad_norm", *(f"{n},{2 * 0.99**n},{60 if 100 <= n < 105 else 1}" for n in range(200))]
)


@pytest.fixture(scope="module")
def team(tmp_path_factory):
    """The folder of a team after its day, and what each command came to."""
    folder = tmp_path_factory.mktemp("team")
    (folder / "runs").mkdir()
    (folder / "runs/metrics.csv").write_text(LOG)
    (folder / "runs/config.json").write_text(json.dumps({"batch_size": 8192, "warmup_steps": 0}))
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    git = "git init -q . && git -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m begin"
    subprocess.run(["bash", "-ec", git], cwd=folder, env=environment, check=True)
    done = {}
    for language, text in BLOCKS:
        if language != "bash":
            (folder / text.split("\n")[0].removeprefix("# ")).write_text(text)
            continue
        for line in text.splitlines():
            done[line] = subprocess.run(
                ["bash", "-ec", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
    return folder, done


def test_every_command_of_the_day_works(team):
    _, done = team
    assert len(done) >= 12
    assert [(line, d.stderr) for line, d in done.items() if d.returncode] == []


def test_the_day_does_what_it_says(team):
    folder, done = team
    said = {line.partition(" #")[0].strip(): d.stdout for line, d in done.items()}
    assert "param spike_ratio  12" in said["expert rules show gradient-norm-jumped"]
    assert "vision-batch-large-and-no-warm-up" in said["expert rules list"]
    assert "vision-warm-up-missing" in said["expert rules backtest runs/*.csv"]
    assert "The warm-up for large batches is missing" in said["expert diagnose runs/metrics.csv"]
    for file in ("packs/pack.schema.json", "site/index.html", "rules.svg", "rules.xml", "report.html", "expert.toml"):
        assert (folder / file).stat().st_size > 0


def test_the_hooks_of_the_day_are_commands_that_pass(team):
    folder, _ = team
    (repository,) = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repository["hooks"]:
        assert re.search(hook["files"], "packs/vision.yaml")
        command = [f"{Path(sys.executable).parent}/{hook['entry'].split()[0]}", *hook["entry"].split()[1:]]
        assert subprocess.run([*command, "packs/vision.yaml"], cwd=folder, check=False).returncode == 0
