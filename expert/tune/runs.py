"""Run logs → trials: the settings of a run are its knobs, each metric at its best epoch is a result."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from expert.run import Direction, RunLog, Series, Spelling
from expert.signals.course import train_loss_end_over_start
from expert.tune.trials import Sweep, Trial

DIVERGED = 1.5
"""A run whose training loss ended at so many times its first has diverged, however good it was on the way there."""

_DESCRIBING = ("task", "num_classes", "probe", "human_error", "target_error", "target_loss", "known_result", "patience")
_ABOUT_DATA = ("input_", "target_", "test_", "baseline_", "known_result")
_SIZES = ("train_size", "val_size", "testval_size", "test_size", "n_trials", "class_counts", "output_units")


def sweep_of_runs(runs: Sequence[RunLog], name: str, source: str, notes: Iterable[str] = ()) -> Sweep:
    """The sweep that these runs make; what was read with repairs says so.

    Knobs are called as the runs call them, and by their one name where the runs do not agree.
    """
    directions: dict[str, Direction | None] = {}
    for series in (s for run in runs for s in _results(run)):
        directions.setdefault(series.name, series.better)
    repaired = [f"{run.name}: {note}" for run in runs for note in run.notes]
    ways: dict[str, set[str]] = {}
    for known, own in ((name, _spelling(run, name)) for run in runs for name in run.settings):
        ways.setdefault(known, set()).add(own.name)
    own_names = {known: found.copy().pop() for known, found in ways.items() if len(found) == 1}
    told = repaired[:5] + [f"{len(repaired) - 5} more notes on runs"] * (len(repaired) > 5)
    readers = dict.fromkeys(run.reader.split(":")[0] for run in runs if run.reader)
    return Sweep(
        name,
        source,
        tuple(_trial(run, own_names) for run in runs),
        directions,
        described={n: value for run in runs[:1] for n, value in run.settings.items() if describes(n)},
        notes=(*notes, *told),
        reader=", ".join(readers) or "runs",
        taken="at its best epoch",
    )


def describes(name: str) -> bool:
    """Whether a setting tells of task or data and is no knob."""
    return name in (*_DESCRIBING, *_SIZES) or name.startswith(_ABOUT_DATA)


def _spelling(run: RunLog, name: str) -> Spelling:
    return run.spelled.get(name, Spelling(name, run.settings[name]))


def _trial(run: RunLog, own_names: Mapping[str, str]) -> Trial:
    settings = {name: value for name, value in run.settings.items() if not describes(name)}
    knobs = {own_names.get(name, name): _spelling(run, name).of(value) for name, value in settings.items()}
    results, failed = {}, ""
    for series in _results(run):
        finite = series.finite.values
        if len(finite):
            results[series.name] = float(finite.max() if series.better == "higher" else finite.min())
        if len(series) and not math.isfinite(series.values[-1]):
            failed = failed or f"{series.name} ended as {series.values[-1]:g}"
        if series.name == "train_loss" and (train_loss_end_over_start(series) or 0) >= DIVERGED:
            failed = failed or f"it diverged: {series.name} ended at {series.finite.values[-1]:.3g}"
    if not results and not failed:
        failed = "it has no result"
    return Trial(run.name, knobs, results, failed)


def _results(run: RunLog) -> list[Series]:
    return [s for s in run.series if s.role in ("loss", "error", "metric") and s.better and not s.about]
