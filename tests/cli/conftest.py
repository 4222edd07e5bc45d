import pytest
from click.testing import CliRunner

from expert.cli import expert
from expert.shelf import shelf

DEMO = str(shelf("reports") / "demo" / "digits.csv")


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Runs the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments, stdin=None: CliRunner().invoke(expert, [str(a) for a in arguments], input=stdin)


@pytest.fixture
def demo():
    return DEMO


@pytest.fixture
def broken(tmp_path):
    """A log whose loss stops being a number at step 30, on line 32."""
    return table(tmp_path / "broken.csv", [1 / (1 + step) for step in range(30)] + ["nan"] * 10)


@pytest.fixture
def healthy(tmp_path):
    return table(tmp_path / "healthy.csv", [2 * 0.97**step for step in range(60)])


def table(path, losses):
    path.write_text("\n".join(["step,train_loss", *(f"{step},{loss}" for step, loss in enumerate(losses))]) + "\n")
    return path
