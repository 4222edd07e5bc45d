"""How far two samples stand apart, quickly: the distance of their means along the best straight line between them."""

from __future__ import annotations

import numpy as np

from expert.run import FloatArray

_FOLDS = 4
_RIDGE = 0.05
"""The penalty on the squared slopes, relative to the number of samples, as standardized features have variance 1."""


def separation(train: FloatArray, test: FloatArray) -> float:
    """The distance in standard deviations (d′), cross-validated; it goes on growing where an AUC stands at 1.

    `train` and `test` are features of shape (n, k) and (m, k), NaN where missing. They are ranked over both samples
    first, so that a scale or an outlier does not count, and squared, so that a change of spread counts; missing is a
    feature of its own. See Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, 4.3.
    """
    design = _design(np.concatenate([train, test]))
    is_test = np.concatenate([np.zeros(len(train)), np.ones(len(test))])
    weights = np.where(is_test, 1 / len(test), 1 / len(train))
    fold = np.concatenate([np.arange(len(train)), np.arange(len(test))]) % _FOLDS
    scores = np.empty(len(design))
    for n in range(_FOLDS):
        kept = fold != n
        scores[~kept] = _discriminant(design[kept], is_test[kept], weights[kept], design[~kept])
    of_train, of_test = scores[is_test == 0], scores[is_test == 1]
    spread = ((of_train.var() + of_test.var()) / 2) ** 0.5
    return max(0.0, float(of_test.mean() - of_train.mean()) / max(1e-9, float(spread)))


def _design(values: FloatArray) -> FloatArray:
    """Normal scores, their squares, and what is missing, each with mean 0 and variance 1."""
    missing = np.isnan(values)
    ranks = np.empty_like(values)
    for n, column in enumerate(values.T):
        found = np.sort(column[~missing[:, n]])
        if len(found):
            middle = (np.searchsorted(found, column) + np.searchsorted(found, column, "right")) / 2
            ranks[:, n] = (middle + 0.5) / (len(found) + 1)
    scores = np.where(missing, 0.0, _normal(np.clip(ranks, 1e-3, 1 - 1e-3)))
    every = np.concatenate([scores, scores**2, missing.astype(float)], axis=1)
    spread = every.std(axis=0)
    kept = spread > 1e-9
    every = every[:, kept]
    design: FloatArray = (every - every.mean(axis=0)) / spread[kept]
    return design


def _normal(shares: FloatArray) -> FloatArray:
    from scipy.special import ndtri

    scores: FloatArray = ndtri(shares)
    return scores


def _discriminant(x: FloatArray, y: FloatArray, weights: FloatArray, unseen: FloatArray) -> FloatArray:
    """Ridge regression on the class, which has the direction of the linear discriminant."""
    total = weights.sum()
    center, mean = weights @ x / total, weights @ y / total
    x = x - center
    slopes = np.linalg.solve(
        (x * weights[:, None]).T @ x + _RIDGE * total * np.eye(x.shape[1]), x.T @ (weights * (y - mean))
    )
    found: FloatArray = (unseen - center) @ slopes
    return found
