"""JSON Lines: one record per line, flat or nested; the settings may come first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from expert import vocabulary
from expert.readers import Unreadable, json_document
from expert.readers._columns import Column, columns_of, opening, seconds
from expert.readers._json import flat, numeric, parsed
from expert.readers._parts import MOST, PARTS, Labels, runs_of_rows
from expert.readers._text import decoded
from expert.run import RunLog

GENERAL = True
_LONGEST = 2**26
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


def read(path: Path) -> Iterator[RunLog]:
    """The one run of the file."""
    rows: list[dict[str, float]] = []
    lines: list[int] = []
    settings: dict[str, object] = {}
    bad: list[int] = []
    nulls: dict[str, int] = {}
    words: set[str] = set()
    notes: list[str] = []
    parts: dict[str, dict[str, int]] = {}
    evaluated = _Evaluation()
    with path.open("rb") as file:
        wide = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
        file.seek(0)
        source = (text.encode() for text in decoded(file.read()).split("\n")) if wide else _bounded(file)
        ended = True
        for line, text in enumerate(source, 1):
            ended = wide or text.endswith(b"\n")
            stripped = text.strip(b" \t\r\n\xef\xbb\xbf,")
            if not stripped:
                continue
            record = _record(stripped)
            if record is None:
                bad.append(line)
                continue
            given, row = _parts(record, nulls, words)
            row |= _belongs(record, parts)
            if evaluated.apart(record, row):
                kept = {name: value for name, value in row.items() if vocabulary.clock(name) != "step"}
                row = {n if n == "epoch" or vocabulary.split(n) else f"val/{n}": value for n, value in kept.items()}
            if _SUMMARY in row:
                notes.append(f"line {line} is a summary of the run, not a step; it is left out of the curves")
                given, row = {name: value for name, value in row.items() if not vocabulary.describe(name)[1]}, {}
            settings.update(given)
            if row:
                rows.append(row)
                lines.append(line)
    if bad and not ended and bad[-1] == line:
        notes.append(f"line {bad.pop()} is cut in the middle and left out")
    if bad:
        some = ", ".join(map(str, bad[:10])) + (" …" if len(bad) > 10 else "")
        notes.append(f"{len(bad)} lines are no JSON object and skipped: line {some}")
    notes += [f"column {name!r}: null in {count} lines is taken as absent" for name, count in list(nulls.items())[:10]]
    if words:
        notes.append(f"values that are no numbers are ignored: {', '.join(sorted(words)[:20])}")
    if len(rows) > 1 and _is_settings(rows):
        settings = {**rows.pop(0), **settings}
        notes.append(f"line {lines.pop(0)} is taken as settings")
    if not rows:
        raise Unreadable(f"{path}: no line holds a number")
    columns = columns_of(rows)
    labels = {name: _labels(columns.pop(name), of, len(rows)) for name, of in parts.items() if name in columns}
    yield from runs_of_rows(path, columns, labels, len(rows), np.array(lines), settings, notes)


def _labels(column: Column, names: Mapping[str, int], length: int) -> Labels:
    codes = np.full(length, -1)
    codes[slice(None) if column.rows is None else column.rows] = column.values.astype(np.int64)
    return Labels(tuple(names), codes)


def _bounded(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is longer than 64 MB, which is noise, the beginning."""
    while text := file.readline(_LONGEST):
        yield text if len(text) < _LONGEST or text.endswith(b"\n") else text[:100] + b"\n"
        while len(text) == _LONGEST and not text.endswith(b"\n"):
            text = file.readline(_LONGEST)


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
    later: set[str] = set().union(*rows[1:50])
    return not rows[0].keys() & later and not any(
        vocabulary.describe(name)[1] in ("loss", "error", "metric") for name in rows[0]
    )
