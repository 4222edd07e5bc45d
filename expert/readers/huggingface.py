"""Hugging Face Trainer: `trainer_state.json`, and the output folder with its checkpoints."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from expert.readers import Unreadable
from expert.readers._columns import columns_of, head, run_name, run_of_columns
from expert.readers._json import flat, numeric, parsed, records
from expert.readers._text import decoded
from expert.run import RunLog

_STATE = "trainer_state.json"
_SUMMARY = ("train_runtime", "total_flos", "train_samples_per_second")
_MEANS = ("train_loss", "epoch", "step")
_STATES = ("epoch", "global_step", "total_flos", "num_input_tokens_seen")


def recognizes(path: Path) -> str | None:
    """A file or folder that holds the state of a Trainer."""
    if path.is_dir():
        found = _newest(path)
        return None if found is None else f"{found.relative_to(path)} in the folder"
    if path.name == _STATE:
        return f"the file is called {_STATE}"
    start = head(path)
    if path.suffix.lower() == ".json" and b'"log_history"' in start and b'"global_step"' in start:
        return "a JSON object with log_history"
    return None


def read(path: Path) -> Iterator[RunLog]:
    """The one run of the newest state."""
    state = _newest(path) if path.is_dir() else path
    if state is None:
        raise Unreadable(f"{path}: there is no {_STATE} in it")
    text = decoded(state.read_bytes())
    begin = re.search(r'"log_history"\s*:\s*\[', text)
    document, damage = _document(text, begin)
    if begin is None:
        keys = ", ".join(document) or damage or "nothing"
        raise Unreadable(f"{state}: it has no log_history, so there is no curve to judge; it holds {keys}")
    breaks = [found.start() for found in re.finditer("\n", text)]
    history = list(records(text, begin.end() - 1))
    notes = [damage] if damage else []
    settings = {
        name: value
        for name, value in document.items()
        if isinstance(value, int | float | str) and name not in _STATES and not name.startswith("is_")
    }
    rows, lines = [], []
    for record, offset in history:
        line = bisect_right(breaks, offset) + 1
        if any(name in record for name in _SUMMARY):
            notes.append(f"the record at line {line} is a summary of the run, not a step; it is left out of the curves")
            settings.update({name: value for name, value in record.items() if name not in _MEANS})
            continue
        row = {name: value for name, raw in flat(record) if (value := numeric(raw)) is not None}
        if row:
            rows.append(row)
            lines.append(line)
    if not rows:
        raise Unreadable(f"{state}: its log_history is empty, so there is no curve to judge")
    run = run_of_columns(
        state, columns_of(rows), len(rows), np.array(lines), name=_name(path, state), settings=settings, notes=notes
    )
    yield replace(run, series=tuple(s for s in run.series if s.column != "total_flos"))


def _newest(folder: Path) -> Path | None:
    """The state in the folder itself, or that of its last checkpoint if it is newer or the only one."""
    found = [(_step(path), path) for path in folder.glob(f"checkpoint-*/{_STATE}")]
    last = max(found, default=(0, None), key=lambda pair: pair[0])
    own = folder / _STATE
    if not own.is_file():
        return last[1]
    reached = re.search(rb'"global_step"\s*:\s*(\d+)', own.read_bytes())
    return last[1] if last[1] is not None and reached and int(reached[1]) < last[0] else own


def _step(path: Path) -> int:
    digits = path.parent.name.rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else -1


def _name(path: Path, state: Path) -> str:
    folder = path.resolve() if path.is_dir() else state.resolve().parent
    if folder.name.startswith("checkpoint-"):
        return folder.parent.name or folder.name
    return run_name(state) if path.is_file() else folder.name


def _document(text: str, begin: re.Match[str] | None) -> tuple[Mapping[str, Any], str]:
    """The keys of the state beside its history, and the damage if it is not whole."""
    try:
        whole = parsed(text)
    except ValueError as error:
        line = getattr(error, "lineno", text.count("\n") + 1)
        kept = "; what stands before is read" if begin else ""
        damage = f"the file is damaged at line {line}, where it is no JSON any more{kept}"
        pairs = re.findall(
            r'^\s{0,4}"(\w+)"\s*:\s*("[^"\n]*"|[-+.\w]+)\s*,', text[: begin.start()] if begin else text, re.M
        )
        return {name: value.strip('"') if value[0] == '"' else numeric(value) for name, value in pairs}, damage
    if not isinstance(whole, dict):
        return {}, "no JSON object"
    return {name: value for name, value in whole.items() if name != "log_history"}, ""
