"""All that is known of a sweep: its knobs, result, noise, importance, failures, interactions and next ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from expert.run import FloatArray
from expert.tune.failures import Region, region
from expert.tune.importance import Importance, importance
from expert.tune.noise import Noise, noise
from expert.tune.ranges import EACH, MANY, Next, following, without
from expert.tune.results import Result
from expert.tune.space import Scale, points, scales
from expert.tune.surrogate import Surrogate, surrogate
from expert.tune.trials import Knob, Sweep

FEWEST = 6
"""Below so many finished trials nothing is said of where the optimum lies."""
_LEADING = 5
"""One of so many trials leads, and at least so many do."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured of a sweep; `places` has a row per trial and a column per scale.

    Without enough finished trials `surrogate` is None and nothing `follows`.
    """

    sweep: Sweep
    result: Result
    scales: tuple[Scale, ...]
    fixed: Mapping[str, Knob]
    places: FloatArray
    failed: NDArray[np.bool_]
    importance: Mapping[str, Importance]
    regions: tuple[Region | None, ...]
    surrogate: Surrogate | None
    noise: Noise | None
    follows: tuple[Next, ...]
    interactions: Mapping[str, tuple[str, float]]
    notes: tuple[str, ...]

    @property
    def order(self) -> list[int]:
        """The finished trials, the best first."""
        losses = self.result.losses
        return [int(n) for n in np.argsort(losses) if np.isfinite(losses[n])]

    @property
    def chosen(self) -> int | None:
        """The trial whose setting is expected to be best once more; the best of many was the luckiest, too.

        It is one of the leading ones: what did much worse is not taken, as the surrogate may be wrong there.
        """
        if self.surrogate is None:
            return None
        leading = self.order[: max(_LEADING, len(self.order) // _LEADING)]
        return min(leading, key=self.surrogate.expected.__getitem__)


def measured(sweep: Sweep, result: Result) -> Measured:
    """Everything that the trials of a sweep tell."""
    found, fixed, notes = scales(sweep)
    places = points(found, sweep)
    failed = np.isnan(result.values)
    regions = tuple(region(places[:, n], failed, scale) for n, scale in enumerate(found))
    finished = result.values[~failed]
    is_told = len(finished) >= FEWEST and bool(found) and float(np.ptp(finished)) > 0
    process = surrogate(places, result.losses, found) if is_told else None
    mattered = importance(places, result.losses, found)
    follows = _follows(sweep, result, found, process, regions, mattered) if process else ()
    val_size = sweep.described.get("val_size")
    return Measured(
        sweep,
        result,
        found,
        fixed,
        places,
        failed,
        mattered,
        regions,
        process,
        noise(places, result, val_size if isinstance(val_size, float) else None, process.noise if process else 0.0),
        follows,
        _interactions(process, found),
        notes,
    )


def _follows(
    sweep: Sweep,
    result: Result,
    found: Sequence[Scale],
    process: Surrogate,
    regions: Sequence[Region | None],
    mattered: Mapping[str, Importance],
) -> tuple[Next, ...]:
    """What to search next of each knob."""
    best = sweep.trials[int(np.nanargmin(result.losses))].knobs
    is_told = np.isfinite(result.losses).sum() >= max(MANY, EACH * len(found))
    follows = []
    for n, scale in enumerate(found):
        explained = mattered[scale.name].low if scale.name in mattered else 0.0
        one = following(scale, process.optima[:, n], regions[n], explained)
        follows.append(without(one, float(process.swing[n]), best.get(scale.name)) if is_told else one)
    return tuple(follows)


def _interactions(process: Surrogate | None, found: Sequence[Scale]) -> dict[str, tuple[str, float]]:
    """For each knob the one that it acts together with most, and the share of the variance of what they do together.

    Second-order Sobol' indices of the expected result, as the closed index of a pair less both main effects; Saltelli
    et al. 2010. Numbers only.
    """
    numbers = [n for n, scale in enumerate(found) if scale.kind != "choice"]
    if process is None or len(numbers) < 2:
        return {}
    random = np.random.default_rng(0)
    one, other = (random.random((2048, len(found))) for _ in range(2))
    for n, scale in enumerate(found):
        if scale.kind == "choice":
            one[:, n], other[:, n] = process.best[n], process.best[n]
    first = process.mean(one)
    variance = float(first.var())
    if variance == 0:
        return {}

    def closed(kept: Sequence[int]) -> float:
        mixed = other.copy()
        mixed[:, kept] = one[:, kept]
        return float(np.mean((first - first.mean()) * (process.mean(mixed) - first.mean()))) / variance

    main = {n: closed([n]) for n in numbers}
    pairs = {(a, b): closed([a, b]) - main[a] - main[b] for a in numbers for b in numbers if a < b}
    best: dict[str, tuple[str, float]] = {}
    for (a, b), share in sorted(pairs.items(), key=lambda pair: pair[1]):
        if share > 0:
            best[found[a].name], best[found[b].name] = (found[b].name, share), (found[a].name, share)
    return best
