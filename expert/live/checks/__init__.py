"""What a preflight looks at, one subject per file: every public function takes a Probe and gives facts by name.

A check gives None for what it cannot tell; `expert.supplied` says what each fact means. It measures and never judges.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping

from expert.facts import Value
from expert.live.probe import Probe

Facts = Mapping[str, Value | None]
Check = Callable[[Probe], Facts]

_TRAINING = ("rate_range", "single_batch", "evaluation")
"""The files whose checks take many steps come last."""


def checks() -> Mapping[str, Check]:
    """Every check of every file of this folder, by its name; those that train come last."""
    names = [m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")]
    found: dict[str, Check] = {}
    for name in sorted(names, key=lambda n: (_TRAINING.index(n) + 1 if n in _TRAINING else 0, n)):
        module = importlib.import_module(f"{__name__}.{name}")
        found |= {
            function.__name__: function
            for _, function in inspect.getmembers(module, inspect.isfunction)
            if function.__module__ == module.__name__ and _takes_a_probe(function)
        }
    return found


def _takes_a_probe(function: Callable[..., object]) -> bool:
    parameters = inspect.signature(function).parameters
    return list(parameters) == ["probe"] and not function.__name__.startswith("_")
