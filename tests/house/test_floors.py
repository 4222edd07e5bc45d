"""A file imports only from its own floor and from those below."""

import pytest
from imports import imported, packages, sources

FLOORS = (
    "problems configuration files exhibits run formula facts certainty prose knowledge records spellings words "
    "vocabulary plugins rooms shelf redact selection supplied script measured",
    "readers signals packs engine baselines sources typos",
    "findings wording layers decomposition",
    "plan comparison explain export listing verify",
    "diagnose renderers",
    "authoring live data tune fleet",
    "cli __main__",
)
FLOOR = {room: n for n, rooms in enumerate(FLOORS) for room in rooms.split()}
UPWARD = {("plan", "renderers"): "a plan shows itself: printed as text, in a notebook as a page"}
DOORS = {
    "experta": ("expert.engine",),
    "jinja2": ("expert.renderers",),
    "torch": ("expert.live",),
    "yaml": ("expert.packs", "expert.readers.beside"),
    "click": ("expert.cli",),
    "rich": ("expert.cli", "expert.renderers"),
    "tensorboard": ("expert.readers",),
    "sklearn": ("expert.data", "expert.tune"),
    "scipy": ("expert.data", "expert.tune"),
}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


MODULES = {module: path for module, path in sources().items() if module != "expert"}


@pytest.mark.parametrize("module", MODULES)
def test_a_file_imports_only_from_its_floor_and_below(module):
    below = {room(name) for name in imported(MODULES[module]) if name.startswith("expert.")}
    above = {name for name in below if FLOOR[name] > FLOOR[room(module)] and (room(module), name) not in UPWARD}
    assert not above


@pytest.mark.parametrize("package", DOORS)
def test_each_stranger_has_one_door(package):
    guests = [module for module, path in sources().items() if package in packages(path)]
    assert [guest for guest in guests if not guest.startswith(DOORS[package])] == []


def test_a_signal_measures_and_never_judges():
    signals = [path for module, path in sources().items() if module.startswith("expert.signals")]
    rooms = {room(name) for path in signals for name in imported(path) if name.startswith("expert.")}
    assert rooms <= {"signals", "run", "facts", "vocabulary", "supplied", "plugins"}
