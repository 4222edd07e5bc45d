"""What a sweep left behind: its trials, each with its knobs and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from expert.run import Direction, Setting

Knob = Setting
"""The value of a knob in one trial: a number, a truth, a word, or a list of numbers."""


@dataclass(frozen=True)
class Trial:
    """One run of a sweep: its settings, the results that it reached by name, and why it failed if it did."""

    name: str
    knobs: Mapping[str, Knob]
    results: Mapping[str, float]
    failed: str = ""


@dataclass(frozen=True)
class Declared:
    """The range that a tool was told to search: its ends and whether on a log scale."""

    low: float
    high: float
    is_log: bool


@dataclass(frozen=True, eq=False)
class Sweep:
    """All trials of one search. `directions` says which way each result is better, where that is known.

    `declared` are ranges that the tool was told, `described` settings that tell of the task and the data and are no
    knobs, `notes` what was left out or assumed while reading, `taken` when in a trial its results were taken.
    """

    name: str
    source: str
    trials: tuple[Trial, ...]
    directions: Mapping[str, Direction | None] = field(default_factory=dict)
    declared: Mapping[str, Declared] = field(default_factory=dict)
    described: Mapping[str, Knob] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    reader: str = ""
    taken: str = ""
