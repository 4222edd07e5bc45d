"""Packs to try things on, and the command line in an empty folder."""

import pytest
from click.testing import CliRunner

from expert.authoring.starter import starter
from expert.cli import expert
from expert.packs import load
from expert.signals import catalogue

HOUSE = starter("house")


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Runs the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(expert, [str(a) for a in arguments])


@pytest.fixture
def house(tmp_path):
    """Writes house.yaml, the starter with some of its text exchanged."""

    def write(*changes):
        text = HOUSE
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        file = tmp_path / "house.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture
def knowledge(house):
    """The knowledge of the starter alone, with some of its text exchanged."""

    def alone(*changes):
        file = house(*changes)
        file.write_text(file.read_text(encoding="utf-8").replace(", gradient-jump]", "]"), encoding="utf-8")
        return load([file], catalogue())

    return alone
