"""What other distributions add counts; what of it is broken is named, skipped, and told in the report."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODULE = '''
"""Signals of a team."""
from typing import Annotated
from expert.run import Series

def last_loss(train_loss: Series) -> Annotated[float, "loss"] | None:
    """Where the training loss ends."""
    return float(train_loss.values[-1])

def fails(train_loss: Series) -> float | None:
    """Never tells."""
    raise RuntimeError("no\\n such thing")

def val_loss_min(val_loss: Series) -> float | None:
    """A name that is taken, or not, by the signals that come along."""
    return 1.0

def optimizer(train_loss: Series) -> str:
    """The name of a setting."""
    return "sgd"
'''
PACK = """\
format: 1
pack: acme
symptoms: {acme-low: {title: The loss ends low}}
rules:
  acme-ends-low: {when: {last_loss: "< 10"}, then: acme-low, certainty: 1, because: "It ends at {last_loss:.2g}."}
"""
ENTRIES = """\
[expert.signals]
acme = acme_signals
gone = acme_nowhere
number = acme_signals:__doc__
[expert.packs]
acme = acme_rules
bad = acme_bad
"""


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """The plan of a run where such a distribution is installed, as the command line gives it."""
    folder = tmp_path_factory.mktemp("installed")
    for name, text in {
        "acme_signals.py": MODULE,
        "acme_rules/__init__.py": "",
        "acme_rules/acme.yaml": PACK,
        "acme_bad/__init__.py": "",
        "acme_bad/bad.yaml": PACK.replace("pack: acme", "pack: bad")
        .replace("acme-", "bad-")
        .replace("last_loss", "lst"),
        "acme-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n",
        "acme-1.0.dist-info/entry_points.txt": ENTRIES,
        "run/log.csv": "step,train_loss\n" + "".join(f"{n},{2 - n / 50}\n" for n in range(60)),
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    beside = os.pathsep.join([str(folder), str(Path(__file__).parents[2])])
    command = [sys.executable, "-m", "expert", "diagnose", "log.csv", "-o", "-", "--format", "json"]
    environment = {**os.environ, "PYTHONPATH": beside}
    done = subprocess.run(command, cwd=folder / "run", env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_signals_and_packs_that_are_installed_count(judged):
    assert "acme" in {pack["pack"] for pack in judged["rules"]["packs"]}
    assert "last_loss" in {fact["name"] for fact in judged["facts"]}
    assert "It ends at 0.82." in [one["because"] for one in judged["unexplained"]]


def test_what_is_broken_is_named_with_the_reason(judged):
    reasons = {(one["group"], one["name"]): one["reason"] for one in judged["rules"]["broken"]}
    assert reasons["expert.signals", "gone"].startswith("acme 1.0 cannot be loaded: ModuleNotFoundError")
    assert reasons["expert.signals", "number"].startswith("it is no function, and no module")
    assert reasons["expert.signals", "fails"] == "it failed: RuntimeError: no such thing"
    assert reasons["expert.signals", "acme"] == "optimizer: a fact 'optimizer' is there already"
    assert reasons["expert.packs", "bad"].startswith("bad.yaml:5: fact, symptom or diagnosis 'lst' is not defined")
    assert "bad" not in {pack["pack"] for pack in judged["rules"]["packs"]}
