"""What is measured of data sets, one subject per file: every function that takes `sets` yields facts and exhibits.

`expert.supplied` says what each fact means. A fact is about the training split or all of them (nothing), another split
(its name), a column, or a column of a split (`age in test`). A check measures and never judges; it yields nothing of
what it cannot tell.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping

from expert.data.split import Sets
from expert.exhibits import Exhibit
from expert.facts import Fact

Found = Iterator[Fact | Exhibit]
Check = Callable[[Sets], Found]


def checks() -> Mapping[str, Check]:
    """Every check of every file of this folder, by its name."""
    found: dict[str, Check] = {}
    for name in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        module = importlib.import_module(f"{__name__}.{name}")
        found |= {
            function.__name__: function
            for _, function in inspect.getmembers(module, inspect.isfunction)
            if function.__module__ == module.__name__ and _takes_sets(function)
        }
    return found


def _takes_sets(function: Callable[..., object]) -> bool:
    return list(inspect.signature(function).parameters) == ["sets"] and not function.__name__.startswith("_")


def in_split(column: str, split: str) -> str:
    """A column of a split, as facts are about it."""
    return f"{column} in {split}"
