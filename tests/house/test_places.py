"""What is added as one new file is found by its place."""

import inspect
import pkgutil
from importlib import import_module

from imports import EXPERT

import expert
from expert.cli import expert as command
from expert.cli.rules import rules
from expert.layers import builtin
from expert.readers import readers
from expert.renderers import formats, render
from expert.shelf import shelf
from expert.signals import catalogue, signals


def named(folder):
    return {m.name for m in pkgutil.iter_modules([str(EXPERT / folder)]) if not m.name.startswith("_")}


def test_every_reader_is_found():
    assert named("readers") - {"beside"} == set(readers())
    assert all(callable(reader.recognizes) and callable(reader.read) for reader in readers().values())


def test_every_signal_is_found():
    modules = [import_module(f"expert.signals.{name}") for name in named("signals")]
    public = {
        name
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert public == set(signals())


def test_every_signal_says_what_it_measures():
    assert [name for name, quantity in catalogue().items() if not quantity.help.strip()] == []


def test_every_pack_is_in_force():
    files = {file.name for file in shelf("rules").iterdir() if file.name.endswith(".yaml")}
    assert files == {pack.path for pack in builtin().packs}


def test_every_renderer_is_found():
    assert named("renderers") == set(formats()) >= {"html", "json", "markdown", "text"}
    plan = expert.diagnose({"train_loss": [1.0, 0.5, 0.25]})
    assert all(render(plan, form).strip() for form in formats())


def test_every_command_is_found_and_helps():
    assert {name.replace("-", "_") for name in command.list_commands(None)} == named("cli")
    assert all(command.get_command(None, name).help for name in command.list_commands(None))


def test_every_command_for_rules_is_found_and_helps():
    assert {name.replace("-", "_") for name in rules.list_commands(None)} == named("cli/rules")
    assert all(rules.get_command(None, name).help for name in rules.list_commands(None))


def test_what_others_may_import_is_there():
    assert all(getattr(expert, name) for name in expert.__all__)
