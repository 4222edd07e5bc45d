"""What a split can be read from, one kind per file: `recognizes(source)` says whether it is of that kind.

`read(source, asked)` gives a Split and raises DataError for what cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from expert import rooms
from expert.data.split import Split


@dataclass(frozen=True, eq=False)
class Asked:
    """How a split is to be read: its name, target and labels, and a split whose kinds of columns it shall have."""

    name: str
    target: str = ""
    labels: Any = None
    like: Split | None = None


class Input(NamedTuple):
    """One kind of data set."""

    recognizes: Callable[[Any], bool]
    read: Callable[[Any, Asked], Split]


def inputs() -> Mapping[str, Input]:
    """Every kind of this folder, by name."""
    return {name: Input(module.recognizes, module.read) for name, module in rooms.modules(__name__).items()}
