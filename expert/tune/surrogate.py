"""Where the optimum may lie: a Gaussian process through the trials, and the best points of functions drawn from it.

Each function that the process draws is one that the trials allow; where its best point lies is one place where the
optimum may be (Thompson sampling). Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, chapter 2.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from expert.run import FloatArray, IntArray
from expert.tune.space import Scale

_MOST = 250
"""So many trials are enough for the process, whose cost grows with their cube: the best half, and others at random."""
_EVEN, _BEST, _NEAR = 512, 8, 16
_DRAWS = 512


@dataclass(frozen=True, eq=False)
class Surrogate:
    """What the trials tell of the whole space.

    `optima` are places where the optimum may be, shape (draws, knobs); `best` is the place with the best mean;
    `mean(places)` the expected result there, in the unit of the results, lower is better; `noise` the deviation of a
    result that no knob explains, in that unit.
    """

    optima: FloatArray
    best: FloatArray
    mean: Callable[[FloatArray], FloatArray]
    noise: float


def surrogate(points: FloatArray, results: FloatArray, scales: Sequence[Scale], seed: int = 0) -> Surrogate:
    """The process through the trials. Lower `results` are better; those not finite failed and count as the worst."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
    from threadpoolctl import threadpool_limits

    random = np.random.default_rng(seed)
    filled = np.where(np.isnan(points), 0.5, points)
    target = _capped(results)
    center, unit = float(target.mean()), float(target.std()) or 1.0
    target = (target - center) / unit
    kept = _kept(target, random)
    features = _features(filled, scales)
    matern = Matern(np.full(features.shape[1], 0.5), (0.08, 10.0), nu=2.5)
    kernel = ConstantKernel(1.0, (0.05, 20.0)) * matern + WhiteKernel(0.05, (1e-4, 1.0))
    process = GaussianProcessRegressor(kernel, n_restarts_optimizer=1, random_state=seed)
    with warnings.catch_warnings(), threadpool_limits(1):  # small matrices: threads would only wait for each other
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(features[kept], target[kept])
        candidates = _candidates(filled, target, scales, random)
        mean, covariance = process.predict(_features(candidates, scales), return_cov=True)
        noise = float(process.kernel_.k2.noise_level)
        # the functions themselves, without the noise of their results
        values, vectors = np.linalg.eigh(covariance - noise * np.eye(len(candidates)))
        normal = random.standard_normal((len(values), _DRAWS))
        drawn = mean[:, None] + (vectors * np.sqrt(values.clip(0))) @ normal
    return Surrogate(
        candidates[drawn.argmin(0)],
        candidates[int(mean.argmin())],
        lambda places: center + unit * process.predict(_features(places, scales)),
        unit * noise**0.5,
    )


def _capped(results: FloatArray) -> FloatArray:
    """The results, none further behind the median than the best is ahead of it: worse is only worse."""
    finite = results[np.isfinite(results)]
    best, middle = float(finite.min()), float(np.median(finite))
    ceiling = 2 * middle - best
    return np.where(np.isfinite(results), results, ceiling).clip(None, ceiling)


def _kept(target: FloatArray, random: np.random.Generator) -> IntArray:
    order = np.argsort(target)
    if len(order) <= _MOST:
        return order
    best, rest = order[: _MOST // 2], order[_MOST // 2 :]
    return np.concatenate([best, random.choice(rest, _MOST - len(best), replace=False)])


def _features(places: FloatArray, scales: Sequence[Scale]) -> FloatArray:
    """Numbers as their places, choices as one column for each."""
    columns = []
    for n, scale in enumerate(scales):
        if scale.kind == "choice":
            columns += [(places[:, n] == choice) / 2**0.5 for choice in range(len(scale.choices))]
        else:
            columns.append(places[:, n])
    return np.stack(columns, axis=1)


def _candidates(
    points: FloatArray, target: FloatArray, scales: Sequence[Scale], random: np.random.Generator
) -> FloatArray:
    """Points that fill the space evenly, and points around the best trials."""
    from scipy.stats.qmc import Sobol

    even = Sobol(len(scales), seed=random).random(_EVEN)
    best = points[np.argsort(target)[:_BEST]]
    near = np.repeat(best, _NEAR, axis=0)
    moved = near + random.normal(0, 0.05, near.shape)
    found = np.concatenate([even, moved, best])
    for n, scale in enumerate(scales):
        if scale.kind == "choice":
            found[:, n] = np.concatenate([np.floor(even[:, n] * len(scale.choices)), near[:, n], best[:, n]])
    numbers = [n for n, scale in enumerate(scales) if scale.kind != "choice"]
    found[:, numbers] = found[:, numbers].clip(0, 1)
    return found
