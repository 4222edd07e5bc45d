"""What is measured of data sets, one subject per file: every function that takes `sets` yields facts and exhibits.

`expert.supplied` says what each fact means. A fact is about the training split or all of them (nothing), another split
(its name), a column, or a column of a split (`age in test`). A check measures and never judges; it yields nothing of
what it cannot tell.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping

from expert import rooms
from expert.data.split import Sets
from expert.exhibits import Exhibit
from expert.facts import Fact

Found = Iterator[Fact | Exhibit]
Check = Callable[[Sets], Found]


def checks() -> Mapping[str, Check]:
    """Every check of every file of this folder, by its name."""
    functions = (
        found for module in rooms.modules(__name__).values() for found in sorted(rooms.functions(module).items())
    )
    return {name: check for name, check in functions if list(inspect.signature(check).parameters) == ["sets"]}


def in_split(column: str, split: str) -> str:
    """A column of a split, as facts are about it."""
    return f"{column} in {split}"
