"""Mistakes in what a person adds to a log: names that nothing bears, values that cannot be."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping

from expert import vocabulary
from expert.problems import nearest
from expert.run import RunLog
from expert.signals import catalogue, signals
from expert.sources import Given
from expert.spellings import HIGHER, LOWER, NEUTRAL

_WHOLE = ["num_classes", "train_size", "val_size", "test_size", "batch_size", "output_units", "n_params"]
_POSITIVE = {"num_classes", "train_size", "batch_size", "output_units", "n_params", "gradient_accumulation_steps"}
_SHARES = {"dropout", "label_smoothing", "human_error", "target_error"}
_LISTS = ("class_counts", "hidden_activations")
_NOT_NEGATIVE = {"val_size", "test_size", "depth", "weight_decay", "l1", "l2", "momentum", "input_std", "class_counts"}


def wrong_value(name: str, value: object) -> str:
    """Why a setting cannot have a value, as in `num_classes: -3 is less than 1`; nothing if it can."""
    known = vocabulary.setting(name)
    understood = vocabulary.settings({name: value}).get(known)
    if understood is None and isinstance(value, str | float | int):
        return f"{name}: {_shown(value)} is not {_kind(known)}{_near_word(value, known)}"
    numbers = understood if isinstance(understood, tuple) else (understood,)
    wrong = next((w for n in numbers if isinstance(n, float) and (w := _impossible(known, n))), "")
    return f"{name}: {_shown(value)} {wrong}" if wrong else ""


def unread_setting(name: str) -> str:
    """What is said of a setting that no check reads, with the nearest that one does; nothing if one does."""
    if vocabulary.setting(name) in _read_settings() | catalogue().keys():
        return ""
    return f"{name} is not a setting that any check reads{nearest(vocabulary.plain(name), _read_settings())}"


def unknown_metric(name: str) -> str:
    """What is said of a metric that no check knows, with the nearest that one does; nothing if one does."""
    if vocabulary.describe(name)[1]:
        return ""
    bases = [*LOWER, *HIGHER]
    known = [*NEUTRAL, *bases, *(f"{split}_{base}" for split in ("train", "val", "test") for base in bases)]
    return f"{name!r} is not a metric that any check knows{nearest(vocabulary.plain(name), known)}"


def absent(given: Given, runs: Collection[RunLog]) -> str:
    """The first column or metric that a person names and no run has, with the nearest; nothing if all are there."""
    if not runs:
        return ""
    series = [series for run in runs for series in run.series]
    columns = list(dict.fromkeys(s.column.strip() for s in series))
    for column in given.mapped:
        if column.strip() not in columns:
            return f"there is no column {_offered(column, columns)}"
    metrics = [s.name.removeprefix(f"{s.split}_") for s in series]
    known = {*columns, *(s.column for s in series), *(s.name for s in series), *metrics}
    for metric in given.directions:
        if metric not in known:
            return f"there is no metric {_offered(metric, list(dict.fromkeys([*columns, *metrics])))}"
    return ""


def usable(settings: Mapping[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    """The settings of a file whose values can be, and what is wrong with the others."""
    wrong = {name: wrong_value(name, value) for name, value in settings.items()}
    return {n: v for n, v in settings.items() if not wrong[n]}, tuple(filter(None, wrong.values()))


def listed(names: Iterable[str], most: int = 20) -> str:
    """The names with commas between, of many the first."""
    every = list(names)
    return ", ".join(every[:most]) + (f", … ({len(every)} in all)" if len(every) > most else "")


def _offered(name: str, known: list[str]) -> str:
    return f"{name!r}{nearest(name, known) or '.'} There are: {listed(known) or 'none'}"


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return f"{value:g}" if isinstance(value, float) else repr(value)


def _kind(setting: str) -> str:
    quantity = vocabulary.SETTINGS.get(setting)
    if quantity is None:
        return "a value"
    if quantity.words:
        return f"one of {', '.join(quantity.words)}"
    return {"number": "a number", "truth": "true or false", "word": "a word"}[quantity.kind]


def _near_word(value: object, setting: str) -> str:
    quantity = vocabulary.SETTINGS.get(setting)
    return nearest(value, quantity.words) if quantity and isinstance(value, str) else ""


def _impossible(setting: str, number: float) -> str:
    if not math.isfinite(number):
        return "is not a finite number"
    if setting in _POSITIVE and number < 1:
        return "is less than 1"
    if setting in _NOT_NEGATIVE and number < 0:
        return "is less than 0"
    if setting in _SHARES and not 0 <= number <= 1:
        return "is not between 0 and 1"
    if setting in _WHOLE and number != int(number):
        return "is not a whole number"
    return ""


def _read_settings() -> set[str]:
    """What a check reads and no signal measures."""
    read = {i.name for signal in signals().values() for i in signal.inputs if i.kind == "fact"}
    return {*vocabulary.SETTINGS, *_LISTS, *(read - signals().keys())}
