"""Rows of a table: in which columns they differ, how far, and what may change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import polars as pl

from expert import rooms
from expert.data.checks.drift import largest_difference
from expert.data.split import Split, chosen
from expert.data.synthesis import tables
from expert.data.synthesis.search import Subject
from expert.data.synthesis.transform import Transform
from expert.run import FloatArray, IntArray

_MOST = 6_000
"""So many rows of each split take part."""

_WIDEST = 60
_FREQUENT = 8
_MOST_APART = 8


@dataclass(frozen=True, eq=False)
class Rows:
    """Features (numbers as Float64, words as String, null where missing) and, if known, the classes of the rows."""

    frame: pl.DataFrame
    labels: pl.Series | None = None
    target: str = "label"

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, places: IntArray) -> Rows:
        """The rows at these places."""
        return replace(
            self, frame=self.frame[places], labels=None if self.labels is None else self.labels.gather(places)
        )

    def having(self, columns: Sequence[pl.Series]) -> Rows:
        """The rows with other values in some columns."""
        return replace(self, frame=self.frame.with_columns(columns))


def subject(train: Split, test: Split, columns: Sequence[str]) -> Subject[Rows]:
    """The rows of two splits, in the columns that both have."""
    ours, theirs = (_rows(split, columns) for split in (train, test))
    return Subject(ours, theirs, _propose, featurizer(ours, theirs), Rows.take, as_split, snippet)


def snippet(transforms: Sequence[Transform[Rows]]) -> str:
    """The transforms as a function of a data frame."""
    lines = [line for one in transforms for line in one.code.splitlines()]
    return "\n".join(
        [
            "import numpy as np",
            "",
            "def synthesize(rows, random=np.random.default_rng()):  # a pandas data frame",
            "    rows = rows.copy()",
            *(f"    {line}" for line in lines),
            "    return rows",
        ]
    )


def as_split(rows: Rows, like: Split) -> Split:
    """The rows as a split."""
    return replace(like, frame=rows.frame, rows=np.arange(len(rows)), labels=rows.labels)


def featurizer(train: Rows, test: Rows) -> Callable[[Rows], FloatArray]:
    """A function from rows to numbers (n, k), NaN where missing: the columns that differ most, words as truths."""
    by_distance = sorted(train.frame.columns, key=lambda name: -distance(train.frame[name], test.frame[name]))
    columns = by_distance[:_WIDEST]
    words = {
        name: frequent(train.frame[name], test.frame[name]) for name in columns if not is_number(train.frame[name])
    }

    def features(rows: Rows) -> FloatArray:
        found = []
        for name in columns:
            values = rows.frame[name]
            if name in words:
                found += [(values == word).fill_null(False).cast(pl.Float64).to_numpy() for word in words[name]]
            else:
                found.append(values.fill_null(float("nan")).to_numpy())
        return np.stack(found, axis=1)

    return features


def is_number(values: pl.Series) -> bool:
    """Whether a column holds numbers."""
    return values.dtype == pl.Float64


def frequent(train: pl.Series, test: pl.Series) -> list[str]:
    """The most frequent words of both."""
    counts = pl.concat([train, test]).drop_nulls().alias("word").value_counts(sort=True)
    return [str(word) for word in counts["word"].head(_FREQUENT)]


def distance(train: pl.Series, test: pl.Series) -> float:
    """How far two columns lie apart, 0 to 1: Kolmogorov and Smirnov's distance of numbers; of words half the sum of the
    differences of their shares; of what is missing the difference of its share; whichever is largest.
    """
    missing = abs(_missing(train) - _missing(test))
    before, after = train.drop_nulls(), test.drop_nulls()
    if not len(before) or not len(after):
        return missing
    if is_number(train):
        return max(missing, largest_difference(np.sort(before.to_numpy()), np.sort(after.to_numpy())))
    ours, theirs = (shares(one) for one in (before, after))
    return max(missing, sum(abs(ours.get(w, 0.0) - theirs.get(w, 0.0)) for w in {*ours, *theirs}) / 2)


def shares(values: pl.Series) -> dict[str, float]:
    """The share of each word."""
    return {
        str(word): float(share)
        for word, share in values.drop_nulls().alias("word").value_counts(normalize=True).iter_rows()
    }


def apart(train: Rows, test: Rows) -> list[str]:
    """The columns of numbers that differ by more than chance would have it, the most different first.

    Chance is the 5 % bound of Kolmogorov and Smirnov, corrected for the number of columns (Bonferroni).
    """
    bound = sqrt(np.log(2 * max(1, train.frame.width) / 0.05) / 2) * sqrt(1 / len(train) + 1 / len(test))
    numbers = [name for name in train.frame.columns if is_number(train.frame[name])]
    distances = {name: distance(train.frame[name], test.frame[name]) for name in numbers}
    return sorted((name for name in numbers if distances[name] > bound), key=lambda name: -distances[name])


def each_and_all(columns: Sequence[str]) -> list[tuple[str, ...]]:
    """All of the columns together, and each of the first ones alone."""
    alone: list[tuple[str, ...]] = [(name,) for name in columns[:_MOST_APART]]
    return [tuple(columns), *alone] if len(columns) > 1 else alone


def there(values: pl.Series) -> FloatArray:
    """The values of a column that are not missing."""
    found: FloatArray = values.drop_nulls().to_numpy()
    return found


def named(columns: Sequence[str], most: int = 3) -> str:
    """The columns in a few words."""
    more = f" and {len(columns) - most} more" if len(columns) > most else ""
    return ", ".join(columns[:most]) + more


def _rows(split: Split, columns: Sequence[str]) -> Rows:
    places = chosen(len(split.rows), _MOST)
    labels = split.labels.gather(places) if split.classifies and split.labels is not None else None
    return Rows(split.frame.select(columns)[places], labels, split.target or "label")


def _propose(train: Rows, test: Rows) -> Iterator[Transform[Rows]]:
    for kind in rooms.modules(tables.__name__).values():
        yield from kind.propose(train, test)


def _missing(values: pl.Series) -> float:
    return values.null_count() / max(1, len(values))
