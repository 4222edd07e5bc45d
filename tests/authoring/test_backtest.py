"""`expert rules backtest`: which findings a change of rules changes."""

import subprocess

import pytest

from expert.authoring.starter import starter

GOOD = "\n".join(
    ["step,train_loss,grad_norm", *(f"{n},{2 * 0.99**n},{5 if 100 <= n < 105 else 1}" for n in range(200))]
)


@pytest.fixture
def repository(tmp_path):
    """A repository with a committed pack, and a run beside it that it does not speak of."""
    (tmp_path / "house.yaml").write_text(starter("house"))
    (tmp_path / "run.csv").write_text(GOOD)
    (tmp_path / "config.json").write_text('{"batch_size": 8192, "warmup_steps": 0}')
    for command in (
        ["init", "-q"],
        ["add", "house.yaml"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    return tmp_path


def test_nothing_changes_where_no_rule_does(command, repository):
    done = command("rules", "backtest", "run.csv", "--rules", "house.yaml")
    assert (done.exit_code, done.stdout) == (0, "nothing changes in 1 run\n")


def test_a_finding_that_a_change_brings_is_told(command, repository):
    (repository / "house.yaml").write_text(starter("house").replace("default: 10,", "default: 3,"))
    done = command("rules", "backtest", "run.csv", "--rules", "house.yaml", "--fail-on-change")
    assert done.exit_code == 1
    assert ["run", "house-warm-up-missing", "—", "→", "high", "0.63"] in map(str.split, done.stdout.splitlines())
    assert "1 of 1 run changed" in done.stdout


def test_a_pack_that_is_not_committed_was_not_there(command, repository):
    more = starter("more").replace("default: 10,", "default: 3,").replace("default: 4096,", "default: 4095,")
    (repository / "more.yaml").write_text(more)
    done = command("rules", "backtest", "run.csv", "--rules", "house.yaml", "--rules", "more.yaml")
    assert "more-warm-up-missing" in done.stdout


def test_a_revision_that_is_not_there_is_a_mistake(command, repository):
    done = command("rules", "backtest", "run.csv", "--rules", "house.yaml", "--against", "nowhere")
    assert (done.exit_code, "no revision 'nowhere'" in done.stderr) == (2, True)
