"""Single values, each with its own step → a run: what programs keep that store one metric apart from the others."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from expert import vocabulary
from expert.readers._columns import Column, run_of_columns
from expert.run import Event, RunLog


@dataclass
class Points:
    """The points of all metrics of one run, in the order in which they were written."""

    steps: array[float] = field(default_factory=lambda: array("d"))
    times: array[float] = field(default_factory=lambda: array("d"))
    lines: array[int] = field(default_factory=lambda: array("q"))
    rows: dict[str, array[int]] = field(default_factory=dict)
    values: dict[str, array[float]] = field(default_factory=dict)

    def add(self, column: str, step: float, value: float, time: float = float("nan"), line: int = 0) -> None:
        """One value of a column; `time` is in seconds, `line` that of the file which holds it, where there is one."""
        if column not in self.rows:
            self.rows[column], self.values[column] = array("q"), array("d")
        self.rows[column].append(len(self.steps))
        self.values[column].append(value)
        self.steps.append(step)
        self.times.append(time)
        self.lines.append(line)

    def run(
        self,
        path: Path,
        name: str,
        settings: Mapping[str, object] | None = None,
        notes: Iterable[str] = (),
        events: Iterable[Event] = (),
    ) -> RunLog:
        """The run of all points. A metric whose steps never move was logged without: its values are counted."""
        columns = {n: Column(np.array(self.values[n]), np.array(self.rows[n])) for n in self.rows}
        own = {n: c for n, c in columns.items() if vocabulary.clock(n) != "step"}
        steps, lines = np.array(self.steps), np.array(self.lines)
        for rows in (np.array(found) for found in self.rows.values()):
            if len(rows) > 1 and np.ptp(steps[rows]) == 0:
                steps[rows] = np.arange(len(rows))
        times = np.array(self.times)
        clocks = {"step": Column(steps), **({"wall_time": Column(times)} if np.isfinite(times).any() else {})}
        return run_of_columns(
            path,
            {**clocks, **own},
            len(steps),
            lines if lines.any() else None,
            name=name,
            settings=settings,
            notes=notes,
            events=events,
        )
