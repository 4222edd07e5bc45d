"""Everything that is known about a run before any rule reads it, as a person reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from expert import vocabulary
from expert.explain import place
from expert.prose import number
from expert.run import RunLog, Series
from expert.signals import catalogue, measure, missing, signals


def listing(run: RunLog) -> str:
    """Reader, columns, settings, notes, events, every fact with its unit and place, and what could not be measured."""
    facts = measure(run)
    measured = [fact for fact in facts if fact.reads != ("settings",)]
    units = {name: quantity.unit for name, quantity in catalogue().items()}
    rows = [
        (f"{f.name} ({f.about})" if f.about else f.name, number(f.value), units.get(f.name, ""), place(f, run))
        for f in measured
    ]
    parts = [
        [f"{run.name} ({run.source})", f"  read by {run.reader}"],
        _section("columns", _table([*map(_clock, run.clocks), *map(_column, run.series)])),
        _section("settings", _table((name, "=", _setting(value)) for name, value in sorted(run.settings.items()))),
        _section(
            "what the reader noticed", [*run.notes, *(_event(e.text, e.line) for e in run.events if e.kind != "log")]
        ),
        _section("facts", _table(rows)),
        *_not_measured(run, {fact.name for fact in facts}),
    ]
    return "\n".join(line for part in parts for line in part)


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", title, *(f"  {line}" for line in lines)] if lines else []


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """The rows in columns as wide as their widest cell, the last one open."""
    cells = list(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)][:-1]
    return ["  ".join([*(f"{c:<{w}}" for c, w in zip(row, widths, strict=False)), row[-1]]).rstrip() for row in cells]


def _clock(column: str) -> tuple[str, ...]:
    counts = {"step": "steps", "epoch": "epochs", "time": "time"}[vocabulary.clock(column) or "step"]
    return column, "→", "the clock", counts


def _column(series: Series) -> tuple[str, ...]:
    points = f"{len(series):,} points, steps {number(float(series.steps[0]))} to {number(float(series.steps[-1]))}"
    if not series.role and series.better is None:
        return series.column, "→", series.name, f"not known, so not judged; --map '{series.column}=val_loss' names it"
    direction = f", {series.better} is better" if series.better else ""
    return series.column, "→", series.name, f"{series.role or 'metric'}{direction}; {points}"


def _setting(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(number(v) for v in value)}]"
    return number(value) if isinstance(value, float | bool | str) else str(value)


def _event(text: str, line: int | None) -> str:
    return text if line is None else f"line {line}: {text}"


def _not_measured(run: RunLog, known: set[str]) -> list[list[str]]:
    """The signals without a value, by the inputs that they lack; those that lack none apart."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in signals():
        if name not in known:
            groups[missing(name, run)].append(name)
    silent = groups.pop((), [])
    lacking = [
        f"{', '.join(sorted(names))}: {', '.join(inputs)} ({'; '.join(map(vocabulary.how_to_give, inputs))})"
        for inputs, names in sorted(groups.items())
    ]
    return [
        _section("not measured, because missing:", lacking),
        _section("not measured, though nothing is missing:", [", ".join(sorted(silent))] if silent else []),
    ]
