"""Other proportions: classes, words or ranges of a number that are rarer in the test data are drawn less often."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from expert.data.synthesis.rows import Rows, apart, is_number, shares, there
from expert.data.synthesis.transform import Transform
from expert.run import FloatArray

_MOST_GROUPS, _RANGES = 50, 8
_MOST_COLUMNS = 6


def propose(train: Rows, test: Rows) -> Iterator[Transform[Rows]]:
    """By the classes, by each column of words, and by ranges of each number that differs."""
    if train.labels is not None and test.labels is not None:
        yield from _by_words("", train.labels, test.labels, train.target)
    for name in train.frame.columns:
        if not is_number(train.frame[name]):
            yield from _by_words(name, train.frame[name], test.frame[name])
    for name in apart(train, test)[:_MOST_COLUMNS]:
        yield from _by_ranges(name, there(train.frame[name]), there(test.frame[name]))


def _by_words(name: str, train: pl.Series, test: pl.Series, target: str = "") -> Iterator[Transform[Rows]]:
    """`name` is empty for the classes, which stand in the column `target`."""
    before, after = shares(train), shares(test)
    if not 1 < len(before) <= _MOST_GROUPS or not after:
        return
    ratio = {word: after.get(word, 0.0) / share for word, share in before.items()}
    highest = max(ratio.values())
    if highest <= 0:
        return
    kept = {word: round(share / highest, 3) for word, share in ratio.items()}

    def change(rows: Rows, random: np.random.Generator) -> Rows:
        values = rows.labels if not name else rows.frame[name]
        assert values is not None
        chance = values.replace_strict(kept, default=1.0, return_dtype=pl.Float64).fill_null(1.0).to_numpy()
        return rows.take(np.flatnonzero(random.random(len(rows)) < chance))

    words = f"rows[{name or target!r}].astype(str).str.strip().str.removesuffix('.0')"
    code = f"rows = rows[random.random(len(rows)) < {words}.map({kept!r}).fillna(1)]"
    said = ", ".join(f"{word} {share:.0%}" for word, share in sorted(kept.items(), key=lambda one: one[1])[:4])
    yield Transform("proportions", f"drawn by {name or 'class'}, so that these are kept: {said} …", code, change)


def _by_ranges(name: str, train: FloatArray, test: FloatArray) -> Iterator[Transform[Rows]]:
    edges = np.unique(np.quantile(np.concatenate([train, test]), np.linspace(0, 1, _RANGES + 1)[1:-1]))
    if not len(edges) or not len(train) or not len(test):
        return
    before, after = (np.bincount(np.searchsorted(edges, x), minlength=len(edges) + 1) / len(x) for x in (train, test))
    ratio = after / np.maximum(before, 1 / len(train))
    kept = (ratio / ratio.max()).round(3)

    def change(rows: Rows, random: np.random.Generator) -> Rows:
        values = rows.frame[name].fill_null(float("nan")).to_numpy()
        chance = kept[np.searchsorted(edges, values)]
        return rows.take(np.flatnonzero(random.random(len(rows)) < chance))

    listed = (", ".join(f"{value:.5g}" for value in values) for values in (kept, edges))
    code = (
        "kept, edges = np.array([{}]), [{}]\n".format(*listed)
        + f"rows = rows[random.random(len(rows)) < kept[np.searchsorted(edges, rows[{name!r}])]]"
    )
    yield Transform("proportions", f"drawn by {name}, so that its ranges come up as in the test data", code, change)
