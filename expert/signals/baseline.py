"""A known result that the run is compared with: the log given with `--baseline`."""

from __future__ import annotations

from expert.run import Series
from expert.signals.units import Loss, Metric, Ratio


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


def _ratio(series: Series, reached: float, known: float) -> float | None:
    """None unless both are positive numbers, as only then a ratio says which is worse."""
    return float(reached / known) if len(series.finite) and reached > 0 and known > 0 else None
