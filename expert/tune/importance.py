"""How much each knob mattered: Optuna's fANOVA over the trials, its interval from resampled trials.

Hutter, Hoos and Leyton-Brown 2014, An Efficient Approach for Assessing Hyperparameter Importance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from expert.run import FloatArray
from expert.tune.space import Scale

_RESAMPLED = 16
_TREES = 16
_MOST = 120
"""So many trials at most are looked at at once: what more would tell is narrower than the interval."""
ENOUGH = 8
"""Below so many trials nothing is said of importance."""

SENSITIVITY: Mapping[str, str] = {
    **dict.fromkeys(
        ("lr", "scheduler", "loss", "width", "hidden_size", "hidden_units", "units", "warmup_steps"), "high"
    ),
    **dict.fromkeys(("initialization", "depth", "weight_decay", "l1", "l2", "dropout", "label_smoothing"), "medium"),
    **dict.fromkeys(("kernel_size", "filters", "channels", "num_heads", "grad_clip"), "medium"),
    **dict.fromkeys(("optimizer", "batch_size", "hidden_activations", "momentum"), "low"),
}
"""How much a model depends on a knob in general, by FSDL 2021, lecture 7."""


@dataclass(frozen=True)
class Importance:
    """The share of the results' variance that a knob explains by itself, with its interval (5% to 95%)."""

    value: float
    low: float
    high: float


def importance(
    points: FloatArray, results: FloatArray, scales: Sequence[Scale], seed: int = 0
) -> dict[str, Importance]:
    """The importance of each knob by name; `results` may hold NaN. Ranks are explained, so that no outlier decides."""
    from scipy.stats import rankdata

    usable = np.isfinite(results)
    columns = [n for n in range(len(scales)) if np.isfinite(points[usable, n]).all()]
    if usable.sum() < ENOUGH or not columns or np.ptp(results[usable]) == 0:
        return {}
    random = np.random.default_rng(seed)
    rows = np.flatnonzero(usable)
    if len(rows) > _MOST:
        rows = random.choice(rows, _MOST, replace=False)
    ranks = rankdata(results[rows]) / len(rows)
    asked = [scales[n] for n in columns]
    places = points[rows][:, columns]
    whole = _fanova(places, ranks, asked, seed)
    drawn = []
    for repeat in range(_RESAMPLED):
        again = random.integers(0, len(rows), len(rows))
        drawn.append(_fanova(places[again], ranks[again], asked, repeat))
    found = {}
    for n, scale in enumerate(asked):
        spread = np.array([one[n] for one in drawn])
        low, high = np.quantile(spread, [0.05, 0.95])
        found[scale.name] = Importance(whole[n], float(min(low, whole[n])), float(max(high, whole[n])))
    return found


def _fanova(places: FloatArray, ranks: FloatArray, scales: Sequence[Scale], seed: int) -> list[float]:
    """The importances as fANOVA gives them: shares of the variance that the forest explains."""
    import optuna
    from optuna.importance import FanovaImportanceEvaluator

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()
    distributions: dict[str, Any] = {
        f"knob {n}": optuna.distributions.CategoricalDistribution(tuple(range(len(scale.choices))))
        if scale.kind == "choice"
        else optuna.distributions.FloatDistribution(
            min(0.0, float(places[:, n].min())), max(1.0, float(places[:, n].max()))
        )
        for n, scale in enumerate(scales)
    }
    for row, rank in zip(places, ranks, strict=True):
        values = {
            f"knob {n}": int(value) if scale.kind == "choice" else float(value)
            for n, (value, scale) in enumerate(zip(row, scales, strict=True))
        }
        study.add_trial(optuna.trial.create_trial(params=values, distributions=distributions, value=float(rank)))
    evaluator = FanovaImportanceEvaluator(n_trees=_TREES, seed=seed)
    found = evaluator.evaluate(study)
    shares = [float(found.get(f"knob {n}", 0.0)) for n in range(len(scales))]
    return [max(0.0, share) if math.isfinite(share) else 0.0 for share in shares]
