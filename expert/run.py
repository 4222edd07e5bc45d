"""What one training run left behind: its series, settings and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from expert.exhibits import Exhibit
from expert.facts import Fact

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Direction = Literal["lower", "higher"]
Clock = Literal["step", "epoch"]
Setting = float | bool | str | tuple[float, ...]

LONGEST_CURVE = 512
"""A curve is summarized by at most this many windows, so that every robust statistic is linear in the log's length."""


@dataclass(frozen=True, eq=False)
class Series:
    """One metric as it moved. `steps`, `values` and, where known, `epochs`, `times` and `lines` share the shape (n,).

    A reader fills `column` (the log's own name) and the arrays; `vocabulary.understand` gives name, role, split and
    direction. Steps ascend strictly; values may be NaN or infinite; times are in seconds.
    """

    column: str
    steps: FloatArray
    values: FloatArray
    name: str = ""
    role: str = ""
    split: str = ""
    better: Direction | None = None
    about: str = ""
    epochs: FloatArray | None = None
    times: FloatArray | None = None
    file: str = ""
    lines: IntArray | None = None

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def finite(self) -> Series:
        """The points whose value is a finite number."""
        kept = np.isfinite(self.values)
        return self if kept.all() else self._at(kept)

    @cached_property
    def curve(self) -> Series:
        """The finite points as they are if there are few, else the means of `LONGEST_CURVE` equal windows of them."""
        if len(self.finite) <= LONGEST_CURVE:
            return self.finite
        starts = np.linspace(0, len(self.finite), LONGEST_CURVE + 1).astype(np.int64)[:-1]
        sizes = np.diff(np.append(starts, len(self.finite)))
        values = np.add.reduceat(self.finite.values, starts) / sizes
        middles = starts + sizes // 2
        return replace(self.finite._at(middles), values=values)

    def line(self, step: float) -> int | None:
        """The line of the log that holds the point at or next after `step`, where the format has lines."""
        if self.lines is None or not len(self):
            return None
        return int(self.lines[min(int(np.searchsorted(self.steps, step)), len(self) - 1)])

    def _at(self, index: NDArray[np.bool_] | IntArray) -> Series:
        return replace(
            self,
            steps=self.steps[index],
            values=self.values[index],
            epochs=None if self.epochs is None else self.epochs[index],
            times=None if self.times is None else self.times[index],
            lines=None if self.lines is None else self.lines[index],
        )


@dataclass(frozen=True)
class Event:
    """A line of text worth keeping (`kind` log), or a moment the reader noticed (`kind` resume), with its place."""

    text: str
    kind: Literal["log", "resume"] = "log"
    step: float | None = None
    line: int | None = None


@dataclass(frozen=True)
class Spelling:
    """How a setting is written where it was found: its name, with dots where it is nested, and the word for `value`."""

    name: str
    value: Setting
    word: str = ""

    def of(self, value: Setting) -> Setting:
        """A value as it was written, if it is the one that was found there."""
        return self.word if self.word and isinstance(value, str) and value == self.value else value


@dataclass(frozen=True, eq=False)
class RunLog:
    """Everything that one run left behind. Readers make it, nobody changes it.

    `notes` say what the reader skipped or repaired, and what is assumed of a column. `reader` is the reader's name and
    why it took the log, `clocks` the columns that count steps, epochs or time; `spelled` is how the run itself writes a
    setting. `facts` are what was measured elsewhere and no log holds; `expert.supplied` names them; `exhibits` are what
    there is to see of that.
    """

    name: str
    source: str
    series: tuple[Series, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    notes: tuple[str, ...] = ()
    reader: str = ""
    clocks: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    spelled: Mapping[str, Spelling] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        """What the steps of the run count."""
        per_epoch = [s.epochs is not None and np.array_equal(s.steps, s.epochs) for s in self.series]
        return "epoch" if per_epoch and all(per_epoch) else "step"

    def __getitem__(self, name: str) -> Series:
        """The series of that name. Raises KeyError naming those that exist."""
        for series in self.series:
            if series.name == name:
                return series
        raise KeyError(f"{self.name} has no series {name!r}; it has {', '.join(s.name for s in self.series) or 'none'}")
