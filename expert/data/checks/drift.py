"""Each column of another split against that of the training split.

Numbers by Kolmogorov and Smirnov, words by chi-squared, missing values by Fisher's exact test; the p-values are
corrected for the number of columns as Holm (1979) does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from expert.data.checks import Found, in_split
from expert.data.split import Sets, Split
from expert.exhibits import Axis, Histogram
from expert.facts import Fact

SIGNIFICANT = 0.001
"""A column counts as shifted when its corrected p-value is below …"""
FAR = 0.1
"""… and its distance at least this: with many rows every difference is significant."""
WORST = 10
SHOWN = 6
BINS = 30


@dataclass(frozen=True)
class Drift:
    """How far a column lies from training.

    `distance` is the largest difference of the distribution functions, for words half the sum of the differences of
    their shares, for missing values the difference of their shares; `p` is corrected.
    """

    column: str
    distance: float
    p: float
    wasserstein: float | None = None
    missing: float = 0.0


def drift(sets: Sets) -> Found:
    """The columns that lie furthest from training, and how many do."""
    for other in sets.others:
        found = drifts(sets, other)
        if not found:
            continue
        moved = [one for one in found if one.p < SIGNIFICANT and one.distance >= FAR]
        yield Fact("compared_columns", float(len(found)), other.name)
        yield Fact("shifted_columns", float(len(moved)), other.name)
        yield Fact("shifted_share", len(moved) / len(found), other.name)
        worst = max(moved or found, key=lambda one: one.distance)
        yield Fact("most_shifted", worst.column, other.name)
        yield Fact("most_shifted_distance", worst.distance, other.name)
        yield Fact("most_shifted_p", worst.p, other.name)
        if moved:
            yield Fact("shift_left_standardized", _left(sets.train, other, moved), other.name)
        yield from _scales(sets.train, other, sets.columns)
        ordered = sorted(moved, key=lambda one: -one.distance)
        for one in ordered[:WORST]:
            about = in_split(one.column, other.name)
            yield Fact("column_distance", one.distance, about)
            yield Fact("column_p", one.p, about)
            yield Fact("column_missing_change", one.missing, about)
            if one.wasserstein is not None:
                yield Fact("column_wasserstein", one.wasserstein, about)
        for one in ordered[:SHOWN]:
            yield _seen(one, sets.train, other)


def drifts(sets: Sets, other: Split) -> list[Drift]:
    """How far each column of a split lies from training; measured once."""
    if other.name not in sets.drifts:
        sets.drifts[other.name] = _drifts(sets.train, other, sets.columns)
    return sets.drifts[other.name]


def _drifts(train: Split, other: Split, columns: Sequence[str]) -> list[Drift]:
    raw = [one for name in columns if (one := _drift(name, train.frame[name], other.frame[name])) is not None]
    order = sorted(range(len(raw)), key=lambda n: raw[n].p)
    corrected, highest = {}, 0.0
    for rank, n in enumerate(order):
        highest = max(highest, min(1.0, raw[n].p * (len(raw) - rank)))
        corrected[n] = highest
    return [Drift(o.column, o.distance, corrected[n], o.wasserstein, o.missing) for n, o in enumerate(raw)]


def _drift(name: str, ours: pl.Series, theirs: pl.Series) -> Drift | None:
    from scipy.stats import fisher_exact

    absent = [[one.null_count(), len(one) - one.null_count()] for one in (ours, theirs)]
    if min(map(sum, absent)) < 5:
        return None
    gap = absent[1][0] / sum(absent[1]) - absent[0][0] / sum(absent[0])
    of_missing = float(fisher_exact(absent).pvalue) if absent[0][0] or absent[1][0] else 1.0
    present = ours.drop_nulls(), theirs.drop_nulls()
    distance, p, far = 0.0, 1.0, None
    if min(map(len, present)) >= 5:
        if ours.dtype == pl.String:
            distance, p = _words(*present)
        else:
            a, b = (np.sort(one.to_numpy()) for one in present)
            distance, p = kolmogorov_smirnov(a, b)
            far = _wasserstein(a, b) if distance >= FAR else None
    if of_missing < p:  # two tests of one column: the smaller p counts twice
        return Drift(name, max(abs(gap), distance if p < 0.001 else 0.0), min(1.0, 2 * of_missing), far, gap)
    return Drift(name, distance, min(1.0, 2 * p) if of_missing < 1 else p, far, gap)


def kolmogorov_smirnov(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> tuple[float, float]:
    """The largest difference between the distribution functions of two sorted samples, and its asymptotic p-value.

    As `scipy.stats.ks_2samp`, without the care that costs it a thousand times as much: there may be 10,000 columns.
    """
    from scipy.special import kolmogorov

    distance = largest_difference(ours, theirs)
    return distance, float(kolmogorov(distance * np.sqrt(len(ours) * len(theirs) / (len(ours) + len(theirs)))))


def largest_difference(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> float:
    """The largest difference between the distribution functions of two sorted samples."""
    every = np.concatenate([ours, theirs])
    shares = [np.searchsorted(one, every, side="right") / len(one) for one in (ours, theirs)]
    return float(np.abs(shares[0] - shares[1]).max())


def pooled(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Counts (2, k) with the columns of which fewer than 5 are expected put together, as chi-squared asks for."""
    expected = table.sum(axis=0) * table.sum(axis=1).min() / table.sum()
    rare = expected < 5
    return np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)]) if rare.any() else table


def _words(ours: pl.Series, theirs: pl.Series) -> tuple[float, float]:
    """Distance and p of words; of texts, of which few come up twice, those of their lengths."""
    from scipy.stats import chi2_contingency

    if ours.n_unique() > 0.5 * len(ours):
        a, b = (np.sort(one.str.len_chars().to_numpy().astype(np.float64)) for one in (ours, theirs))
        return kolmogorov_smirnov(a, b)
    counts = [dict(one.alias("word").value_counts().iter_rows()) for one in (ours, theirs)]
    names = sorted({*counts[0], *counts[1]})
    table = pooled(np.array([[of.get(name, 0) for name in names] for of in counts], float))
    if table.shape[1] < 2:
        return 0.0, 1.0
    shares = table / table.sum(axis=1, keepdims=True)
    p = float(chi2_contingency(table, correction=False).pvalue)
    return float(np.abs(shares[0] - shares[1]).sum() / 2), p


def _wasserstein(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> float | None:
    """How far the mass has to be moved on average, in standard deviations of training."""
    from scipy.stats import wasserstein_distance

    deviation = float(ours.std())
    return float(wasserstein_distance(ours, theirs)) / deviation if deviation else None


def _left(train: Split, other: Split, moved: Sequence[Drift]) -> float:
    """The share of shifted columns of numbers that differ still when each split is standardized by itself."""
    names = [one.column for one in moved if train.frame[one.column].dtype == pl.Float64]
    if not names:
        return 1.0
    again = (_drift(name, _standardized(train.frame[name]), _standardized(other.frame[name])) for name in names)
    return sum(one is not None and one.p < SIGNIFICANT and one.distance >= FAR for one in again) / len(names)


def _standardized(values: pl.Series) -> pl.Series:
    deviation = float(values.std() or 0.0)  # type: ignore[arg-type]
    return (values - values.mean()) / (deviation or 1.0)


def _scales(train: Split, other: Split, columns: Sequence[str]) -> Found:
    """How the deviations and the means of the columns of numbers compare between the splits."""
    ratios = []
    for name in columns:
        if train.frame[name].dtype == pl.Float64:
            ours, theirs = train.frame[name].drop_nulls(), other.frame[name].drop_nulls()
            deviations = [float(one.std() or 0.0) for one in (ours, theirs)]  # type: ignore[arg-type]
            if min(deviations) > 0:
                ratios.append(deviations[1] / deviations[0])
    if len(ratios) >= 2:
        yield Fact("deviation_ratio", float(np.exp(np.median(np.log(ratios)))), other.name)


def _seen(one: Drift, train: Split, other: Split) -> Histogram:
    """The column in both splits."""
    title = f"{one.column} in training and {other.name}"
    far = f"; {one.wasserstein:.2g} deviations of training apart" if one.wasserstein is not None else ""
    gone = f"; missing {one.missing:+.0%}" if abs(one.missing) >= 0.01 else ""
    caption = f"Distance {one.distance:.2f}{far}{gone}; p {one.p:.1g} after correction."
    values = [split.frame[one.column].drop_nulls() for split in (train, other)]
    names = (train.name, other.name)
    if values[0].dtype == pl.String:
        both = pl.concat(values).alias("word").value_counts(sort=True)["word"].head(15).to_list()
        shares = [tuple(float((v == word).sum()) / max(1, len(v)) for word in both) for v in values]
        left = [max(0.0, 1.0 - sum(share)) for share in shares]
        if max(left) > 1e-9:
            both, shares = [*both, "all others"], [(*s, rest) for s, rest in zip(shares, left, strict=True)]
        edges = tuple(float(n) for n in range(len(both) + 1))
        return Histogram(
            title, caption, edges, tuple(zip(names, shares, strict=True)), Axis(one.column, choices=tuple(both))
        )
    numbers = [v.to_numpy() for v in values]
    every = np.concatenate(numbers)
    low, high = (float(v) for v in np.quantile(every, (0.005, 0.995)))
    if not high > low:
        low, high = float(every.min()), float(every.max()) or 1.0
    bins = np.linspace(low, high if high > low else low + 1, BINS + 1)
    counted = [np.histogram(np.clip(v, bins[0], bins[-1]), bins)[0] / max(1, len(v)) for v in numbers]
    parts = tuple((n, tuple(map(float, c))) for n, c in zip(names, counted, strict=True))
    return Histogram(title, caption, tuple(map(float, bins)), parts, Axis(one.column))
