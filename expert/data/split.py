"""A split as it is known: what all of its rows are like, and a random sample of them that fits into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

ROWS = 20_000
"""A sample has at most so many rows …"""
CELLS = 20_000_000
"""… and at most so many cells: 160 MB of numbers."""
PICTURES = 2_000
"""A sample of images has at most so many; each is opened."""
KEYS = 20_000_000
"""Exact duplicates are looked for among at most so many rows of a split."""
FEW = 20
"""A target of so few whole numbers tells classes …"""
CLASSES = 1_000
"""… and one of so many, where they come up about equally often; others are quantities."""


class Pixels(Protocol):
    """Images that are opened when they are asked for: uint8 arrays of shape (height, width, 3)."""

    def __len__(self) -> int: ...

    def __getitem__(self, n: int, /) -> NDArray[np.uint8]: ...


@dataclass(frozen=True)
class Whole:
    """What is known of one column from all rows of a split.

    `missing` and `infinite` are shares of the rows; `distinct` counts values and is an estimate where they are many;
    the rest is None for words.
    """

    missing: float
    distinct: int
    infinite: float = 0.0
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    deviation: float | None = None


@dataclass(frozen=True, eq=False)
class Split:
    """One split. `frame` has the sampled rows: numbers as Float64, words as String, without the target.

    `rows` (n,) says where in the source each stood, from 0; `labels` (n,) are their targets: words or whole numbers as
    String where they are classes, else Float64. `keys` gives, over some columns, a hash of each row (of `KEYS` of them
    at most) and its place; columns in `ids` only name the rows. Of images `frame` has what can be told of each
    (brightness, size …), `pixels` (n, d) a small gray copy, and `damaged` names those that cannot be opened. `order`
    (n,) are the targets of up to `ROWS` rows that follow each other.
    """

    name: str
    source: str
    size: int
    frame: pl.DataFrame
    rows: NDArray[np.int64]
    whole: Mapping[str, Whole]
    keys: Callable[[Sequence[str]], tuple[NDArray[np.uint64], NDArray[np.int64]]]
    labels: pl.Series | None = None
    class_counts: Mapping[str, int] = field(default_factory=dict)
    target: str = ""
    images: Pixels | None = None
    pixels: NDArray[np.float32] | None = None
    damaged: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    order: pl.Series | None = None
    notes: tuple[str, ...] = ()
    is_array: bool = False

    @property
    def is_images(self) -> bool:
        """Whether the samples are images."""
        return self.images is not None

    @property
    def classifies(self) -> bool:
        """Whether the target tells classes."""
        return self.labels is not None and self.labels.dtype == pl.String

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes in order: by number where all are numbers, else by name."""
        names = tuple(sorted(self.class_counts))
        return tuple(sorted(names, key=int)) if all(name.removeprefix("-").isdecimal() for name in names) else names

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The columns of numbers."""
        return tuple(name for name, kind in self.frame.schema.items() if kind == pl.Float64)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The columns of words."""
        return tuple(name for name, kind in self.frame.schema.items() if kind == pl.String)


@dataclass(frozen=True, eq=False)
class Sets:
    """The splits to compare: training first, then validation and test as far as there are any.

    `predictions` (n, classes) are probabilities for all rows of training by a model that did not see their labels, a
    column for each class in the order of `Split.classes`.
    """

    train: Split
    others: tuple[Split, ...]
    notes: tuple[str, ...] = ()
    predictions: NDArray[np.float64] | None = None
    drifts: dict[str, list[Any]] = field(default_factory=dict, init=False)
    """How far the columns of each split lie from training, once a check has measured it."""

    def __iter__(self) -> Iterator[Split]:
        yield self.train
        yield from self.others

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The features that all splits have, of one kind in all."""
        schemas = [other.frame.schema for other in self.others]
        return tuple(
            name
            for name, kind in self.train.frame.schema.items()
            if name not in self.train.ids and all(schema.get(name) == kind for schema in schemas)
        )


class DataError(ValueError):
    """A data set cannot be used; the message says which, why, and what would mend it."""


def first_line(error: Exception) -> str:
    """What a library said first, short enough for a message; its kind where it said nothing."""
    return str(error).strip().split("\n")[0][:300] or type(error).__name__


def chosen(total: int, most: int, seed: int = 0) -> NDArray[np.int64]:
    """So many places of `total` at most, drawn without return, in order."""
    if total <= most:
        return np.arange(total)
    return np.sort(np.random.default_rng(seed).choice(total, most, replace=False))


def are_classes(values: pl.Series) -> bool:
    """Whether such targets tell classes: words or truths, or whole numbers of which each comes up often."""
    if values.dtype in (pl.Boolean, pl.String):
        return True
    known = values.drop_nulls()
    if not len(known) or not bool((known == known.round()).all()):
        return False
    counts = known.unique_counts()
    kinds, even = len(counts), float(counts.max()) < FEW * float(counts.min())  # type: ignore[arg-type]
    return kinds <= 2 or (len(known) >= 5 * kinds and (kinds <= FEW or (kinds <= CLASSES and even)))


def as_class(values: pl.Series) -> pl.Series:
    """Targets as the names of their classes: 3.0 is 3."""
    if values.dtype.is_float():
        return values.cast(pl.Int64, strict=False).cast(pl.String)
    return values.cast(pl.String)


def one_line(value: Any) -> str:
    """A value as a cell of a table."""
    if value is None:
        return "missing"
    return f"{value:.6g}" if isinstance(value, float) else " ".join(str(value).split())


def label_cell(split: Split, n: int) -> str:
    """The target of a sample as a cell of a table."""
    return "" if split.labels is None else one_line(split.labels[n])
