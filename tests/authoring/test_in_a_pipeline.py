"""What runs elsewhere is run here: the workflow that is printed, the hooks for pre-commit."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from expert.authoring.starter import starter

CHECKOUT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text())


@pytest.fixture
def shell(tmp_path):
    """Runs a line of bash in an empty folder, with the expert that is tested."""
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"

    def run(line):
        environment = {"PATH": path, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
        return subprocess.run(["bash", "-ec", line], cwd=tmp_path, env=environment, capture_output=True, text=True)

    return run


def test_every_step_of_the_workflow_does_what_it_says(shell, tmp_path):
    workflow = yaml.safe_load(shell("expert rules ci packs").stdout)
    steps = [
        step["run"] for step in workflow["jobs"]["rules"]["steps"] if step.get("name") != "Install" and "run" in step
    ]
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs/house.yaml").write_text(starter("house"))
    assert [shell(step).returncode for step in steps] == [0, 0, 0, 0]
    assert (tmp_path / "rules.sarif").read_text().startswith("{")
    assert (tmp_path / "rules.xml").stat().st_size > 100
    assert (tmp_path / "site/index.html").is_file()
    (tmp_path / "packs/house.yaml").write_text(starter("house").replace("certainty: 0.9", "certainty: 9"))
    assert [shell(step).returncode for step in steps] == [2, 2, 2, 2]


def test_a_workflow_is_for_the_folder_that_is_named(shell):
    printed = shell("expert rules ci team/rules").stdout
    assert yaml.safe_load(printed)[True]["pull_request"]["paths"] == ["team/rules/**"]  # YAML 1.1 reads `on` so
    assert "packs" not in "".join(line for line in printed.splitlines() if "run: expert" in line)
    assert shell("expert rules ci 'a; b'").returncode == 2


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_passes_what_is_sound_and_stops_what_is_not(hook, shell, tmp_path):
    (tmp_path / "house.yaml").write_text(starter("house"))
    assert shell(f"{hook['entry']} house.yaml").returncode == 0
    (tmp_path / "house.yaml").write_text(
        starter("house").replace("fires: [{batch_size: 8192", "fires: [{batch_size: 8")
    )
    assert shell(f"{hook['entry']} house.yaml").returncode == (1 if hook["id"].endswith("test") else 0)
    (tmp_path / "house.yaml").write_text(starter("house").replace("then:", "than:"))
    assert shell(f"{hook['entry']} house.yaml").returncode == 2
