"""What was measured of a sweep → facts, of the sweep and of each knob."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from expert.facts import Fact, Value
from expert.prose import number
from expert.tune import snippets
from expert.tune.importance import SENSITIVITY
from expert.tune.measured import Measured
from expert.tune.ranges import LIMITS, Next
from expert.tune.space import Scale, canonical, shown
from expert.tune.trials import Knob

_RATE_BOUND = ("optimizer", "batch_size", "momentum")
"""What asks for another learning rate when it changes."""
_FACTOR = 100.0
"""So many times smaller and larger a knob that was never varied is to be searched."""


def facts(found: Measured) -> tuple[Fact, ...]:
    """All facts of a sweep; those of a knob are about it."""
    return (
        *_facts("", _of_sweep(found)),
        *(fact for n in range(len(found.scales)) for fact in _of_knob(found, n)),
        *_untuned(found),
    )


def _facts(about: str, values: Mapping[str, Value | None]) -> Iterator[Fact]:
    for name, value in values.items():
        if value is not None and (isinstance(value, bool | str) or np.isfinite(value)):
            yield Fact(name, float(value) if isinstance(value, int) and not isinstance(value, bool) else value, about)


def _of_sweep(found: Measured) -> dict[str, Value | None]:
    trials, failed = len(found.sweep.trials), int(np.sum(found.failed))
    told: dict[str, Value | None] = {
        "sweep_trials": trials,
        "sweep_knobs": len(found.scales),
        "failed_trials": failed,
        "failed_trials_share": failed / trials if trials else None,
        "sweep_metric": found.result.name,
    }
    if found.order:
        values = found.result.values
        best = found.order[0]
        told |= {"best_trial": found.sweep.trials[best].name, "best_result": float(values[best])}
        told |= {"result_spread": float(np.ptp(values[found.order]))}
    if found.chosen is not None:
        told |= {"chosen_trial": found.sweep.trials[found.chosen].name}
    if found.noise and found.noise.deviation > 0 and len(found.order) > 1:
        losses, deviation = found.result.losses[found.order], found.noise.deviation
        told |= {
            "seed_noise": deviation,
            "noise_source": found.noise.source,
            "runner_up_gap": float(losses[1] - losses[0]) / (2**0.5 * deviation),
            "tied_trials": int(np.sum(losses - losses[0] < 2 * 2**0.5 * deviation)) - 1,
            "spread_over_noise": float(np.quantile(losses, 0.9) - np.quantile(losses, 0.1)) / deviation,
        }
    if found.follows:
        told |= {
            "next_ranges": snippets.text(found.follows),
            "next_share": float(np.prod([one.share for one in found.follows if not one.is_idle])),
            "next_optuna": snippets.optuna(found.follows, found.sweep, found.result),
            "next_ray": snippets.ray(found.follows, found.sweep, found.result),
            "next_wandb": snippets.wandb(found.follows, found.fixed, found.result),
        }
    return told


def _of_knob(found: Measured, n: int) -> Iterator[Fact]:
    scale = found.scales[n]
    told: dict[str, Value | None] = {
        "knob": scale.name,
        "knob_trials": int(np.sum(~found.failed)),
        "knob_failed_share": float(np.mean(found.failed)),
        "general_sensitivity": SENSITIVITY.get(scale.canonical, "unknown"),
    }
    if mattered := found.importance.get(scale.name):
        told |= {
            "knob_importance": mattered.value,
            "knob_importance_low": mattered.low,
            "knob_importance_high": mattered.high,
        }
    if region := found.regions[n]:
        at = (
            shown(scale.choices[int(region.value)])
            if region.side == "choice"
            else number(scale.at(region.value), ".3g")
        )
        told |= {
            "failing_values": at if region.side == "choice" else f"{region.side} {at}",
            "failing_share": region.share,
            "failing_trials": region.trials,
            "failing_elsewhere": region.elsewhere,
            "failing_chance": region.chance,
        }
    if scale.name in found.interactions:
        told |= dict(zip(("acts_with", "interaction_share"), found.interactions[scale.name], strict=True))
    if found.follows:
        told |= _next(scale, found.follows[n])
    if found.surrogate:
        told |= {"knob_swing": float(found.surrogate.swing[n])}
    yield from _facts(scale.name, told)


def _next(scale: Scale, one: Next) -> dict[str, Value | None]:
    told: dict[str, Value | None] = {"knob_next": snippets.said(one), "knob_is_idle": one.is_idle}
    if one.is_idle:
        return told
    told |= {"knob_next_share": one.share, "knob_next_held": one.held}
    if scale.kind == "choice":
        return told
    return told | {
        "knob_next_low": one.low,
        "knob_next_high": one.high,
        "knob_scale": "log" if scale.is_log else "linear",
        "range_edge": one.edge,
        "range_edge_value": scale.low if one.edge == "lower" else scale.high,
        "range_edge_sure": one.sure,
        "range_edge_bounded": one.bounded,
        "knob_beyond": snippets.said(one) if one.is_beyond else None,
    }


def _tried(name: str, value: Knob) -> dict[str, Value | None]:
    """How to search a positive number that was never varied: two powers of ten either way."""
    if isinstance(value, bool | str | tuple) or value <= 0:
        return {}
    low, high = value / _FACTOR, min(value * _FACTOR, LIMITS.get(canonical(name), (0.0, np.inf))[1])
    wide = Next(Scale(name, "number", low, high, True), low, high)
    told = {"optuna": snippets.suggestion(wide), "ray": f"{name!r}: {snippets.distribution(wide)}"}
    told["wandb"] = "\n".join([f"{name}:", *(f"  {line}" for line in snippets.parameter(wide))])
    return {"knob_tried": snippets.said(wide), **{f"knob_tried_{tool}": snippet for tool, snippet in told.items()}}


def _untuned(found: Measured) -> Iterator[Fact]:
    """Knobs on which much depends in general and that were the same in all trials."""
    varied = [scale.canonical for scale in found.scales]
    bound = [scale.name for scale in found.scales if scale.canonical in _RATE_BOUND]
    for name, value in found.fixed.items():
        known = canonical(name)
        if SENSITIVITY.get(known) == "high" and known not in varied:
            yield from _facts(
                name,
                {
                    "knob": name,
                    "general_sensitivity": "high",
                    "never_varied": True,
                    "fixed_value": shown(value),
                    "rate_bound": bool(bound),
                    "rate_bound_knobs": ", ".join(bound) or None,
                    "knob_trials": len(found.order),
                    "is_learning_rate": known == "lr",
                    **_tried(name, value),
                },
            )
