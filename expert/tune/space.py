"""The knobs of a sweep and their scales: what was varied, from where to where, and each trial as a point of [0, 1]ⁿ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from expert import vocabulary
from expert.prose import number
from expert.run import FloatArray
from expert.tune.trials import Declared, Knob, Sweep, Trial

_LOG_BY_NATURE = {"lr", "weight_decay", "l1", "l2", "batch_size", "epochs", "max_steps", "width", "grad_clip"}
"""What acts by its order of magnitude: a factor of two means the same everywhere."""
_FEW = 3
"""So many distinct numbers make choices, not a scale."""
_WIDE, _DECADE = 5.0, 10.0
"""From such a ratio of ends on a scale may be logarithmic: by nature, and where the values tell."""
_IDENTITIES = {"seed", "name", "run_name", "run_id", "id", "trial_id", "experiment_id", "experiment_tag", "output_dir"}
_IDENTITIES |= {
    "log_dir",
    "logdir",
    "date",
    "timestamp",
    "pid",
    "hostname",
    "host",
    "node_ip",
    "worker",
    "user",
    "n_params",
}
"""What tells trials apart and is not tuned; the number of weights follows from other knobs."""


@dataclass(frozen=True)
class Scale:
    """A knob that was varied. Numbers lie between `low` and `high` on a linear or log scale, else `choices` are set.

    `settled` tells whether a tool declared the range; else its ends are those of the values that were tried.
    """

    name: str
    kind: Literal["number", "whole", "choice"]
    low: float = 0.0
    high: float = 1.0
    is_log: bool = False
    choices: tuple[Knob, ...] = ()
    settled: bool = False
    levels: int = 0

    def place(self, value: float) -> float:
        """Where a value lies on the scale: 0 at `low`, 1 at `high`; outside of both beyond."""
        if self.is_log:
            return math.log(max(value, 1e-300) / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def at(self, place: float) -> float:
        """The value at a place."""
        if self.is_log:
            return self.low * math.exp(place * math.log(self.high / self.low))
        return self.low + place * (self.high - self.low)

    @property
    def canonical(self) -> str:
        """The one name of the setting, whatever a framework calls it."""
        return canonical(self.name)


def canonical(name: str) -> str:
    """The one name of a knob, also of one that is nested, as in `optim.lr`."""
    return vocabulary.setting(vocabulary.called(name.split(".")))


def as_first_written(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Each word of a setting as the first trial that has it writes it: `Adam` and `adam` are one optimizer."""
    written: dict[tuple[str, Knob], Knob] = {}

    def word(name: str, value: Knob) -> Knob:
        if not isinstance(value, str):
            return value
        known = canonical(name)
        return written.setdefault((name, vocabulary.settings({known: value}).get(known, value)), value)

    return tuple(replace(t, knobs={name: word(name, value) for name, value in t.knobs.items()}) for t in trials)


def scales(sweep: Sweep) -> tuple[tuple[Scale, ...], dict[str, Knob], tuple[str, ...]]:
    """The knobs that were varied, those that were the same in every trial, and what must be said of them."""
    names = dict.fromkeys(name for trial in sweep.trials for name in trial.knobs)
    varied, fixed, notes = [], {}, []
    for name in (name for name in names if canonical(name) not in _IDENTITIES):
        values = [trial.knobs[name] for trial in sweep.trials if name in trial.knobs]
        distinct = list(dict.fromkeys(values))
        if len(distinct) == 1 and (len(values) == len(sweep.trials) or len(values) > 1):
            fixed[name] = distinct[0]
            continue
        if len(distinct) < 2:
            continue
        words = [value for value in distinct if isinstance(value, str)]
        if len(words) > max(_FEW, len(values) // 2):
            notes.append(f"{name} has {len(distinct)} different words in {len(values)} trials: a name, not a knob")
            continue
        kinds = {type(value) if not isinstance(value, int) or isinstance(value, bool) else float for value in distinct}
        if len(kinds) > 1:
            notes.append(f"{name} mixes kinds of values ({_some(distinct)}); they are taken as choices")
        varied.append(_scale(name, values, distinct, sweep.declared.get(name)))
    follows = _follow(varied, sweep)
    notes += [f"{name} follows from {other} and is not judged on its own" for name, other in follows.items()]
    return tuple(scale for scale in varied if scale.name not in follows), fixed, tuple(notes)


def points(scales: Sequence[Scale], sweep: Sweep) -> FloatArray:
    """Each trial as a row: places of numbers, indices of choices; NaN where the trial has no such knob."""
    found = np.full((len(sweep.trials), len(scales)), math.nan)
    for column, scale in enumerate(scales):
        index = {choice: n for n, choice in enumerate(scale.choices)}
        for row, trial in enumerate(sweep.trials):
            value = trial.knobs.get(scale.name)
            if value is None:
                continue
            if scale.kind == "choice":
                found[row, column] = index[value]
            elif isinstance(value, int | float):
                found[row, column] = scale.place(float(value))
    return found


def shown(value: Knob) -> str:
    """A value as people write it."""
    if isinstance(value, tuple):
        return f"[{', '.join(number(one) for one in value)}]"
    return number(value)


def _scale(name: str, values: Sequence[Knob], distinct: Sequence[Knob], declared: Declared | None) -> Scale:
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < len(values) or (len(distinct) < _FEW and declared is None):
        ordered = sorted(
            distinct, key=lambda v: (not isinstance(v, float | int), v if isinstance(v, float | int) else str(v))
        )
        return Scale(name, "choice", choices=tuple(ordered), levels=len(distinct))
    whole = all(n == int(n) for n in numbers) and canonical(name) not in _LOG_BY_NATURE - {
        "batch_size",
        "epochs",
        "max_steps",
        "width",
    }
    whole = whole and max(numbers) > 1
    low, high = (declared.low, declared.high) if declared else (min(numbers), max(numbers))
    is_log = declared.is_log if declared else _is_log(canonical(name), numbers)
    kind: Literal["number", "whole"] = "whole" if whole else "number"
    return Scale(name, kind, low, high, is_log, settled=declared is not None, levels=len(distinct))


def _is_log(name: str, numbers: Sequence[float]) -> bool:
    """Whether magnitudes were searched: by the knob's nature, else where the values lie evenly in their logarithms."""
    low, high = min(numbers), max(numbers)
    if low <= 0 or high < _WIDE * low:
        return False
    if name in _LOG_BY_NATURE:
        return True
    middle = float(np.median(numbers))
    linear = abs((middle - low) / (high - low) - 0.5)
    logarithmic = abs(math.log(middle / low) / math.log(high / low) - 0.5)
    return high >= _DECADE * low and logarithmic < linear


def _follow(varied: Sequence[Scale], sweep: Sweep) -> dict[str, str]:
    """Knobs that say the same as one before: each value of either goes with one value of the other."""
    found: dict[str, str] = {}
    for n, scale in enumerate(varied):
        for other in (one for one in varied[:n] if one.name not in found):
            pairs = {(t.knobs.get(other.name), t.knobs.get(scale.name)) for t in sweep.trials}
            is_one_to_one = len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
            if is_one_to_one and (2 * len(pairs) <= len(sweep.trials) or _monotone(pairs)):
                found[scale.name] = other.name
                break
    return found


def _monotone(pairs: set[tuple[Knob | None, Knob | None]]) -> bool:
    """Whether one number rises or falls with the other throughout."""
    numbers = [(a, b) for a, b in pairs if isinstance(a, int | float) and isinstance(b, int | float)]
    if len(numbers) < len(pairs) or len(numbers) < 4:
        return False
    steps = np.diff([b for _, b in sorted(numbers)])
    return bool((steps > 0).all() or (steps < 0).all())


def _some(values: Sequence[Knob]) -> str:
    return ", ".join(shown(value) for value in values[:4]) + (", …" if len(values) > 4 else "")
