"""Labels that a model which never saw them contradicts, as in confident learning (Northcutt et al. 2021).

Wrong labels and classes that overlap look alike in number, but not in place: classes overlap where the model is unsure,
labels go wrong where it is sure too. So the errors among the surer half of the samples are told beside all, and how
many there are whatever the model's certainty: a floor under errors that else end where it is sure.

The smallest share that is found, as `python -m tests.bench.label_noise` measures: about 2 % of a thousand samples or
more whose classes the model tells apart with an error below a tenth, 5 % of a few hundred. Where classes overlap so
that the model errs in every sixth sample or oftener, even a tenth of wrong labels looks like its other errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from expert.data._images import thumbnail
from expert.data.checks import Found
from expert.data.domain import FOLDS, trees
from expert.data.encoded import encoded
from expert.data.split import Sets, one_line
from expert.exhibits import Exhibit, Picture, Pictures, Table
from expert.facts import Fact

ROWS = 4_000
SHOWN = 10
_SHOWN_COLUMNS = 6
SHARES = (0.0, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4)
"""Shares of wrong labels that are tried."""
Probabilities = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Contradicted:
    """What out-of-fold predictions say of labels: `suspects` are places, the surest first."""

    suspects: NDArray[np.int64]
    error: float
    core_error: float
    core_low: float
    skill: float


@dataclass(frozen=True)
class Floor:
    """The share of wrong labels, with an interval of three standard deviations (99.7 %)."""

    share: float
    low: float
    high: float


def label_noise(sets: Sets) -> Found:
    """Suspected labels of training, and how well what is learned there holds for the labels of other splits."""
    train = sets.train
    if not train.classifies or train.labels is None:
        return
    matrices = encoded(sets, sets.columns, ROWS)
    x, rows = matrices[0]
    labels = train.labels.gather(rows).fill_null("").to_numpy().astype(str)
    names, y, counts = np.unique(labels, return_inverse=True, return_counts=True)
    kept = (counts[y] >= FOLDS) & (labels != "")
    names, y = np.unique(labels[kept], return_inverse=True)
    if len(names) < 2 or kept.sum() < 50:
        return
    given = sets.predictions
    columns = [train.classes.index(name) for name in names]
    told = _out_of_fold(x[kept], y) if given is None else given[train.rows[rows[kept]]][:, columns]
    found = contradicted(y, told)
    yield Fact("suspected_labels", len(found.suspects) / len(y))
    yield Fact("suspected_count", float(len(found.suspects)))
    yield Fact("label_error", found.error)
    yield Fact("label_core_error", found.core_error)
    yield Fact("label_core_low", found.core_low)
    least = floor(y, told)
    yield Fact("wrong_labels", least.share)
    yield Fact("wrong_labels_low", least.low)
    yield Fact("wrong_labels_high", least.high)
    yield Fact("label_skill", found.skill)
    yield Fact("labelled_samples", float(len(y)))
    if len(found.suspects):
        yield _suspects(sets, rows[kept][found.suspects], names[told[found.suspects].argmax(axis=1)], told, found)
    if given is not None:
        return
    model = trees().fit(x[kept], y)
    for other, (theirs, their_rows) in zip(sets.others, matrices[1:], strict=True):
        if not other.classifies or other.labels is None:
            continue
        of_other = other.labels.gather(their_rows).fill_null("").to_numpy().astype(str)
        known = np.isin(of_other, names)
        if known.sum() < 20:
            continue
        right = names[model.predict(theirs[known])] == of_other[known]
        guess = float((of_other[known] == names[np.bincount(y).argmax()]).mean())
        expected = 1 - found.error
        spread = np.sqrt(max(expected * (1 - expected), 0.01) * (1 / known.sum() + 1 / len(y)))
        yield Fact("trained_skill", found.skill, other.name)
        yield Fact("transfer_skill", (float(right.mean()) - guess) / max(1e-9, 1 - guess), other.name)
        yield Fact("transfer_drop", expected - float(right.mean()), other.name)
        yield Fact("transfer_drop_over_noise", float((expected - right.mean()) / spread), other.name)


def contradicted(y: NDArray[np.int64], told: Probabilities) -> Contradicted:
    """What predictions (n, k) of a model that never saw the labels (n,) say of them.

    A label is suspected where another class is the likeliest and reaches the confidence that its samples usually have.
    """
    n, own = len(y), told[np.arange(len(y)), y]
    usual = np.array([told[y == k, k].mean() if (y == k).any() else 1.0 for k in range(told.shape[1])])
    reached = np.where(told >= usual, told, -1.0)
    best = reached.argmax(axis=1)
    suspected = np.flatnonzero((reached.max(axis=1) >= 0) & (best != y) & (told.argmax(axis=1) != y))
    wrong = told.argmax(axis=1) != y
    surer = wrong[np.argsort(-_margins(told), kind="stable")[: max(1, n // 2)]]
    largest = np.bincount(y).max() / n
    return Contradicted(
        suspected[np.argsort(own[suspected], kind="stable")],
        float(wrong.mean()),
        float(surer.mean()),
        _least(int(surer.sum()), len(surer)),
        float((1 - wrong.mean() - largest) / max(1e-9, 1 - largest)),
    )


def floor(y: NDArray[np.int64], told: Probabilities) -> Floor:
    """The share of labels (n,) that are wrong by chance, as predictions (n, k) of a model that never saw them tell.

    The chance of an error falls with the model's margin as a logistic function does; that of a wrong label does not
    (Copas 1988, Binary regression models for contaminated data). Estimate and interval are those of the profile
    likelihood over `SHARES`.
    """
    from scipy.optimize import minimize

    wrong, classes, margins = told.argmax(axis=1) != y, told.shape[1], _margins(told)
    margins = (margins - margins.mean()) / (margins.std() + 1e-9)

    def loss(at: NDArray[np.float64], share: float) -> float:
        errs = 1 / (1 + np.exp(np.clip(at[0] + np.exp(at[1]) * margins, -50, 50)))
        chance = np.clip((1 - errs) * share + errs * (1 - share / (classes - 1)), 1e-9, 1 - 1e-9)
        return -float(np.log(np.where(wrong, chance, 1 - chance)).sum())

    def fitted(share: float) -> float:
        found = (minimize(loss, start, share, "Nelder-Mead", options={"maxiter": 200}) for start in ([1, 0], [3, 1]))
        return min(float(one.fun) for one in found)

    losses = np.array([fitted(share) for share in SHARES])
    inside = np.flatnonzero(losses <= losses.min() + 4.5)
    return Floor(SHARES[int(losses.argmin())], SHARES[inside[0]], SHARES[inside[-1]])


def _margins(told: Probabilities) -> NDArray[np.float64]:
    """How much likelier the likeliest class is than the next, as a logarithm, (n,)."""
    *_, second, first = np.sort(told, axis=1).T
    margins: NDArray[np.float64] = np.log((first + 1e-3) / (second + 1e-3))
    return margins


def _least(errors: int, n: int) -> float:
    """The lower end of the 99 % interval of a share (Clopper & Pearson 1934)."""
    from scipy.stats import beta

    return float(beta.ppf(0.01, errors, n - errors + 1)) if errors else 0.0


def _out_of_fold(x: NDArray[np.float32], y: NDArray[np.int64]) -> Probabilities:
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    found: Probabilities = cross_val_predict(trees(), x, y, cv=folds, method="predict_proba")
    return found


def _suspects(
    sets: Sets, places: NDArray[np.int64], instead: Sequence[str], told: Probabilities, found: Contradicted
) -> Exhibit:
    train, labels = sets.train, sets.train.labels
    assert labels is not None
    title = "Labels that are contradicted most"
    caption = (
        f"{min(SHOWN, len(places))} of {len(places):,} samples whose label a model that never saw it contradicts, the "
        "surest first; numbers are places in the source, from 0."
    )
    said = [(n, str(labels[int(n)]), str(name)) for n, name in zip(places[:SHOWN], instead, strict=False)]
    if train.images is not None:
        images = train.images
        pictures = tuple(
            Picture(thumbnail(images[int(n)]), f"{train.rows[n]}: {own}, not {other}?") for n, own, other in said
        )
        return Pictures(title, caption, (("label, and what it looks like", pictures),))
    columns = sets.columns[:_SHOWN_COLUMNS]
    rows = tuple(
        (str(train.rows[n]), own, other, *(one_line(train.frame[name][int(n)]) for name in columns))
        for n, own, other in said
    )
    return Table(title, caption, ("row", "label", "looks like", *columns), rows)
