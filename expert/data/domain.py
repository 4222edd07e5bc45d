"""Can a classifier tell one split from another? Its area under the ROC curve, with an interval, and the scores.

A half means that it cannot. The classifier is one of extremely randomized trees, as it needs no tuning and no scaling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expert.data.encoded import Matrix

ROWS = 3_000
"""Of each split so many samples take part."""
TREES = 120
FOLDS = 5


@dataclass(frozen=True, eq=False)
class Told:
    """How well two samples are told apart: `auc` with its 95 % interval, and for each sample how test-like it looks.

    `p` is how likely scores of samples that are alike would be so far apart (Mann & Whitney 1947).
    """

    auc: float
    low: float
    high: float
    p: float
    ours: NDArray[np.float64]
    theirs: NDArray[np.float64]


def told_apart(ours: Matrix, theirs: Matrix, seed: int = 0) -> Told | None:
    """Out-of-fold scores of both samples; None where one has fewer than ten rows, or fewer than five that differ."""
    if min(len(ours), len(theirs)) < 2 * FOLDS:
        return None
    from scipy.stats import mannwhitneyu
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

    x = np.vstack([ours, theirs])
    y = np.repeat([0, 1], [len(ours), len(theirs)])
    copies = np.unique(x, axis=0, return_inverse=True)[1].ravel()  # to have one does not tell where a row is from
    if min(len(np.unique(copies[y == side])) for side in (0, 1)) < FOLDS:
        return None
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    scores = cross_val_predict(trees(seed), x, y, groups=copies, cv=folds, method="predict_proba")[:, 1]
    auc = float(roc_auc_score(y, scores))
    error = standard_error(auc, len(ours), len(theirs))
    low, high = max(0.0, auc - 1.96 * error), min(1.0, auc + 1.96 * error)
    of_ours, of_theirs = scores[: len(ours)], scores[len(ours) :]
    p = float(mannwhitneyu(of_theirs, of_ours, alternative="greater", method="asymptotic").pvalue)
    return Told(auc, low, high, p, of_ours, of_theirs)


def trees(seed: int = 0) -> Any:
    """The classifier, not fitted."""
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(TREES, min_samples_leaf=3, class_weight="balanced", random_state=seed, n_jobs=2)


def standard_error(auc: float, negatives: int, positives: int) -> float:
    """The standard error of an area under the ROC curve (Hanley & McNeil 1982)."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (positives - 1) * (q1 - auc**2) + (negatives - 1) * (q2 - auc**2)
    return float(np.sqrt(max(0.0, spread) / (negatives * positives)))


def discrepancy(ours: Matrix, theirs: Matrix, seed: int = 0, rounds: int = 300) -> tuple[float, float]:
    """Maximum mean discrepancy with a Gaussian kernel of the median distance, and its p-value by permutation.

    Gretton et al. 2012; the biased statistic, the root of which is a distance.
    """
    from scipy.spatial.distance import cdist

    x = np.vstack([ours, theirs]).astype(np.float64)
    squares = cdist(x, x, "sqeuclidean")
    width = float(np.median(squares[squares > 0])) if (squares > 0).any() else 1.0
    kernel = np.exp(-squares / width)
    weights = np.concatenate([np.full(len(ours), 1 / len(ours)), np.full(len(theirs), -1 / len(theirs))])
    random = np.random.default_rng(seed)
    tried = np.stack([weights, *(random.permutation(weights) for _ in range(rounds))])
    found = np.einsum("ij,ij->i", tried @ kernel, tried)
    return float(np.sqrt(max(0.0, found[0]))), float((1 + (found[1:] >= found[0]).sum()) / (1 + rounds))
