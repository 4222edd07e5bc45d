"""What is found by its place: the files of a folder, and the functions in them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Any


def names(room: str) -> list[str]:
    """The names of a package's own modules, in order; those with an underscore before them are for the others."""
    found = (module.name for module in pkgutil.iter_modules(importlib.import_module(room).__path__))
    return sorted(name for name in found if not name.startswith("_"))


def modules(room: str) -> dict[str, ModuleType]:
    """The modules of a package by name, imported."""
    return {name: importlib.import_module(f"{room}.{name}") for name in names(room)}


def functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The public functions that a module defines itself, by name, in the order in which they stand there."""
    own = ((name, thing) for name, thing in vars(module).items() if inspect.isfunction(thing))
    return {name: f for name, f in own if f.__module__ == module.__name__ and not name.startswith("_")}
