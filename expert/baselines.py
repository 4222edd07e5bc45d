"""Known runs of the same problem → what they reached, and the band within which one more run would lie.

Each quantity is given by the median over the known runs. Its band is the half-width of the 95 % prediction interval of
one further observation, t(0.975, n − 1) · s · √(1 + 1/n), from the deviation s of n runs; one run alone has no band.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import sqrt

import numpy as np

from expert import vocabulary
from expert.run import RunLog, Series

PROGRESS = 0.9
"""Progress is timed by the step at which this share of the known runs' whole fall of the loss is done."""
_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)
"""The 0.975 quantiles of Student's t with 1, 2, … degrees of freedom; beyond, 2.1 is within 2 %."""


def known(run: RunLog, baselines: Sequence[RunLog]) -> dict[str, float]:
    """What the baselines reached, as settings of the run: `baseline_NAME`, and `baseline_NAME_band` where it is known.

    The best and last validation loss and metric, the last training loss, and the steps to the level of `PROGRESS`.
    A metric counts if it is the run's own.
    """
    if not baselines:
        return {}
    played = [{s.name: s.finite for s in vocabulary.played(b.series) if len(s.finite)} for b in baselines]
    alike = [one for one, baseline in zip(played, baselines, strict=True) if main_metric(baseline) == main_metric(run)]
    found = {"baseline_runs": float(len(baselines))}
    found |= _quantity("val_loss", played, "val_loss", lambda s: float(s.values.min()))
    found |= _quantity("last_val_loss", played, "val_loss", lambda s: float(s.values[-1]))
    found |= _quantity("train_loss", played, "train_loss", lambda s: float(s.values[-1]))
    found |= _quantity("val_metric", alike, "val_metric", best)
    found |= _quantity("last_val_metric", alike, "val_metric", lambda s: float(s.values[-1]))
    return found | _progress([one for one, b in zip(played, baselines, strict=True) if b.clock == run.clock])


def best(series: Series) -> float:
    """The best finite value of a metric."""
    return float(series.finite.values.max() if series.better == "higher" else series.finite.values.min())


def steps_to(series: Series, level: float) -> float | None:
    """How many steps after its first a loss is at that level or below; None if it never is."""
    reached = np.flatnonzero(series.finite.values <= level)
    return float(series.finite.steps[reached[0]] - series.finite.steps[0]) if len(reached) else None


def main_metric(run: RunLog) -> str:
    """The name of the main validation metric, as it was before it played its part."""
    played = next((s for s in vocabulary.played(run.series) if s.name == "val_metric"), None)
    return next((s.name for s in run.series if played is not None and s.column == played.column), "")


def _progress(played: Sequence[Mapping[str, Series]]) -> dict[str, float]:
    losses = [one["train_loss"] for one in played if len(one.get("train_loss", ())) > 4]
    if not losses:
        return {}
    first, lowest = (float(np.median([pick(s.values) for s in losses])) for pick in (lambda v: v[0], np.min))
    level = first - PROGRESS * (first - lowest)
    steps = [n for s in losses if (n := steps_to(s, level)) is not None]
    return {"baseline_level": level, **_band("level_steps", steps)} if len(steps) == len(losses) else {}


def _quantity(
    name: str, played: Sequence[Mapping[str, Series]], series: str, taken: Callable[[Series], float]
) -> dict[str, float]:
    return _band(name, [taken(one[series]) for one in played if series in one])


def _band(name: str, values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    found = {f"baseline_{name}": float(np.median(values))}
    n = len(values)
    if n > 1:
        student = _STUDENT[n - 2] if n - 2 < len(_STUDENT) else 2.1
        found[f"baseline_{name}_band"] = student * float(np.std(values, ddof=1)) * sqrt(1 + 1 / n)
    return found
