"""Rows that say what they belong to: a column that names the split, the metric, or the fold, model or task of a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from expert import vocabulary
from expert.readers._columns import Column, run_name, run_of_columns
from expert.run import FloatArray, IntArray, RunLog

SPLITS = frozenset(
    {"mode", "split", "phase", "stage", "subset", "set", "dataset_split", "dataset", "partition"}
    | {"metric_context_subset"}
)
METRICS = frozenset({"metric", "metric_name", "tag", "key", "variable"})
PARTS = frozenset(
    {"fold", "fold_id", "cv_fold", "kfold", "model", "model_name", "task", "task_name", "seed", "trial"}
    | {"run", "run_id", "run_name", "run_hash"}
)
MOST = 100
_VALUES = ("value", "metric_value", "values")


@dataclass(frozen=True, eq=False)
class Labels:
    """What a column of words says of each row: `codes` of shape (n,) count in `names`, −1 says nothing."""

    names: tuple[str, ...]
    codes: IntArray


def is_label(column: str) -> bool:
    """Whether words in a column of that name may say what a row belongs to."""
    return vocabulary.plain(column) in SPLITS | METRICS | PARTS


def runs_of_rows(
    path: Path,
    columns: Mapping[str, Column],
    labels: Mapping[str, Labels],
    length: int,
    lines: IntArray,
    settings: Mapping[str, object] | None = None,
    notes: Iterable[str] = (),
) -> Iterator[RunLog]:
    """The runs of rows that stand at the given lines: one for each fold, model or task, all in one if none is named.

    Where rows name their split or their metric, the columns bear those names: `val/loss`.
    """
    written, said = dict(columns), list(notes)
    for name in sorted(labels, key=lambda name: vocabulary.plain(name) not in METRICS):
        label, kind = labels[name], vocabulary.plain(name)
        if kind in SPLITS and all(vocabulary.split(word) for word in label.names):
            written = _by_split(written, label, length)
            said.append(f"column {name!r} names the split of each row: {', '.join(label.names)}")
        elif kind in METRICS and (values := next((n for n in written if vocabulary.plain(n) in _VALUES), "")):
            long = written.pop(values)
            written |= {word: _where(long, label.codes == code, length) for code, word in enumerate(label.names)}
            said.append(f"column {name!r} names the metric of each row, column {values!r} has its value")
        elif kind not in PARTS:
            said.append(f"columns without numbers are ignored: {name}")
    written = {name: column for name, column in written.items() if len(column.values)}
    for name, label in {**_numbered(written, length), **labels}.items():
        if vocabulary.plain(name) in PARTS and _several(label, written, length):
            yield from _apart(path, written, name, label, length, lines, settings, said)
            return
    yield run_of_columns(path, written, length, lines, settings=settings, notes=said)


def _apart(
    path: Path,
    columns: Mapping[str, Column],
    name: str,
    label: Labels,
    length: int,
    lines: IntArray,
    settings: Mapping[str, object] | None,
    notes: list[str],
) -> Iterator[RunLog]:
    said = [*notes, f"the log holds {len(label.names)} runs, told apart by column {name!r}"]
    for code, word in enumerate(label.names):
        mine = label.codes == code
        place = np.cumsum(mine) - 1
        own = {}
        for title, column in columns.items():
            part = _where(column, mine, length)
            if len(part.values) and part.rows is not None and title != name:
                whole = len(part.values) == mine.sum()
                own[title] = Column(part.values, None if whole else place[part.rows])
        run = run_of_columns(path, own, int(mine.sum()), lines[mine], settings=settings, notes=said)
        yield replace(run, name=f"{run_name(path)} {name.strip()} {word}")


def _by_split(columns: Mapping[str, Column], label: Labels, length: int) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for name, column in columns.items():
        if vocabulary.clock(name) or vocabulary.split(name) or vocabulary.plain(name) in PARTS:
            found[name] = column
            continue
        parts = {f"{word}/{name}": _where(column, label.codes == code, length) for code, word in enumerate(label.names)}
        found |= {**parts, name: _where(column, label.codes < 0, length)}
    return found


def _where(column: Column, mine: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], length: int) -> Column:
    """The values of a column in those rows."""
    rows = np.arange(length) if column.rows is None else column.rows
    kept = mine[rows]
    return Column(column.values[kept], rows[kept])


def _numbered(columns: Mapping[str, Column], length: int) -> dict[str, Labels]:
    """The columns of whole numbers that count folds, seeds or runs."""
    found = {}
    for name, column in columns.items():
        if vocabulary.plain(name) not in PARTS or len(column.values) != length:
            continue
        numbers, codes = np.unique(column.values, return_inverse=True)
        if len(numbers) <= MOST and np.isfinite(numbers).all() and (numbers == np.floor(numbers)).all():
            found[name] = Labels(tuple(f"{number:g}" for number in numbers), codes.astype(np.int64))
    return found


def _several(label: Labels, columns: Mapping[str, Column], length: int) -> bool:
    """Whether the parts are runs beside each other, not one run that went on under another name."""
    sizes = np.bincount(label.codes[label.codes >= 0], minlength=len(label.names))
    if len(sizes) < 2 or sizes.min() < 2 or (label.codes < 0).any():
        return False
    clocks = (c for kind in ("step", "epoch") for n, c in columns.items() if vocabulary.clock(n) == kind)
    clock = next((c.values for c in clocks if len(c.values) == length), None)
    if clock is None:
        return True
    spans = sorted(_span(clock[label.codes == code]) for code in range(len(label.names)))
    return all(min(a[1], b[1]) - b[0] > 0.5 * min(a[1] - a[0], b[1] - b[0]) for a, b in pairwise(spans))


def _span(steps: FloatArray) -> tuple[float, float]:
    return float(steps.min()), float(steps.max())
