"""JSON Lines: one record per line, flat or nested; the settings may come first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from expert import vocabulary
from expert.readers import Unreadable, json_document
from expert.readers._columns import Column, opening, seconds
from expert.readers._json import flat, numeric, parsed
from expert.readers._onward import Memory, Span, read_on
from expert.readers._parts import MOST, PARTS, Labels, runs_of_rows
from expert.readers._rows import Rows
from expert.readers._text import decoded
from expert.run import RunLog

GENERAL = GROWS = True
_FIRST = 50
_SUMMARY = "train_runtime"
"""What the last record of a Trainer holds, and no step does."""
_MOMENTS = {"num", "mean", "std"}
"""How StyleGAN writes a value: the mean of so many."""
_COCO = "coco_eval_bbox"
"""Under this name DETR writes the twelve figures of COCO as a list, the mean average precision first."""
_SPLIT_KEYS = ("mode", "split", "phase", "stage", "subset", "set", "dataset_split")
_SETTINGS_KEYS = (
    "config",
    "args",
    "hparams",
    "settings",
    "hyperparameters",
    "params",
    "hyper_parameters",
    "configuration",
)


def recognizes(path: Path) -> str | None:
    """Lines that are JSON objects, and numbers in them."""
    start = opening(path)
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"\xff\xfe", b"\xfe\xff")):
        return None
    lines = [line.strip() for line in decoded(start).splitlines() if line.strip()]
    if len(start) > 60_000:
        lines = lines[:-1] or lines
    found = [record for line in lines[:50] if (record := _record(line)) is not None]
    if not found or len(found) * 2 < min(len(lines), 50):
        return None
    if len(lines) == 1 and (not _has_metric(found[0]) or json_document.recognizes(path)):
        return None
    return "a JSON object on each line"


@dataclass
class _Known:
    """What the lines so far said. The first rows wait until they tell whether the very first holds settings.

    `cut` says that the last line is no JSON object and has no end.
    """

    rows: Rows = field(default_factory=Rows)
    waiting: list[tuple[int, dict[str, float]]] | None = field(default_factory=list)
    settings: dict[str, object] = field(default_factory=dict)
    bad: list[int] = field(default_factory=list)
    nulls: dict[str, int] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    parts: dict[str, dict[str, int]] = field(default_factory=dict)
    evaluated: _Evaluation = field(default_factory=lambda: _Evaluation())
    cut: bool = False

    def add(self, line: int, row: dict[str, float]) -> None:
        if self.waiting is None:
            self.rows.add(tuple(row), row.values(), line)
        else:
            self.waiting.append((line, row))
            if len(self.waiting) == _FIRST:
                self.settle()

    def settle(self) -> None:
        """Take the first row for settings if it is, and the others for rows; once."""
        first, self.waiting = self.waiting or (), None
        if len(first) > 1 and _is_settings([row for _, row in first]):
            line, row = first.pop(0)
            self.settings = {**row, **self.settings}
            self.notes.append(f"line {line} is taken as settings")
        for line, row in first:
            self.add(line, row)


def read(path: Path, memory: Memory | None = None) -> Iterator[RunLog]:
    """The one run of the file."""

    def take(known: _Known, span: Span) -> None:
        _take(known, path, span)

    yield from _runs(path, read_on(path, _Known, take, memory))


def _take(known: _Known, path: Path, span: Span) -> None:
    """Add what the lines of a span say."""
    with path.open("rb") as file:
        wide = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
        file.seek(0)
        source = (text.encode() for text in decoded(file.read()).split("\n")) if wide else span.lines(file)
        for line, text in enumerate(source, span.line):
            stripped = text.strip(b" \t\r\n\xef\xbb\xbf,")
            if not stripped:
                continue
            record = _record(stripped)
            if record is None:
                known.bad.append(line)
                known.cut = not wide and not text.endswith(b"\n")
                continue
            given, row = _parts(record, known.nulls, known.words)
            row |= _belongs(record, known.parts)
            if known.evaluated.apart(record, row):
                kept = {name: value for name, value in row.items() if vocabulary.clock(name) != "step"}
                row = {n if n == "epoch" or vocabulary.split(n) else f"val/{n}": value for n, value in kept.items()}
            if _SUMMARY in row:
                known.notes.append(f"line {line} is a summary of the run, not a step; it is left out of the curves")
                given, row = {name: value for name, value in row.items() if not vocabulary.describe(name)[1]}, {}
            known.settings.update(given)
            if row:
                known.add(line, row)


def _runs(path: Path, known: _Known) -> Iterator[RunLog]:
    known.settle()
    if not len(known.rows):
        raise Unreadable(f"{path}: no line holds a number")
    columns, length = known.rows.placed(), len(known.rows)
    labels = {name: _labels(columns.pop(name), of, length) for name, of in known.parts.items() if name in columns}
    yield from runs_of_rows(path, columns, labels, length, known.rows.lines(), known.settings, _notes(known))


def _notes(known: _Known) -> list[str]:
    notes, bad = list(known.notes), list(known.bad)
    if known.cut:
        notes.append(f"line {bad.pop()} is cut in the middle and left out")
    if bad:
        some = ", ".join(map(str, bad[:10])) + (" …" if len(bad) > 10 else "")
        notes.append(f"{len(bad)} lines are no JSON object and skipped: line {some}")
    nulls = list(known.nulls.items())[:10]
    notes += [f"column {name!r}: null in {count} lines is taken as absent" for name, count in nulls]
    if known.words:
        notes.append(f"values that are no numbers are ignored: {', '.join(sorted(known.words)[:20])}")
    return notes


def _labels(column: Column, names: Mapping[str, int], length: int) -> Labels:
    codes = np.full(length, -1)
    codes[slice(None) if column.rows is None else column.rows] = column.values.astype(np.int64)
    return Labels(tuple(names), codes)


def _has_metric(record: Mapping[str, Any]) -> bool:
    numbers = (name for name, value in flat(record) if numeric(value) is not None)
    return any(vocabulary.describe(name)[1] in ("loss", "error", "metric") for name in numbers)


def _record(line: str | bytes) -> dict[str, Any] | None:
    try:
        record = parsed(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


@dataclass
class _Evaluation:
    """Which records are evaluations that count their own steps, as MMDetection's and MMEngine's are."""

    epoch: float = -1
    step: float = -1
    counts: bool = False

    def apart(self, record: Mapping[str, Any], row: Mapping[str, float]) -> bool:
        """Whether a record's step counts batches of the evaluation (`mode: val`), or the epoch (`step` alone)."""
        named = any(name.lower() in _SPLIT_KEYS and record[name] in ("val", "test") for name in record)
        step = row.get("step", row.get("iter", math.nan))
        epoch = row.get("epoch", math.nan)
        if (named and epoch >= self.epoch >= 0) or ("iter" not in row and self.counts and step == self.epoch):
            return step < self.step
        self.counts = "iter" in row and "step" in row
        self.epoch, self.step = epoch, step
        return False


def _parts(
    record: Mapping[str, Any], nulls: dict[str, int], words: set[str]
) -> tuple[dict[str, object], dict[str, float]]:
    """The settings and the numbers of a record; the columns of a record that names its split begin with it."""
    settings: dict[str, object] = {}
    row: dict[str, float] = {}
    split = ""
    for name, value in record.items():
        if name.lower() in _SETTINGS_KEYS and isinstance(value, dict):
            settings.update(value)
        elif name.lower() in _SPLIT_KEYS and isinstance(value, str):
            split = value if vocabulary.split(value) else split
        elif name.endswith(_COCO) and isinstance(value, list):
            for part, deep in zip(("AP", "AP50"), value, strict=False):
                _put(f"{name}/{part}", deep, row, nulls, words)
        elif isinstance(value, dict) and value.keys() == _MOMENTS:
            _put(name, value["mean"], row, nulls, words)
        elif isinstance(value, dict):
            for inner, deep in flat({name: value}):
                _put(inner, deep, row, nulls, words)
        else:
            _put(name, value, row, nulls, words)
    if not split:
        return settings, row
    named = {n: n if vocabulary.clock(n) or vocabulary.split(n) else f"{split}/{n}" for n in row}
    return settings, {named[n]: value for n, value in row.items()}


def _belongs(record: Mapping[str, Any], parts: dict[str, dict[str, int]]) -> dict[str, float]:
    """The fold, model or task that a record names, as the number of the word in `parts`."""
    found: dict[str, float] = {}
    for name, value in record.items():
        if isinstance(value, str) and vocabulary.plain(name) in PARTS:
            names = parts.setdefault(name, {})
            if len(names) <= MOST:
                found[name] = names.setdefault(value, len(names))
    return found


def _put(name: str, value: Any, row: dict[str, float], nulls: dict[str, int], words: set[str]) -> None:
    found = value if type(value) is float else numeric(value)
    if found is None and isinstance(value, str) and vocabulary.clock(name) == "time":
        found = seconds(value)
    if found is not None:
        row[name] = found
    elif value is None:
        nulls[name] = nulls.get(name, 0) + 1
    elif len(words) < 100 and vocabulary.plain(name) not in PARTS:
        words.add(name)


def _is_settings(rows: list[dict[str, float]]) -> bool:
    """Whether the first record shares no name with those that follow, as a configuration does."""
    later: set[str] = set().union(*rows[1:])
    return not rows[0].keys() & later and not any(
        vocabulary.describe(name)[1] in ("loss", "error", "metric") for name in rows[0]
    )
