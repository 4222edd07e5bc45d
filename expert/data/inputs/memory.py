"""What is in memory already: data frames of polars and pandas, arrays, `(inputs, labels)`, Dataset objects."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from expert.data._arrays import of_arrays
from expert.data._labels import beside, labels_of
from expert.data._samples import of_samples
from expert.data._table import of_lazy
from expert.data.inputs import Asked
from expert.data.split import DataError, Split


def recognizes(source: Any) -> bool:
    """Whether it is no path, and has samples or columns."""
    return (
        not hasattr(source, "__fspath__") and not isinstance(source, str) and hasattr(source, "__len__")
    ) or _is_lazy(source)


def read(source: Any, asked: Asked, name: str = "") -> Split:
    """The split of the object; `name` says where it is from."""
    name = name or f"{type(source).__name__} in memory"
    if isinstance(source, tuple) and len(source) == 2:
        return of_arrays(np.asarray(source[0]), np.asarray(source[1]), asked, name)
    if isinstance(source, np.ndarray):
        return of_arrays(source, labels_of(asked), asked, name)
    if hasattr(source, "to_numpy") and hasattr(source, "columns") and not isinstance(source, pl.DataFrame):
        columns = {str(c): source[c].to_list() if source[c].dtype == object else source[c].to_numpy() for c in source}
        source = pl.DataFrame({c: _words(v) if isinstance(v, list) else v for c, v in columns.items()})
    if isinstance(source, pl.DataFrame) or _is_lazy(source):
        lazy, target = beside(source.lazy(), asked)
        return of_lazy(lazy, asked.name, name, target, asked.like)
    if hasattr(source, "__getitem__"):
        return of_samples(source, asked, name)
    raise DataError(f"{type(source).__name__} is no data set: a frame, arrays or an object with samples is expected")


def _is_lazy(source: Any) -> bool:
    return isinstance(source, pl.LazyFrame)


def _words(values: list[Any]) -> list[str | None]:
    return [None if value is None or value != value else str(value) for value in values]
