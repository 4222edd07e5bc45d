"""Facts, and the derivations that rules make of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Value = float | bool | str
Range = tuple[float, float]


class At(NamedTuple):
    """A measured value with the first and last step that it was read at; what a signal returns when it knows them."""

    value: Value
    first: float
    last: float


@dataclass(frozen=True)
class Quantity:
    """What a fact may hold: `kind` number, truth or word; its unit, what it means, and its words where they are few."""

    name: str
    kind: Literal["number", "truth", "word"]
    unit: str = ""
    help: str = ""
    words: tuple[str, ...] = ()

    def admits(self, value: Value) -> bool:
        """Whether a value is of this quantity's kind and, where its words are few, one of them."""
        match self.kind:
            case "truth":
                return isinstance(value, bool)
            case "number":
                return isinstance(value, int | float) and not isinstance(value, bool)
            case "word":
                return isinstance(value, str) and (not self.words or value in self.words)


@dataclass(frozen=True)
class Fact:
    """One thing known about one subject: the run (`about` is empty), a layer, a column, a host.

    `value` is a finite number, a truth or a word; `reads` names the series and settings it was read from; `at` is the
    range of steps where it shows.
    """

    name: str
    value: Value
    about: str = ""
    reads: tuple[str, ...] = ()
    at: Range | None = None


@dataclass(frozen=True)
class Derivation:
    """One firing: `rule` concluded `conclusion` about `about` from `premises`, with a certainty of −1…1."""

    rule: str
    conclusion: str
    certainty: float
    premises: tuple[Fact, ...]
    about: str = ""
    at: Range | None = None
