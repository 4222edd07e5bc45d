"""A single column that gives the target away: how well each does alone, and how well the next best does."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from expert.data.checks import Found
from expert.data.split import Sets, chosen
from expert.exhibits import Bar, Bars
from expert.facts import Fact

ROWS = 3_000
TRIED = 30
"""A tree is grown for so many columns, those whose ranks or groups go best with the target."""
SHOWN = 8


def giveaway(sets: Sets) -> Found:
    """The column that predicts the target best by itself, cross-validated."""
    train = sets.train
    if train.is_images or train.labels is None:
        return
    there = np.flatnonzero(train.labels.is_not_null().to_numpy())
    rows = there[chosen(len(there), ROWS)]
    if len(rows) < 30:
        return
    labels = train.labels.gather(rows)
    y = _codes(labels)
    if len(np.unique(y)) < 2:
        return
    columns = {name: _values(train.frame[name].gather(rows)) for name in sets.columns}
    promising = sorted(columns, key=lambda name: -_going_with(columns[name], y, train.classifies))[:TRIED]
    skills = {name: _skill(columns[name], y, train.classifies) for name in promising}
    best, *rest = sorted(skills, key=lambda name: -skills[name])
    yield Fact("single_column_skill", skills[best], best)
    yield Fact("next_column_skill", skills[rest[0]] if rest else 0.0, best)
    yield Fact("single_column_samples", float(len(rows)), best)
    yield Fact("single_column_best", skills[best])
    if skills[best] >= 0.9:
        caption = (
            "Share of what a guess gets wrong that one column by itself puts right, cross-validated; 1 is all of it."
        )
        bars = [Bar(name, skills[name], skills[name], skills[name]) for name in (best, *rest)[:SHOWN]]
        yield Bars(f"How well single columns tell {train.target or 'the target'}", caption, "of 1", tuple(bars))


def _codes(values: pl.Series) -> NDArray[np.float64]:
    """Targets as numbers, words by their rank."""
    return (values.rank("dense") if values.dtype == pl.String else values).cast(pl.Float64).to_numpy()


def _values(values: pl.Series) -> NDArray[np.float64]:
    """Numbers as they are, within the bounds of trees, missing ones below all others; words by their rank."""
    if values.dtype == pl.String:
        return values.rank("dense").fill_null(0).cast(pl.Float64).to_numpy()
    bounded = values.clip(-1e30, 1e30)
    low = float(bounded.min() or 0.0)  # type: ignore[arg-type]
    return bounded.fill_null(low - max(1.0, abs(low))).to_numpy()


def _going_with(x: NDArray[np.float64], y: NDArray[np.float64], classifies: bool) -> float:
    """Share of the variance of the ranks that the classes explain, or squared rank correlation: fast, and a hint."""
    from scipy.stats import rankdata

    ranks = rankdata(x)
    if ranks.std() == 0:
        return 0.0
    if not classifies:
        return float(np.corrcoef(ranks, rankdata(y))[0, 1] ** 2)
    _, group = np.unique(y, return_inverse=True)
    sizes = np.bincount(group)
    means = np.bincount(group, ranks) / sizes
    return float((sizes * (means - ranks.mean()) ** 2).sum() / (len(x) * ranks.var()))


def _skill(x: NDArray[np.float64], y: NDArray[np.float64], classifies: bool) -> float:
    """How much of a guess's error one column takes away: balanced accuracy of a tree over chance; of a quantity 1 less
    the deviation that is left (by a tree, or by ranks) over that of the target.
    """
    from sklearn.metrics import balanced_accuracy_score, r2_score
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    if not classifies:
        by_rank = _going_with(x, y, False)
        tree: Any = DecisionTreeRegressor(min_samples_leaf=2, random_state=0)
        told = cross_val_predict(tree, x[:, None], y, cv=KFold(3, shuffle=True, random_state=0))
        return 1 - float(np.sqrt(1 - min(1.0, max(by_rank, float(r2_score(y, told)), 0.0))))
    _, group, counts = np.unique(y, return_inverse=True, return_counts=True)
    kept = counts[group] >= 3
    if len(np.unique(group[kept])) < 2:
        return 0.0
    tree = DecisionTreeClassifier(min_samples_leaf=2, class_weight="balanced", random_state=0)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    told = cross_val_predict(tree, x[kept, None], group[kept], cv=folds)
    return max(0.0, float(balanced_accuracy_score(group[kept], told, adjusted=True)))
