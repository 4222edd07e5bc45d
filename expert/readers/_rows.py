"""The rows of a run while its log is read, kept as columns of plain numbers: 16 bytes a value."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from math import nan

import numpy as np

from expert.readers._columns import Column
from expert.run import IntArray


class Rows:
    """Rows that each give some of the names a value, with the line of each."""

    def __init__(self) -> None:
        self._values: dict[str, array[float]] = {}
        self._rows: dict[str, array[int]] = {}
        self._lines: array[int] = array("q")
        self._epochs: array[float] = array("d")
        self._steps: array[float] = array("d")
        self._takers: dict[tuple[str, ...], list[tuple[Callable[[float], None], Callable[[int], None]]]] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_takers": {}}  # which put into the arrays of the original

    def add(
        self, names: tuple[str, ...], values: Iterable[float], line: int, epoch: float = nan, step: float = nan
    ) -> None:
        """One row: as many values as names, which are distinct."""
        row = len(self._lines)
        self._lines.append(line)
        self._epochs.append(epoch)
        self._steps.append(step)
        for (take, mark), value in zip(self._takers.get(names) or self._new(names), values, strict=True):
            take(value)
            mark(row)

    def columns(self) -> dict[str, Column]:
        """The columns of all rows so far."""
        found = {}
        for name, values in self._values.items():
            whole = len(values) == len(self._lines)
            found[name] = Column(np.array(values), None if whole else np.array(self._rows[name]))
        for name, values in (("epoch", self._epochs), ("step", self._steps)):
            counts = np.array(values)
            if not np.isnan(counts).all():
                found[name] = Column(counts)
        return found

    def placed(self) -> dict[str, Column]:
        """The columns of all rows so far, each with the rows that it was written in."""
        return {
            name: Column(column.values, np.arange(len(self)) if column.rows is None else column.rows)
            for name, column in self.columns().items()
        }

    def lines(self) -> IntArray:
        """The line of each row."""
        return np.array(self._lines)

    @property
    def names(self) -> Sequence[str]:
        """The names that have a value in some row."""
        return tuple(self._values)

    def _new(self, names: tuple[str, ...]) -> list[tuple[Callable[[float], None], Callable[[int], None]]]:
        for name in names:
            self._values.setdefault(name, array("d"))
            self._rows.setdefault(name, array("q"))
        if len(self._takers) > 1000:
            self._takers.clear()
        self._takers[names] = [(self._values[name].append, self._rows[name].append) for name in names]
        return self._takers[names]
