"""Known results that the run is compared with: the runs given with `--baseline`, and the setting known_result.

A result over its band of the known runs is worse than what one more of them would reach (see `baselines.py`).
"""

from __future__ import annotations

import numpy as np

from expert.run import Series
from expert.signals._shape import end
from expert.signals.units import Loss, Metric, Ratio, Share, Step


def baseline_val_loss_ratio(val_loss: Series, baseline_val_loss: float) -> Ratio | None:
    """The best validation loss over the best of the baseline: above 1 the run is worse."""
    return _ratio(val_loss, val_loss.finite.values.min(initial=float("inf")), baseline_val_loss)


def baseline_train_loss_ratio(train_loss: Series, baseline_train_loss: float) -> Ratio | None:
    """The final training loss over the final one of the baseline: above 1 the run is worse."""
    curve = train_loss.curve.values
    return _ratio(train_loss, curve[-1], baseline_train_loss) if len(curve) else None


def baseline_val_loss_excess(val_loss: Series, baseline_val_loss: float) -> Loss | None:
    """The best validation loss minus the best of the baseline: above 0 the run is worse."""
    return float(val_loss.finite.values.min() - baseline_val_loss) if len(val_loss.finite) else None


def baseline_val_metric_shortfall(val_metric: Series, baseline_val_metric: float) -> Metric | None:
    """How much the best validation metric falls short of the best of the baseline: above 0 the run is worse."""
    values = val_metric.finite.values
    if not len(values):
        return None
    return float(
        baseline_val_metric - values.max() if val_metric.better == "higher" else values.min() - baseline_val_metric
    )


def baseline_gap(baseline_val_metric_shortfall: float, baseline_val_metric: float) -> Share | None:
    """How much worse the best validation metric is than that of the baseline, as a share of it."""
    return baseline_val_metric_shortfall / abs(baseline_val_metric) if baseline_val_metric else None


def val_loss_over_band(baseline_val_loss_excess: float, baseline_val_loss_band: float) -> Ratio | None:
    """How far the best validation loss is worse than the baselines', over the band within which these scatter."""
    return _over(baseline_val_loss_excess, baseline_val_loss_band)


def val_metric_over_band(baseline_val_metric_shortfall: float, baseline_val_metric_band: float) -> Ratio | None:
    """How far the best validation metric is worse than the baselines', over the band within which these scatter."""
    return _over(baseline_val_metric_shortfall, baseline_val_metric_band)


def last_val_loss_over_band(
    val_loss: Series, baseline_last_val_loss: float, baseline_last_val_loss_band: float
) -> Ratio | None:
    """How far the last validation loss is worse than the baselines', over the band within which these scatter."""
    return _over(end(val_loss) - baseline_last_val_loss, baseline_last_val_loss_band) if len(val_loss.finite) else None


def last_val_metric_over_band(
    val_metric: Series, baseline_last_val_metric: float, baseline_last_val_metric_band: float
) -> Ratio | None:
    """How far the last validation metric is worse than the baselines', over the band within which these scatter."""
    if not len(val_metric.finite):
        return None
    worse = baseline_last_val_metric - end(val_metric)
    return _over(worse if val_metric.better == "higher" else -worse, baseline_last_val_metric_band)


def steps_to_baseline_level(train_loss: Series, baseline_level: float) -> Step | None:
    """After how many steps the training loss has nine tenths of the baselines' whole fall behind it."""
    reached = np.flatnonzero(train_loss.finite.values <= baseline_level)
    return float(train_loss.finite.steps[reached[0]] - train_loss.finite.steps[0]) if len(reached) else None


def slowness(steps_to_baseline_level: float, baseline_level_steps: float) -> Ratio | None:
    """The steps to the baselines' level over those that the baselines took."""
    return steps_to_baseline_level / baseline_level_steps if baseline_level_steps > 0 else None


def slowness_over_band(
    steps_to_baseline_level: float, baseline_level_steps: float, baseline_level_steps_band: float
) -> Ratio | None:
    """How many steps more than the baselines it took to their level, over the band within which these scatter."""
    return _over(steps_to_baseline_level - baseline_level_steps, baseline_level_steps_band)


def within_two_standard_errors(val_metric: Series, known_result: float, two_standard_errors: float) -> bool | None:
    """Whether the best validation metric differs from the known result by no more than its size of sample explains."""
    values = val_metric.finite.values
    if not len(values):
        return None
    known = known_result / 100 if np.abs(values).max() <= 1 < known_result else known_result
    reached = values.max() if val_metric.better == "higher" else values.min()
    return bool(abs(known - reached) <= two_standard_errors)


def _over(worse: float, band: float) -> float:
    """Runs that agree to the last digit leave no band; a millionth of the difference stands for it."""
    return worse / max(band, 1e-6 * abs(worse) + 1e-30)


def _ratio(series: Series, reached: float, known: float) -> float | None:
    """None unless both are positive numbers, as only then a ratio says which is worse."""
    return float(reached / known) if len(series.finite) and reached > 0 and known > 0 else None
