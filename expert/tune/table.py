"""A sweep as a table, one row a trial: exports of Optuna, Ray Tune, W&B and MLflow, or anyone's own."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from expert import vocabulary
from expert.readers.beside import settings_beside
from expert.tune.runs import describes
from expert.tune.space import canonical
from expert.tune.trials import Knob, Sweep, Trial
from expert.words import Words

ENDINGS = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson")
_MARKED = re.compile(r"^(?:params?|config|hparams?|hyperparameters?|parameters?)[_./ ]+(.+)$", re.IGNORECASE)
_MEASURED = re.compile(r"^(?:metrics?|summary|values?|scores?)[_./ ]+(.+)$", re.IGNORECASE)
_OBJECTIVES = {"value", "values_0", "score", "objective", "result", "fitness", "mean_test_score"}
_STATES = {"state", "status"}
_LOST = ("fail", "crash", "killed", "error", "oom", "terminated", "diverged", "nan")
_OPEN = ("running", "waiting", "pending", "queued")
_BOOKKEEPING = re.compile(
    r"^(?:number|trial|index|unnamed.*|column_\d+|created|updated|tags?|notes?|group|sweep|user|host.*|git.*|commit|"
    r"datetime.*|duration.*|.*timestamp.*|.*run_?time.*|.*_time|time.*|.*seconds|system_attrs.*|user_attrs.*|gpu.*|"
    r"experiment.*|source.*|artifact.*|end|start|.*_fit_time|rank.*|path|done|pid|node_ip|iterations_since.*)$"
)

_NO_NUMBER = ["", "nan", "NaN", "NAN", "NA", "N/A", "null", "None", "inf", "-inf", "Infinity", "-Infinity"]
"""What a cell without a finite result holds."""


def is_table(path: Path, words: Words) -> bool:
    """Whether a table has a trial in each row: a knob and a result, and no step or epoch that counts through it."""
    if not path.is_file() or path.suffix.lower() not in ENDINGS:
        return False
    try:
        frame = _frame(path)
    except Exception:  # polars has many; whoever reads the file next says what is wrong with it
        return False
    if any(vocabulary.clock(name) in ("step", "epoch") and _counts(frame[name]) for name in frame.columns):
        return False
    kinds = _kinds(frame, words)
    return "knob" in kinds.values() and {"result", "objective"} & set(kinds.values()) != set()


def sweep_of_table(path: Path, words: Words) -> Sweep:
    """The sweep of a table; rows of trials that still run are left out, and that is said."""
    frame = _frame(path)
    kinds = _kinds(frame, words)
    names, trials, unfinished = {}, [], 0
    for column, kind in kinds.items():
        if kind in ("result", "objective"):
            names[column] = _metric(column, words)
    directions = {
        name: words.directions.get(column) or words.directions.get(name) or vocabulary.describe(name)[3]
        for column, name in names.items()
    }
    labels = [column for column, kind in kinds.items() if kind == "name"]
    for n, row in enumerate(frame.iter_rows(named=True)):
        state = next((str(row[c]).lower() for c, kind in kinds.items() if kind == "state"), "")
        if any(word in state for word in _OPEN):
            unfinished += 1
            continue
        knobs = {_knob_name(c): v for c, kind in kinds.items() if kind == "knob" if (v := _value(row[c])) is not None}
        results = {names[c]: v for c in names if (v := _number(row[c])) is not None}
        lost = any(word in state for word in _LOST)
        finite = {name: value for name, value in results.items() if math.isfinite(value)}
        failed = f"its state is {state}" if lost else "" if finite else "it has no finite result"
        trials.append(Trial(str(row[labels[0]]) if labels else f"row {n + 1}", knobs, finite, failed))
    beside, wrong = settings_beside(path)
    shared, spelled = vocabulary.settings(beside), vocabulary.spelled(beside)
    taken = {canonical(_knob_name(column)) for column, kind in kinds.items() if kind == "knob"}
    same = {spelled[n].name: spelled[n].of(v) for n, v in shared.items() if n not in taken and not describes(n)}
    trials = [replace(trial, knobs={**trial.knobs, **same}) for trial in trials]
    notes = [*wrong, *([f"{unfinished} trials that still run are left out"] if unfinished else [])]
    known = ", ".join(_knob_name(column) for column, kind in kinds.items() if kind == "knob")
    notes.append(f"taken for knobs: {known}")
    described = {name: value for name, value in shared.items() if describes(name)}
    return Sweep(
        path.stem,
        str(path),
        tuple(trials),
        directions,
        described=described,
        notes=tuple(notes),
        reader="table of trials",
    )


def _frame(path: Path) -> Any:
    import polars

    match path.suffix.lower():
        case ".parquet":
            return polars.read_parquet(path)
        case ".jsonl" | ".ndjson":
            return polars.read_ndjson(path, infer_schema_length=None)
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    return polars.read_csv(
        path, separator=separator, infer_schema_length=None, truncate_ragged_lines=True, null_values=_NO_NUMBER
    )


def _kinds(frame: Any, words: Words) -> Mapping[str, str]:
    """What each column is: knob, result, objective, state or name; bookkeeping is left out."""
    marked = any(_MARKED.match(column) for column in frame.columns)
    kinds: dict[str, str] = {}
    for column in frame.columns:
        plain = vocabulary.plain(column)
        numeric = frame[column].dtype.is_numeric() or frame[column].null_count() == len(frame)
        if _MARKED.match(column):
            kinds[column] = "knob"
        elif plain in _STATES:
            kinds[column] = "state"
        elif plain in ("name", "run_name", "run_id", "trial_id", "id"):
            kinds[column] = "name"
        elif numeric and (column in words.directions or _is_metric(column, words)):
            kinds[column] = "result"
        elif numeric and (plain in _OBJECTIVES or _MEASURED.match(column)):
            kinds[column] = "objective"
        elif _is_setting(plain) or not (marked or _BOOKKEEPING.match(plain) or vocabulary.clock(column)):
            kinds[column] = "knob"
    return kinds


def _is_setting(plain: str) -> bool:
    canonical = vocabulary.setting(plain)
    return canonical in vocabulary.SETTINGS and not canonical.startswith("test_")


def _is_metric(column: str, words: Words) -> bool:
    given = words.names.get(column, _bare(column))
    return vocabulary.describe(given)[1] in ("loss", "error", "metric")


def _metric(column: str, words: Words) -> str:
    given = words.names.get(column, _bare(column))
    name, role, _, _ = vocabulary.describe(given)
    return name if role else vocabulary.plain(given)


def _bare(column: str) -> str:
    found = _MEASURED.match(column)
    return found[1] if found and vocabulary.describe(found[1])[1] else column


def _knob_name(column: str) -> str:
    found = _MARKED.match(column)
    return found[1] if found else column.strip()


def _counts(values: Any) -> bool:
    """Whether a column counts upward from row to row, as a clock does and a knob does not."""
    numbers = values.drop_nulls()
    if len(numbers) < 3 or not numbers.dtype.is_numeric():
        return False
    rises = numbers.diff().drop_nulls() > 0
    return bool(rises.mean() > 0.7 and numbers.n_unique() > 0.5 * len(numbers))


def _value(cell: object) -> Knob | None:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return None
    if isinstance(cell, bool | str):
        return cell
    if isinstance(cell, int | float):
        return float(cell)
    return str(cell)


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else None
