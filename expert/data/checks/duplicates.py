"""Samples that stand there twice: within training, and in training and another split (leakage); exactly, or nearly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
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
SHOWN = 6
_SHOWN_COLUMNS = 8


def exact(sets: Sets) -> Found:
    """Rows that are the same in every column, and how much such a row tells."""
    information = _information(sets)
    yield Fact("row_information", information)
    keys, rows = sets.train.keys(sets.columns)
    unique, first, counts = np.unique(keys, return_index=True, return_counts=True)
    yield Fact("duplicate_share", 1 - len(unique) / len(keys))
    yield Fact("duplicate_count", float(len(keys) - len(unique)))
    twin_share = float(counts[counts > 1].sum()) / len(keys)
    place = dict(zip(sets.train.rows.tolist(), range(len(sets.train.rows)), strict=True))
    if (counts > 1).any():
        pairs = _pairs_within(keys, rows, place)
        if pairs:
            yield _seen("Samples that stand in training more than once", sets.train, sets.train, pairs, sets.columns)
    for other in sets.others:
        theirs, their_rows = other.keys(sets.columns)
        found = np.isin(theirs, unique)
        share = float(found.mean())
        spread = np.sqrt(max(share * (1 - share), twin_share * (1 - twin_share)) * (1 / len(theirs) + 1 / len(keys)))
        yield Fact("row_information", information, other.name)
        yield Fact("overlap_share", share, other.name)
        yield Fact("overlap_over_noise", (share - twin_share) / max(1e-9, float(spread)), other.name)
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
            yield from _disagreement(sets.train, other, both)
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
    within = index.kneighbors(x)[0][:, 1]
    usual = float(np.median(within))
    if usual <= 0:
        return
    same = float(((within > 1e-6 * usual) & (within < CLOSE * usual)).mean())
    for other, (y, theirs) in zip(sets.others, matrices[1:], strict=True):
        distances, neighbours = index.kneighbors(y, n_neighbors=1)
        close = (distances[:, 0] > 1e-6 * usual) & (distances[:, 0] < CLOSE * usual)
        seen = len(x) / max(1, sets.train.size)
        yield Fact("near_overlap_share", min(1.0, float(close.mean()) / seen), other.name)
        yield Fact("near_overlap_excess", min(1.0, (float(close.mean()) - same) / seen), other.name)
        yield Fact("near_overlap_count", float(close.sum()), other.name)
        if close.any():
            order = np.flatnonzero(close)[np.argsort(distances[close, 0])]
            pairs = [(int(ours[neighbours[n, 0]]), int(theirs[n])) for n in order]
            yield _seen(
                f"Samples of {other.name} that all but stand in training", sets.train, other, pairs, sets.columns
            )


def _leveled(x: Matrix) -> Matrix:
    """Small copies without their light and contrast, which a copy may have changed."""
    x = x - x.mean(axis=1, keepdims=True)
    scaled: Matrix = x / (x.std(axis=1, keepdims=True) + 1e-3)
    return scaled


def _information(sets: Sets) -> float:
    """How much a usual row tells beyond what chance needs to repeat it among the rows, in bits.

    The entropies of its columns, as if each were independent, less that of the number of pairs; a row of few coarse
    columns repeats without being a copy.
    """
    if sets.train.is_images:
        return 1000.0
    rows, bits = len(sets.train.frame), 0.0
    for name in sets.columns:
        counts = sets.train.frame[name].value_counts()["count"].to_numpy().astype(float)
        share = counts / counts.sum()
        bits += float(-(share * np.log2(share)).sum())
    return min(1000.0, bits - float(np.log2(max(2, rows))))


def _pairs_within(keys: NDArray[np.uint64], rows: NDArray[np.int64], place: dict[int, int]) -> list[tuple[int, int]]:
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    found = ((int(rows[order[n]]), int(rows[order[n + 1]])) for n in same[:100_000])
    return [(place[a], place[b]) for a, b in found if a in place and b in place]


def _disagreement(train: Split, other: Split, pairs: Sequence[tuple[int, int]]) -> Found:
    """How often a sample has another label in the other split."""
    if train.classifies and other.classifies and pairs and train.labels is not None and other.labels is not None:
        ours = train.labels.gather([a for a, _ in pairs])
        theirs = other.labels.gather([b for _, b in pairs])
        yield Fact("overlap_labels_differ", float((ours != theirs).mean() or 0.0), other.name)  # type: ignore[arg-type]


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
