"""What the history and the site keep of one judged run, in plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import orjson

from expert import vocabulary
from expert.findings import Finding
from expert.knowledge import SEVERITIES, Severity
from expert.plan import CONSIDERABLE, VERDICTS, Plan, Verdict
from expert.renderers import _words as words
from expert.run import RunLog

SPARK_POINTS = 32
_GPUS = ("num_gpus", "n_gpus", "world_size", "gpus", "devices", "num_devices")
_COMPLETE = 0.98  # of what was planned: as the rule for runs that are cut short has it
_LONGEST_SETTING = 200


@dataclass(frozen=True)
class Found:
    """A finding, as it is followed from night to night."""

    diagnosis: str
    about: str
    title: str
    severity: Severity
    certainty: float
    because: str


@dataclass(frozen=True)
class Summary:
    """One judged run. `hours` are those of all its accelerators, as far as the log tells; `spark` is its main curve.

    `best` gives the best value of the main validation series and which way is better; `unlocks` how many checks each
    missing input keeps closed; `fired` the rules that found something, `told` those of them that are part of a finding
    of medium severity or above; `suppressed` what a pack does not want to hear
    of, each with the reason.
    """

    name: str
    source: str
    verdict: Verdict
    headline: str
    first: str
    clock: str
    steps: tuple[float, float] | None
    complete: bool | None
    hours: float | None
    spark: tuple[float, ...]
    best: tuple[str, float, str] | None
    findings: tuple[Found, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    unlocks: Mapping[str, int] = field(default_factory=dict)
    fired: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    suppressed: tuple[Found, ...] = ()

    @property
    def worst(self) -> int:
        """The place of the run among others, the worst first: by verdict, then by the worst finding."""
        severities = [SEVERITIES.index(found.severity) for found in self.findings]
        return VERDICTS.index(self.verdict) * 10 + min(severities, default=9)


def summary(plan: Plan) -> Summary:
    """What is kept of a plan."""
    run, first = plan.run, words.open_items(plan, 1)
    alone = [group for group in plan.not_judged if len(group.inputs) == 1]
    return Summary(
        words.short(run.name) or "run",
        words.clean(run.source),
        plan.verdict,
        words.headline(plan),
        first[0].title if first else "",
        run.clock,
        words.span(run),
        complete(plan),
        _hours(run),
        _spark(run),
        _best(run),
        tuple(_found(finding, plan) for finding in plan.findings),
        {name: value for name, value in run.settings.items() if _is_short(value)},
        {group.inputs[0]: len(group.rules) for group in alone},
        tuple(sorted({derivation.rule for derivation in plan.derivations})),
        tuple(sorted({d.rule for f in plan.findings if f.severity in CONSIDERABLE for d in f.derivations})),
        tuple(replace(_found(one.finding, plan), because=one.suppression.reason) for one in plan.suppressed),
    )


def complete(plan: Plan) -> bool | None:
    """Whether the run has reached its planned end; None where no end is known."""
    planned = plan.facts.get("planned_share")
    return None if planned is None else float(planned.value) >= _COMPLETE


def dumps(kept: Summary) -> bytes:
    """The summary as JSON; numbers that are not finite become null."""
    return orjson.dumps(asdict(kept), option=orjson.OPT_SORT_KEYS)


def loads(text: bytes | str) -> Summary:
    """The summary that `dumps` wrote."""
    known = orjson.loads(text)
    return Summary(
        **known
        | {
            "steps": known["steps"] and tuple(known["steps"]),
            "best": known["best"] and tuple(known["best"]),
            "spark": tuple(known["spark"]),
            "findings": tuple(Found(**one) for one in known["findings"]),
            "fired": tuple(known["fired"]),
            "told": tuple(known.get("told", ())),
            "suppressed": tuple(Found(**one) for one in known.get("suppressed", ())),
        }
    )


def _found(finding: Finding, plan: Plan) -> Found:
    because = " ".join(words.strongest(finding, plan, 1))
    diagnosis = finding.diagnosis
    return Found(diagnosis.id, finding.about, diagnosis.title, finding.severity, round(finding.certainty, 3), because)


def _is_short(value: object) -> bool:
    return isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= _LONGEST_SETTING)


def _hours(run: RunLog) -> float | None:
    """The time from the first to the last point, or the steps times the usual time of one; times the accelerators."""
    spans = [float(np.ptp(s.times)) for s in run.series if s.times is not None and len(s) > 1]
    seconds = max((span for span in spans if np.isfinite(span)), default=0.0)
    step_time = next((s.finite for s in run.series if s.name == "step_time" and len(s.finite)), None)
    if not seconds and step_time is not None and run.clock == "step":
        first, last = words.span(run) or (0.0, 0.0)
        seconds = float(np.median(step_time.values)) * (last - first + 1)
    gpus = next((float(v) for n in _GPUS if isinstance(v := run.settings.get(n), int | float) and v >= 1), 1.0)
    return round(seconds * gpus / 3600, 4) if seconds > 0 else None


def _spark(run: RunLog) -> tuple[float, ...]:
    """The main loss of the run in few points, each the middle of its window."""
    played = {series.name: series.finite for series in vocabulary.played(run.series) if not series.about}
    series = next((played[n] for n in ("train_loss", "val_loss", "val_metric") if n in played and len(played[n])), None)
    if series is None:
        return ()
    windows = np.array_split(series.values, min(SPARK_POINTS, len(series)))
    return tuple(float(f"{np.median(window):.4g}") for window in windows)


def _best(run: RunLog) -> tuple[str, float, str] | None:
    for series in vocabulary.played(run.series):
        if series.name in ("val_metric", "val_loss") and series.better and len(series.finite):
            values = series.finite.values
            return series.column, float(values.max() if series.better == "higher" else values.min()), series.better
    return None
