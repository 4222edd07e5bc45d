"""Whole samples of another split against those of training: a classifier that tells them apart, and a discrepancy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from expert.data._images import thumbnail
from expert.data.checks import Found
from expert.data.checks.drift import drifts
from expert.data.domain import ROWS, Told, discrepancy, told_apart
from expert.data.encoded import encoded
from expert.data.split import Sets, Split, label_cell, one_line
from expert.exhibits import Bar, Bars, Exhibit, Picture, Pictures, Table
from expert.facts import Fact

KERNEL = 500
"""Of each split so many samples take part in the discrepancy."""
SHOWN = 5
_SHOWN_COLUMNS = 8
_TELLING = 0.55
"""There is nothing to see of splits that are told apart less well than this."""


def joint(sets: Sets) -> Found:
    """How well another split is told from training, and which samples look most like either."""
    bars = []
    for other in sets.others:
        pair = Sets(sets.train, (other,))
        (ours, our_rows), (theirs, their_rows) = encoded(pair, sets.columns, ROWS)
        told = told_apart(ours, theirs)
        if told is None:
            continue
        yield Fact("domain_auc", told.auc, other.name)
        yield Fact("domain_auc_low", told.low, other.name)
        yield Fact("domain_auc_high", told.high, other.name)
        yield Fact("domain_p", told.p, other.name)
        distance, p = discrepancy(ours[:KERNEL], theirs[:KERNEL])
        yield Fact("mmd", distance, other.name)
        yield Fact("mmd_p", p, other.name)
        bars.append(Bar(f"training and {other.name}", told.auc, told.low, told.high))
        if told.low >= _TELLING:
            yield _extremes(sets, other, told, our_rows, their_rows)
    if bars:
        caption = (
            "Area under the ROC curve of a classifier asked which split a sample is from; about 0.5, in small sets "
            "less, if it cannot tell."
        )
        yield Bars(
            "How well the splits are told apart", caption, "AUC", tuple(sorted(bars, key=lambda bar: -bar.value))
        )


def _extremes(
    sets: Sets, other: Split, told: Told, our_rows: NDArray[np.int64], their_rows: NDArray[np.int64]
) -> Exhibit:
    """The training samples that look least like the other split, beside its samples that look least like training."""
    train = sets.train
    ours, theirs = our_rows[np.argsort(told.ours)[:SHOWN]], their_rows[np.argsort(-told.theirs)[:SHOWN]]
    title = f"What is most like training, and most like {other.name}"
    caption = "Training samples that the classifier is surest are of training, beside those it is surest are not."
    if train.images is not None and other.images is not None:
        groups = tuple(
            (
                split.name,
                tuple(
                    Picture(thumbnail(images[int(n)]), f"{split.rows[n]} {label_cell(split, int(n))}".strip())
                    for n in rows
                ),
            )
            for split, images, rows in ((train, train.images, ours), (other, other.images, theirs))
        )
        return Pictures(title, caption, groups)
    columns = _telling(sets, other)
    rows = [
        (split.name, str(split.rows[n]), *(one_line(split.frame[name][int(n)]) for name in columns))
        for split, places in ((train, ours), (other, theirs))
        for n in places
    ]
    return Table(title, caption, ("split", "row", *columns), tuple(rows))


def _telling(sets: Sets, other: Split) -> list[str]:
    """The columns that lie furthest apart."""
    found = sorted(drifts(sets, other), key=lambda one: -one.distance)
    return [one.column for one in found[:_SHOWN_COLUMNS]]
