"""Samples that stand there twice: within training, and in training and another split (leakage); exactly, or nearly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from expert.data._images import thumbnail
from expert.data.checks import Found
from expert.data.encoded import Matrix, encoded
from expert.data.split import Sets, Split, label_cell, one_line
from expert.exhibits import Exhibit, Picture, Pictures, Table
from expert.facts import Fact

NEAR = 3_000
"""Near duplicates are looked for among so many samples of each split."""
CLOSE = 0.13
"""A neighbour is a near duplicate within this share of the usual distance between neighbours (cleanlab's threshold)."""
TELLING = 12
"""Twins by chance are looked for in so many columns, those of most values."""
FEWEST = 10
"""So many twins are too few to tell whether they are so by chance."""
SHOWN = 6
_SHOWN_COLUMNS = 8


def exact(sets: Sets) -> Found:
    """Rows that are the same in every column, and how much such a row tells."""
    bits = _information(sets)
    information = float(bits.mean())
    yield Fact("row_information", information)
    keys, rows = sets.train.keys(sets.columns)
    unique, first, counts = np.unique(keys, return_index=True, return_counts=True)
    yield Fact("duplicate_share", 1 - len(unique) / len(keys))
    yield Fact("duplicate_count", float(len(keys) - len(unique)))
    twin_share = float(counts[counts > 1].sum()) / len(keys)
    place = dict(zip(sets.train.rows.tolist(), range(len(sets.train.rows)), strict=True))
    pairs = _pairs_within(keys, rows, place) if (counts > 1).any() else []
    if pairs:
        yield Fact("duplicate_kinds", float((counts > 1).sum()))
        yield Fact("duplicate_information", float(np.median(bits[[a for a, _ in pairs]])))
        yield from _by_chance(sets)
        yield _seen("Samples that stand in training more than once", sets.train, sets.train, pairs, sets.columns)
    within = _differ(sets.train, sets.train, pairs)
    for other in sets.others:
        theirs, their_rows = other.keys(sets.columns)
        found = np.isin(theirs, unique)
        share = float(found.mean())
        yield Fact("row_information", information, other.name)
        yield Fact("overlap_share", share, other.name)
        yield Fact("overlap_over_noise", _over_noise(share, len(theirs), twin_share, len(keys)), other.name)
        yield Fact("overlap_count", float(found.sum()), other.name)
        yield Fact("overlap_excess", share - twin_share, other.name)
        if found.any():
            at = rows[first[np.searchsorted(unique, theirs[found])]]
            there = dict(zip(other.rows.tolist(), range(len(other.rows)), strict=True))
            both = [
                (place[int(a)], there[int(b)])
                for a, b in zip(at, their_rows[found], strict=True)
                if int(a) in place and int(b) in there
            ]
            yield from _disagreement(_differ(sets.train, other, both), within, other.name)
            if both:
                yield _seen(
                    f"Samples of {other.name} that stand in training too", sets.train, other, both, sets.columns
                )


def near(sets: Sets) -> Found:
    """Samples of another split whose nearest neighbour in training is far closer than neighbours are to each other."""
    if not sets.others:
        return
    from sklearn.neighbors import NearestNeighbors

    columns = sets.columns if not sets.train.is_images else ()
    matrices = encoded(sets, columns, NEAR)
    if sets.train.is_images:
        matrices = [(_leveled(x), rows) for x, rows in matrices]
    x, ours = matrices[0]
    if len(x) < 20 or x.shape[1] < 3:
        return
    index = NearestNeighbors(n_neighbors=2).fit(x)
    within, twins = (found[:, 1] for found in index.kneighbors(x))
    usual = float(np.median(within))
    if usual <= 0:
        return
    said = _said(sets.train, columns, ours)
    same = float(((within > 1e-6 * usual) & (within < CLOSE * usual) & (said == said[twins])).mean())
    for other, (y, theirs) in zip(sets.others, matrices[1:], strict=True):
        distances, neighbours = index.kneighbors(y, n_neighbors=1)
        close = (distances[:, 0] > 1e-6 * usual) & (distances[:, 0] < CLOSE * usual)
        close &= _said(other, columns, theirs) == said[neighbours[:, 0]]
        seen = len(x) / max(1, sets.train.size)
        yield Fact("near_overlap_share", min(1.0, float(close.mean()) / seen), other.name)
        yield Fact("near_overlap_excess", min(1.0, (float(close.mean()) - same) / seen), other.name)
        yield Fact("near_overlap_over_noise", _over_noise(float(close.mean()), len(close), same, len(x)), other.name)
        yield Fact("near_overlap_count", float(close.sum()), other.name)
        if close.any():
            order = np.flatnonzero(close)[np.argsort(distances[close, 0])]
            pairs = [(int(ours[neighbours[n, 0]]), int(theirs[n])) for n in order]
            yield _seen(
                f"Samples of {other.name} that all but stand in training", sets.train, other, pairs, sets.columns
            )


def _said(split: Split, columns: Sequence[str], rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    """What the words of some rows say, as a number; twins say the same."""
    words = [name for name in columns if name in split.words]
    if not words:
        return np.zeros(len(rows), np.uint64)
    said: NDArray[np.uint64] = split.frame.select(words)[rows].hash_rows().to_numpy()
    return said


def _leveled(x: Matrix) -> Matrix:
    """Small copies without their light and contrast, which a copy may have changed."""
    x = x - x.mean(axis=1, keepdims=True)
    scaled: Matrix = x / (x.std(axis=1, keepdims=True) + 1e-3)
    return scaled


def _over_noise(share: float, n: int, other: float, m: int) -> float:
    """How far one share of n lies above another of m, in standard deviations of such a difference, were they one."""
    both = (share * n + other * m) / (n + m)
    spread = np.sqrt(both * (1 - both) * (1 / n + 1 / m))
    return (share - other) / max(1e-9, float(spread))


def _information(sets: Sets) -> NDArray[np.float64]:
    """How much each sampled row of training tells beyond what chance needs to repeat it among the others, in bits (n,).

    The rarity of its values, as if the columns were independent, less the number of rows; a row of few coarse columns,
    or of the usual value in each, repeats without being a copy.
    """
    frame = sets.train.frame
    if sets.train.is_images:
        return np.full(len(frame), 1000.0)
    bits = np.full(len(frame), -np.log2(max(2, len(frame))))
    for name in sets.columns:
        bits -= frame.select((pl.len().over(name) / len(frame)).log(2)).to_series().to_numpy()
    told: NDArray[np.float64] = np.minimum(bits, 1000.0)
    return told


def _by_chance(sets: Sets) -> Found:
    """Of the rows that have a twin in all columns but one, the share whose twin differs there: copies never do.

    The column is the one that sets most of them apart; columns may depend on each other as they like.
    """
    if sets.train.is_images:
        return
    frame = sets.train.frame.select(sets.columns)
    telling = sorted(sets.columns, key=lambda name: -frame[name].n_unique())[:TELLING]
    twins = _twins(frame)
    if twins >= FEWEST and frame.width > 1:
        yield Fact("twins_by_chance", 1 - twins / max(_twins(frame.drop(name)) for name in telling))


def _twins(frame: pl.DataFrame) -> int:
    counts = frame.hash_rows().unique_counts()
    return int(counts.filter(counts > 1).sum())


def _pairs_within(keys: NDArray[np.uint64], rows: NDArray[np.int64], place: dict[int, int]) -> list[tuple[int, int]]:
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    found = ((int(rows[order[n]]), int(rows[order[n + 1]])) for n in same[:100_000])
    return [(place[a], place[b]) for a, b in found if a in place and b in place]


def _differ(train: Split, other: Split, pairs: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Of pairs of twins, which have different labels; empty where labels are not known."""
    if not (train.classifies and other.classifies and pairs) or train.labels is None or other.labels is None:
        return np.zeros(0, bool)
    ours, theirs = train.labels.gather([a for a, _ in pairs]), other.labels.gather([b for _, b in pairs])
    return np.asarray((ours != theirs).fill_null(False).to_numpy(), bool)


def _disagreement(across: NDArray[np.bool_], within: NDArray[np.bool_], about: str) -> Found:
    """How often a sample has another label in the other split, also against twins within training, which may, too."""
    if len(across):
        share = float(across.mean())
        usual, size = (float(within.mean()), len(within)) if len(within) else (0.0, len(across))
        yield Fact("overlap_labels_differ", share, about)
        yield Fact("overlap_labels_over_noise", _over_noise(share, len(across), usual, size), about)


def _seen(title: str, train: Split, other: Split, pairs: Sequence[tuple[int, int]], columns: Sequence[str]) -> Exhibit:
    """Some pairs side by side: pictures, or rows of a table."""
    caption = f"{min(SHOWN, len(pairs))} of {len(pairs):,} pairs; numbers are places in the source, from 0."
    if train.images is not None and other.images is not None:
        groups = tuple(
            (
                f"pair {n}",
                (
                    Picture(thumbnail(train.images[a]), f"{train.name} {train.rows[a]}"),
                    Picture(thumbnail(other.images[b]), f"{other.name} {other.rows[b]}"),
                ),
            )
            for n, (a, b) in enumerate(pairs[:SHOWN], 1)
        )
        return Pictures(title, caption, groups)
    shown = columns[:_SHOWN_COLUMNS]
    rows = [
        (split.name, str(split.rows[n]), *(one_line(split.frame[name][n]) for name in shown), label_cell(split, n))
        for pair in pairs[:SHOWN]
        for split, n in zip((train, other), pair, strict=True)
    ]
    return Table(title, caption, ("split", "row", *shown, train.target or "target"), tuple(rows))
