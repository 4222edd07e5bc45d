"""The series of runs as one long table, so that the readers are useful by themselves."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from expert.run import RunLog

if TYPE_CHECKING:
    import polars

FORMATS = ("csv", "parquet")


def table(runs: Iterable[RunLog]) -> polars.DataFrame:
    """One row per point: run, name, column, split, step, epoch, time (seconds) and value; what is not known is null."""
    import polars

    parts = [_points(run) for run in runs]
    return polars.concat([part for run in parts for part in run] or [polars.DataFrame(schema=_schema())])


def exported(runs: Iterable[RunLog], form: str) -> bytes:
    """The table of all series as the bytes of a CSV or a Parquet file."""
    buffer = io.BytesIO()
    found = table(runs)
    if form == "parquet":
        found.write_parquet(buffer)
    else:
        found.write_csv(buffer)
    return buffer.getvalue()


def _schema() -> dict[str, type[polars.DataType]]:
    import polars

    words = dict.fromkeys(("run", "name", "column", "split"), polars.String)
    return {**words, **dict.fromkeys(("step", "epoch", "time", "value"), polars.Float64)}


def _points(run: RunLog) -> list[polars.DataFrame]:
    import polars

    tables = []
    for series in run.series:
        words = {"run": run.name, "name": series.name, "column": series.column, "split": series.split or None}
        numbers = {"step": series.steps, "epoch": series.epochs, "time": series.times, "value": series.values}
        columns = {n: polars.repeat(word, len(series), dtype=polars.String, eager=True) for n, word in words.items()}
        for name, values in numbers.items():
            known = None if values is None else np.asarray(values, dtype=np.float64)
            columns[name] = (
                polars.repeat(None, len(series), dtype=polars.Float64, eager=True)
                if known is None
                else polars.Series(known)
            )
        tables.append(polars.DataFrame(columns, schema=_schema()))
    return tables
