"""Training beside validation: the gap, its course, the best step and what came after."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from expert.run import RunLog, Series
from expert.signals._shape import FEWEST, at_steps, end, noise, position, smooth, start
from expert.signals.units import At, Count, Deviations, Loss, Metric, Ratio, Share, Step


def val_loss_points(val_loss: Series) -> Count | None:
    """How many finite validation losses were logged."""
    return float(len(val_loss.finite))


def has_validation(val_loss: Series | None, val_metric: Series | None) -> bool | None:
    """Whether anything was measured on held-out data during training."""
    return any(series is not None and len(series.finite) > 0 for series in (val_loss, val_metric))


def best_val_loss(val_loss: Series) -> Loss | At | None:
    """The lowest validation loss."""
    step = _lowest_step(val_loss)
    return None if step is None else At(float(val_loss.finite.values.min()), step, step)


def last_val_loss(val_loss: Series) -> Loss | None:
    """The validation loss at the end."""
    return end(val_loss) if len(val_loss.finite) else None


def best_val_step(val_loss: Series) -> Step | None:
    """The step of the lowest validation loss."""
    return _lowest_step(val_loss)


def best_val_position(val_loss: Series) -> Share | None:
    """Where in the run the validation loss was lowest, 0 (start) to 1 (end)."""
    step = _lowest_step(val_loss)
    return None if step is None else position(val_loss, step)


def val_loss_rise(val_loss: Series) -> Share | At | None:
    """How far the validation loss ended above its lowest, as a share of its lowest (of its fall, if it is negative)."""
    best = _best(val_loss)
    if best is None:
        return None
    step, lowest = best
    scale = lowest if val_loss.finite.values.min() > 0 else start(val_loss) - lowest
    return At((end(val_loss) - lowest) / scale, step, val_loss.finite.steps[-1]) if scale > 0 else None


def val_loss_rise_over_noise(val_loss: Series) -> Deviations | None:
    """How far the validation loss ended above its lowest, in standard deviations of its noise."""
    best, spread = _best(val_loss), noise(val_loss)
    if best is None or spread is None:
        return None
    return (end(val_loss) - best[1]) / max(spread, 1e-6 * abs(best[1]) + 1e-12)


def val_points_after_best(val_loss: Series) -> Count | None:
    """How many validations came after the best one."""
    best = _best(val_loss)
    return None if best is None else float(np.sum(val_loss.finite.steps > best[0]))


def val_rise_sustained(val_loss: Series) -> Share | None:
    """The share of validations after the best that lie above it by more than the noise."""
    best, spread = _best(val_loss), noise(val_loss)
    if best is None or spread is None:
        return None
    after = val_loss.finite.values[val_loss.finite.steps > best[0]]
    return float(np.mean(after > best[1] + spread)) if len(after) >= 3 else None


def train_fall_after_best(train_loss: Series, val_loss: Series) -> Share | None:
    """How much of its level the training loss still lost after the validation loss was at its lowest."""
    best = _best(val_loss)
    if best is None or len(train_loss.finite) < FEWEST:
        return None
    level = float(at_steps(train_loss, np.array([best[0]]))[0])
    return (level - end(train_loss)) / abs(level) if level else None


def generalization_gap(train_loss: Series, val_loss: Series) -> Loss | None:
    """The validation loss less the training loss, at the end."""
    return end(val_loss) - end(train_loss) if len(train_loss.finite) and len(val_loss.finite) else None


def gap_ratio(train_loss: Series, val_loss: Series) -> Ratio | None:
    """The validation loss over the training loss, at the end; losses that can be negative have none."""
    if min(len(train_loss.finite), len(val_loss.finite)) < 2:
        return None
    if min(train_loss.finite.values.min(), val_loss.finite.values.min()) < 0 or end(train_loss) <= 0:
        return None
    return end(val_loss) / end(train_loss)


def best_gap_ratio(train_loss: Series, val_loss: Series) -> Ratio | None:
    """The validation loss over the training loss, where the validation loss is lowest."""
    best = _best(val_loss)
    if best is None or not len(train_loss.finite) or train_loss.finite.values.min() < 0:
        return None
    level = float(at_steps(train_loss, np.array([best[0]]))[0])
    return best[1] / level if level > 0 else None


def gap_growth(train_loss: Series, val_loss: Series) -> Share | None:
    """How much the gap between validation and training loss grew in the second half, over the validation loss."""
    if min(len(train_loss.curve), len(val_loss.curve)) < 6 or end(val_loss) <= 0:
        return None
    steps = val_loss.curve.steps
    gaps = smooth(val_loss) - at_steps(train_loss, steps)
    return float((gaps[-1] - gaps[len(gaps) // 2]) / abs(end(val_loss)))


def val_below_train_share(train_loss: Series, val_loss: Series) -> Share | None:
    """The share of validations whose loss lies more than 10 % below the training loss at the same step."""
    if len(val_loss.curve) < FEWEST or len(train_loss.curve) < FEWEST or train_loss.finite.values.min() < 0:
        return None
    return float(np.mean(smooth(val_loss) < 0.9 * at_steps(train_loss, val_loss.curve.steps)))


def val_loss_fall(val_loss: Series) -> Share | None:
    """The share of the first validation loss that training removed, at its best; negative losses have none."""
    if len(val_loss.finite) < 3 or val_loss.finite.values.min() < 0 or start(val_loss) <= 0:
        return None
    return 1 - float(smooth(val_loss).min()) / start(val_loss)


def best_val_metric(val_metric: Series) -> Metric | At | None:
    """The best validation metric."""
    values = val_metric.finite.values
    if not len(values):
        return None
    best = int(values.argmax() if val_metric.better == "higher" else values.argmin())
    return At(float(values[best]), val_metric.finite.steps[best], val_metric.finite.steps[best])


def last_val_metric(val_metric: Series) -> Metric | None:
    """The validation metric at the end."""
    return end(val_metric) if len(val_metric.finite) else None


def last_train_metric(train_metric: Series) -> Metric | None:
    """The training metric at the end."""
    return end(train_metric) if len(train_metric.finite) else None


def metric_gap(train_metric: Series, val_metric: Series) -> Metric | None:
    """How much better the training metric is than the validation metric, at the end; both are shares of 1."""
    if train_metric.name.split("_", 1)[1] != val_metric.name.split("_", 1)[1] or not (
        len(train_metric.finite) and len(val_metric.finite)
    ):
        return None
    difference = end(train_metric) - end(val_metric)
    if max(np.abs(train_metric.finite.values).max(), np.abs(val_metric.finite.values).max()) > 1:
        return None
    return difference if val_metric.better == "higher" else -difference


def val_metric_drop(val_metric: Series) -> Metric | At | None:
    """How far the validation metric ended below its best: its best smoothed value less the best of its last tenth."""
    return _drop(val_metric)


def val_metric_drop_over_noise(val_metric: Series, val_metric_drop: float) -> Deviations | None:
    """How far the validation metric ended below its best, in standard deviations of its noise."""
    spread = noise(val_metric)
    return None if spread is None else val_metric_drop / max(spread, 1e-6)


def val_metric_drop_share(val_metric: Series) -> Share | At | None:
    """How far the validation metric ended worse than its best, as a share of its best."""
    return _drop_share(val_metric)


def shared_metric_drop(run: RunLog) -> Share | At | None:
    """How far a metric fell back from its best in training and validation alike, as a share of its best.

    Of all metrics for which higher is better (precision and recall trade with each other and do not count) the one that
    fell furthest in both; falls of less than four standard deviations of the noise count as none.
    """
    return _shared(run, _clear_drop)


def shared_metric_collapse(run: RunLog) -> Share | At | None:
    """The furthest that a metric fell from what it had reached, in training and validation alike, as a share of that.

    It may have recovered since. Counted as the drop at the end is: see there.
    """
    return _shared(run, _clear_collapse)


def metric_gain(run: RunLog) -> Share | At | None:
    """How far a metric, of training or validation, rose from its first value to its best; the largest of all.

    In units of 1, or of its best where that is above 1. Only metrics for which higher is better count; what is within
    ten standard deviations of the noise is no gain.
    """
    gains = [
        _clear_gain(s) for s in sorted(run.series, key=lambda s: s.name) if s.role == "metric" and s.better == "higher"
    ]
    return max((gain for gain in gains if gain is not None), key=lambda gain: gain.value, default=None)


def val_metric_improving(val_metric: Series) -> bool | None:
    """Whether the validation metric's last quarter is better than its third."""
    if len(val_metric.curve) < 8:
        return None
    values = smooth(val_metric) * (1 if val_metric.better == "higher" else -1)
    quarter = len(values) // 4
    return float(np.median(values[-quarter:])) > float(np.median(values[-2 * quarter : -quarter])) + 1e-12


def val_metric_noise(val_metric: Series) -> Metric | None:
    """The standard deviation of a validation metric, a share of 1, around its own trend in the second half."""
    values = val_metric.finite.values
    late = values[len(values) // 2 :]
    if len(late) < FEWEST or np.abs(values).max() > 1:
        return None
    return float(1.4826 * np.median(np.abs(np.diff(late, 2))) / np.sqrt(6))


def metric_standard_error(val_size: float, last_val_metric: float) -> Metric | None:
    """The standard error of a share measured on `val_size` samples: sqrt(p(1 − p)/n), the binomial's."""
    share = last_val_metric
    return float(np.sqrt(max(share * (1 - share), 1e-12) / val_size)) if val_size > 0 and 0 <= share <= 1 else None


def two_standard_errors(metric_standard_error: float) -> Metric | None:
    """The difference below which two results on this validation set are the same."""
    return 2 * metric_standard_error


def known_result_gap(val_metric: Series, known_result: float) -> Share | None:
    """How much worse the best validation metric is than a known result, as a share of it (percent or share alike)."""
    values = val_metric.finite.values
    if not len(values) or not known_result:
        return None
    known = known_result / 100 if np.abs(values).max() <= 1 < known_result else known_result
    worse = known - values.max() if val_metric.better == "higher" else values.min() - known
    return float(worse / abs(known))


def _shared(run: RunLog, fallen: Callable[[Series], At | None]) -> At | float | None:
    """Of the metrics with both splits the one that fell furthest, by the split in which it fell less."""
    by_name = {series.name: series for series in run.series if series.role == "metric"}
    pairs = [(by_name[n], by_name.get(f"val_{n[6:]}")) for n in sorted(by_name) if n.startswith("train_")]
    drops = [
        min((fallen(train), fallen(val)), key=lambda drop: drop.value if drop else 0.0)
        for train, val in pairs
        if val is not None and not {"precision", "recall"} & set(train.name.split("_"))
    ]
    known = [drop for drop in drops if drop is not None]
    worst = max(known, key=lambda drop: drop.value, default=None)
    return worst if worst is None or worst.value else 0.0


def _clear_collapse(metric: Series) -> At | None:
    """The largest fall of the smoothed metric below what it had reached, 0 if that is within its noise."""
    spread = noise(metric) if metric.better == "higher" and len(metric.curve) >= 2 * FEWEST else None
    if spread is None:
        return None
    values, steps = smooth(metric), metric.curve.steps
    reached = np.maximum.accumulate(values)
    low = int((reached - values).argmax())
    fell, peak = float(reached[low] - values[low]), float(reached[low])
    return At(
        fell / peak if peak > 0 and fell >= 10 * spread else 0.0, steps[int(values[: low + 1].argmax())], steps[low]
    )


def _clear_drop(metric: Series) -> At | None:
    """The share of its best that a metric lost, 0 if that is within its noise."""
    drop, spread = _drop_share(metric) if metric.better == "higher" else None, noise(metric)
    if drop is None or spread is None or _best_level(metric) <= 0:
        return None
    lost = float(drop.value) * _best_level(metric)
    return drop if lost >= 4 * spread else At(0.0, drop.first, drop.last)


def _clear_gain(metric: Series) -> At | None:
    spread = noise(metric)
    if spread is None:
        return None
    best, steps = _best_level(metric), metric.curve.steps
    gained = best - float(metric.curve.values[0])
    return At(gained / max(best, 1.0) if gained >= 10 * spread else 0.0, steps[0], steps[-1])


def _drop(metric: Series) -> At | None:
    if len(metric.curve) < FEWEST:
        return None
    values, steps = smooth(metric) * (1 if metric.better == "higher" else -1), metric.curve.steps
    best, last = int(values.argmax()), values[-max(1, len(values) // 10) :]
    return At(float(values[best] - last.max()), steps[best], steps[-1])


def _drop_share(metric: Series) -> At | None:
    drop = _drop(metric)
    best = abs(_best_level(metric)) if drop else 0.0
    return At(float(drop.value) / best, drop.first, drop.last) if drop and best > 0 else None


def _best_level(metric: Series) -> float:
    return float(smooth(metric).max() if metric.better == "higher" else smooth(metric).min())


def _lowest_step(val_loss: Series) -> float | None:
    return float(val_loss.finite.steps[val_loss.finite.values.argmin()]) if len(val_loss.finite) >= 3 else None


def _best(val_loss: Series) -> tuple[float, float] | None:
    """The step and value of the lowest smoothed loss."""
    if len(val_loss.curve) < 3:
        return None
    values = smooth(val_loss)
    best = int(values.argmin())
    return float(val_loss.curve.steps[best]), float(values[best])
