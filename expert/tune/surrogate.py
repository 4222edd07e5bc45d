"""Where the optimum may lie: a Gaussian process through the trials, and the best points of functions drawn from it.

Each function that the process draws is one that the trials allow; where its best point lies is one place where the
optimum may be (Thompson sampling). Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, chapter 2.
One process is too sure of its own length scales, so that others are fitted to resampled trials beside it (bagging).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from expert.run import FloatArray, IntArray
from expert.tune.space import Scale

_MOST = 150
"""So many trials are enough for the process, whose cost grows with their cube: the best half, and others at random."""
_EVEN, _BEST, _NEAR = 512, 8, 16
_DRAWS = 512
_RESAMPLED = 5
_SLICED = 9
_SOFT = 0.1
"""Results nearer to the best than this share of the median's distance are told apart less and less."""


@dataclass(frozen=True, eq=False)
class Surrogate:
    """What the trials tell of the whole space.

    `optima` are places where the optimum may be, shape (draws, knobs); `best` is the place with the best mean;
    `expected` the result that each trial's setting would have but for luck, shape (trials,);
    `mean(places)` what is expected there, lower is better, in a unit of its own; `noise` the deviation of a result near
    the best that no knob explains. `swing`, shape (knobs,), is how much worse the result gets at most (95%) where one
    knob alone is moved from `best`, over how far the median trial is behind the best one.
    """

    optima: FloatArray
    best: FloatArray
    expected: FloatArray
    mean: Callable[[FloatArray], FloatArray]
    swing: FloatArray
    noise: float


def surrogate(points: FloatArray, results: FloatArray, scales: Sequence[Scale], seed: int = 0) -> Surrogate:
    """The process through the trials. Lower `results` are better; those not finite failed and count as the worst."""
    from threadpoolctl import threadpool_limits

    random = np.random.default_rng(seed)
    filled = everywhere = np.where(np.isnan(points), 0.5, points)
    target = _target(results)
    center, unit = float(target.mean()), float(target.std()) or 1.0
    target = (target - center) / unit
    kept = _kept(target, random)
    filled, target = filled[kept], target[kept]
    with threadpool_limits(1):  # small matrices: threads would only wait for each other
        process = _process(_features(filled, scales), target, seed)
        candidates = _candidates(filled, target, scales, random)
        processes = [process]
        optima = [candidates[_best_of_draws(process, _features(candidates, scales), random)]]
        for again in (random.integers(0, len(target), len(target)) for _ in range(_RESAMPLED)):
            processes.append(_process(_features(filled[again], scales), target[again], seed))
            near = _candidates(filled[again], target[again], scales, random)
            optima.append(near[_best_of_draws(processes[-1], _features(near, scales), random)])
        mean = process.predict(_features(candidates, scales))
        best = candidates[int(mean.argmin())]
        expected = process.predict(_features(everywhere, scales))
        moved = np.array([[_moved(one, best, n, scales) for n in range(len(scales))] for one in processes])
    residual = float(process.kernel_.k2.noise_level) ** 0.5

    def told(modeled: FloatArray) -> FloatArray:
        """The results that values of the process stand for."""
        return _untargeted(results, center + unit * modeled)

    return Surrogate(
        np.concatenate(optima),
        best,
        told(expected),
        lambda places: process.predict(_features(places, scales)),
        np.median(told(moved[..., 1]) - told(moved[..., 0]), axis=0) / _ends(results)[1],
        float(np.diff(told(mean.min() + np.array([0.0, residual])))[0]),
    )


def _process(features: FloatArray, target: FloatArray, seed: int) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    matern = Matern(np.full(features.shape[1], 0.5), (0.08, 10.0), nu=2.5)
    kernel = ConstantKernel(1.0, (0.05, 20.0)) * matern + WhiteKernel(0.05, (1e-4, 1.0))
    process = GaussianProcessRegressor(kernel, n_restarts_optimizer=1, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return process.fit(features, target)


def _moved(process: Any, best: FloatArray, n: int, scales: Sequence[Scale]) -> tuple[float, float]:
    """What is expected where knob `n` alone is moved from the best place: the least, and the most (95%)."""
    values = np.arange(len(scales[n].choices)) if scales[n].kind == "choice" else np.linspace(0, 1, _SLICED)
    places = np.repeat(best[None], len(values), axis=0)
    places[:, n] = values
    mean, covariance = process.predict(_features(places, scales), return_cov=True)
    covariance = covariance - process.kernel_.k2.noise_level * np.eye(len(mean))
    least, variance = int(mean.argmin()), np.diag(covariance)
    apart = variance + variance[least] - 2 * covariance[:, least]
    return float(mean[least]), float(np.max(mean + 1.64 * np.sqrt(apart.clip(0))))


def _best_of_draws(process: Any, features: FloatArray, random: np.random.Generator) -> IntArray:
    """For each function drawn from the process, without the noise of its results, the row where it is best."""
    mean, covariance = process.predict(features, return_cov=True)
    values, vectors = np.linalg.eigh(covariance - process.kernel_.k2.noise_level * np.eye(len(mean)))
    normal = random.standard_normal((len(values), _DRAWS))
    drawn: FloatArray = mean[:, None] + (vectors * np.sqrt(values.clip(0))) @ normal
    best: IntArray = drawn.argmin(0)
    return best


def _target(results: FloatArray) -> FloatArray:
    """What is modeled: the logarithm of how far a result is behind the best, as what is near the best decides.

    None counts as further behind the median than the best is ahead of it: worse is only worse.
    """
    best, gap = _ends(results)
    behind = np.where(np.isfinite(results), results - best, 2 * gap).clip(None, 2 * gap)
    return np.log(_SOFT * gap + behind)


def _untargeted(results: FloatArray, target: FloatArray) -> FloatArray:
    """The results that values of the model stand for."""
    best, gap = _ends(results)
    return np.asarray(np.exp(target) - _SOFT * gap + best)


def _ends(results: FloatArray) -> tuple[float, float]:
    """The best result, and how far the median is behind it."""
    finite = results[np.isfinite(results)]
    best = float(finite.min())
    return best, float(np.median(finite)) - best or float(np.ptp(finite)) or 1.0


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
