"""Optuna studies → sweeps, from a SQLite storage or a journal."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from expert.run import Direction
from expert.tune.trials import Declared, Knob, Sweep, Trial


def is_study(path: Path) -> bool:
    """Whether a file is a storage of Optuna: a SQLite database with studies, or a journal of operations."""
    import sqlite3

    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(200)
    if not start.startswith(b"SQLite format 3"):
        return start.startswith(b"{") and b'"op_code"' in start
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
    except sqlite3.DatabaseError:
        return False
    return {"studies", "trials", "trial_params"} <= tables


def sweeps_of_storage(path: Path) -> Iterator[Sweep]:
    """Each study of a storage. It is read from a copy, so that nothing is written or locked beside it."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "storage.db")
        shutil.copyfile(path, copy)
        for companion in (path.with_name(path.name + end) for end in ("-wal", "-shm")):
            if companion.is_file():
                shutil.copyfile(companion, Path(folder, f"storage.db{companion.name[-4:]}"))
        is_database = copy.read_bytes()[:15] == b"SQLite format 3"
        storage = _database(copy) if is_database else _journal(copy)
        for summary in optuna.get_all_study_summaries(storage):
            yield _sweep(optuna.load_study(study_name=summary.study_name, storage=storage), path)


def _database(path: Path) -> Any:
    from optuna.storages import RDBStorage

    return RDBStorage(f"sqlite:///{path}", skip_compatibility_check=True)


def _journal(path: Path) -> Any:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    return JournalStorage(JournalFileBackend(str(path)))


def _sweep(study: Any, path: Path) -> Sweep:
    names = study.metric_names or (
        ["value"] if len(study.directions) == 1 else [f"values_{n}" for n in range(len(study.directions))]
    )
    directions: dict[str, Direction | None] = {
        name: "higher" if direction.name == "MAXIMIZE" else "lower"
        for name, direction in zip(names, study.directions, strict=True)
    }
    trials, unfinished, pruned = [], 0, 0
    declared: dict[str, Declared] = {}
    for frozen in study.get_trials(deepcopy=False):
        state = frozen.state.name
        if state in ("RUNNING", "WAITING"):
            unfinished += 1
            continue
        values = dict(zip(names, frozen.values or (), strict=False))
        if state == "PRUNED" and len(names) == 1 and frozen.intermediate_values:
            values = {names[0]: frozen.intermediate_values[max(frozen.intermediate_values)]}
            pruned += 1
        results = {name: float(v) for name, v in values.items() if v is not None and math.isfinite(v)}
        failed = "" if results else "it was pruned at once" if state == "PRUNED" else "it failed"
        knobs = {name: _value(value) for name, value in frozen.params.items()}
        trials.append(Trial(f"trial {frozen.number}", knobs, results, failed))
        for name, distribution in frozen.distributions.items():
            if hasattr(distribution, "low"):
                declared[name] = _wider(declared.get(name), distribution)
    notes = [f"{unfinished} trials that still run are left out"] if unfinished else []
    notes += [f"{pruned} pruned trials count with the last value that they reported"] if pruned else []
    notes += [f"{len(names)} objectives; --metric chooses another than {names[0]}"] if len(names) > 1 else []
    return Sweep(study.study_name, str(path), tuple(trials), directions, declared, notes=tuple(notes), reader="optuna")


def _wider(known: Declared | None, distribution: Any) -> Declared:
    low, high = float(distribution.low), float(distribution.high)
    if known:
        low, high = min(low, known.low), max(high, known.high)
    return Declared(low, high, bool(distribution.log) and low > 0)


def _value(value: object) -> Knob:
    if isinstance(value, bool):
        return value
    return float(value) if isinstance(value, int | float) else str(value)
