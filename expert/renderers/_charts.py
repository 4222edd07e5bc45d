"""Plan → the curves worth looking at, all on one step axis, with what was seen shaded and the best step marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from expert import vocabulary
from expert.facts import Derivation, Range
from expert.plan import Plan
from expert.renderers._svg import Scale, gaps, label, labels, path, percent, round_values, scale, ticks, whole_scale
from expert.renderers._words import short, span, step, steps
from expert.run import Series

MOST_CHARTS = 6
_MOST_LINES = 4
_MOST_BUCKETS = 2000
"""So many buckets have all curves of a page together; eight less for each check that the page has to tell of."""
_FEWEST_BUCKETS = 700
_ROLES = ("loss", "metric", "error", "lr", "grad_norm")
NARROWEST = 300
"""Labels do not meet even where a chart is only this many pixels wide."""


@dataclass(frozen=True)
class Line:
    """One curve: its SVG path, its name in the key, and how it is drawn."""

    title: str
    path: str
    style: Literal["train", "val", "test", "other"]
    ribbon: bool


@dataclass(frozen=True)
class Tick:
    """A round value and where it stands: percent across, or units from the top."""

    at: float
    text: str
    anchor: Literal["start", "middle", "end"] = "middle"


@dataclass(frozen=True)
class Band:
    """A shaded range of steps in percent, and what it means."""

    left: float
    width: float
    title: str
    kind: Literal["symptom", "gap"]


@dataclass(frozen=True)
class Mark:
    """A point worth naming: the best step, or a value beyond the axis. `text` is empty where there is no room."""

    left: float
    top: float
    text: str
    title: str
    kind: Literal["best", "beyond"]
    anchor: Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Chart:
    """One figure; `says` is what a reader who cannot see it is told, `notes` what its shades and marks mean."""

    id: str
    title: str
    height: int
    logarithmic: bool
    lines: tuple[Line, ...]
    levels: tuple[Tick, ...]
    steps: tuple[Tick, ...]
    bands: tuple[Band, ...]
    marks: tuple[Mark, ...]
    says: str
    notes: tuple[str, ...]


def charts(plan: Plan) -> tuple[Chart, ...]:
    """At most six figures, the losses first."""
    whole = span(plan.run)
    groups = _chosen(plan)
    if whole is None or not groups:
        return ()
    together = max(_FEWEST_BUCKETS, _MOST_BUCKETS - 8 * len(plan.checked))
    lengths = [len(series) for group in groups.values() for series in group]
    fitting = (b for b in range(360, 60, -10) if sum(min(n / 2, b) for n in lengths) <= together)
    buckets = next(fitting, 60)
    return tuple(_chart(title, group, plan, whole, buckets) for title, group in groups.items())


def spark(series: Series, whole: Range) -> str:
    """A small curve of 24 units height."""
    finite = series.finite.values
    return path(series, scale(finite, 24), whole, 45) if len(finite) > 1 else ""


def slug(text: str) -> str:
    """A text as part of an id: plain letters and digits, the same for the same text."""
    plain = vocabulary.plain(short(text, 60)).replace("_", "-")
    if plain and plain == text.replace("_", "-"):
        return plain
    from hashlib import sha256

    return f"{plain[:40]}-{sha256(text.encode('utf-8', 'replace')).hexdigest()[:6]}".lstrip("-")


def step_ticks(whole: Range, most: int = 6) -> tuple[Tick, ...]:
    """Round steps on the run's axis."""
    whole_numbers = [v for v in round_values(*whole, most) if v == round(v)] or [whole[0]]
    return tuple(
        Tick(at, step(v) if abs(v) < 1e5 else label(v), anchor(at)) for v in whole_numbers for at in [percent(v, whole)]
    )


def anchor(at: float) -> Literal["start", "middle", "end"]:
    return "start" if at < 4 else "end" if at > 96 else "middle"


def _chosen(plan: Plan) -> dict[str, list[Series]]:
    """Series by figure: those that a finding reads before others, in the order that a reader expects."""
    groups: dict[tuple[int, str], list[Series]] = {}
    played = {s.name: s.column for s in vocabulary.played(plan.run.series)}
    main = {_title(s) for s in plan.run.series if s.column == played.get("val_metric")}
    for series in plan.run.series:
        if len(series) > 1 and np.isfinite(series.values).sum() > 1:
            groups.setdefault((_place(series, main), _title(series)), []).append(series)
    read = {column for finding in plan.findings for d in finding.derivations for column in _reads([d])}
    ordered = sorted(groups, key=lambda key: key[0])
    known = [key for key in ordered if key[0] < 99 or any(s.column in read for s in groups[key])] or ordered[:3]
    urgent = sorted(known, key=lambda key: (key[0] != 0, not any(s.column in read for s in groups[key])))
    return {key[1]: groups[key][:_MOST_LINES] for key in ordered if key in urgent[:MOST_CHARTS]}


def _place(series: Series, main: set[str]) -> int:
    """The losses first, then the main metric, rate, gradient norm, other metrics, other known series, the rest."""
    if series.about:
        return 90
    if series.role == "loss":
        return 0
    if series.role in ("metric", "error"):
        return 1 if _title(series) in main else 4
    return {"lr": 2, "grad_norm": 3}.get(series.role, 5 if series.role else 99)


def _title(series: Series) -> str:
    """Series of one title share a figure: one metric on all its splits."""
    name = series.name or series.column
    base = name.removeprefix(f"{series.split}_") if series.split else name
    words = {"lr": "learning rate", "acc": "accuracy", "grad_norm": "gradient norm"}.get(base, base.replace("_", " "))
    return short(f"{words} of {series.about}" if series.about else words)


def _reads(derivations: Iterable[Derivation]) -> set[str]:
    """The log's columns that the derivations were made from."""
    return {column for d in derivations for premise in d.premises for column in premise.reads}


def _chart(title: str, group: list[Series], plan: Plan, whole: Range, buckets: int) -> Chart:
    height = 170 if group[0].role == "loss" else 120
    finite = np.concatenate([series.finite.values for series in group])
    axis = whole_scale(finite, height) if group[0].role == "lr" else scale(finite, height)
    best = _best(group, axis, whole, plan)
    beyond = _beyond(group, axis, whole)
    marks = _without_collisions([*best, *beyond])
    bands, notes = _bands(group, plan, whole)
    notes += [mark.title for mark in best]
    if beyond:
        notes.append(f"Beyond the axis: {'; '.join(mark.title for mark in beyond)}")
    lines = tuple(_line(s, group, path(s, axis, whole, buckets)) for s in group)
    values = ticks(axis, height // 30)
    tops = np.round(axis.y(np.array(values)), 1).tolist()
    levels = tuple(Tick(top, text) for top, text in zip(tops, labels(values), strict=True))
    says = "; ".join(_course(series, plan) for series in group)
    logarithmic = axis.logarithmic
    ids = f"chart-{slug(title)}"
    shown = title[:1].upper() + title[1:]
    return Chart(ids, shown, height, logarithmic, lines, levels, step_ticks(whole), bands, marks, says, tuple(notes))


def _line(series: Series, group: list[Series], drawn: str) -> Line:
    return Line(_name(series, group), drawn, _style(series, group), drawn.endswith("z"))


def _style(series: Series, group: list[Series]) -> Literal["train", "val", "test", "other"]:
    styles: Mapping[str, Literal["train", "val", "test"]] = {"train": "train", "val": "val", "test": "test"}
    return styles.get(series.split, "train" if len(group) == 1 else "other")


def _name(series: Series, group: list[Series]) -> str:
    words = _SPLITS.get(series.split, "")
    return words if words and len({s.split for s in group}) == len(group) else short(series.column)


_SPLITS = {"train": "training", "val": "validation", "testval": "test-like validation", "test": "test"}


def _course(series: Series, plan: Plan) -> str:
    """A curve told in words."""
    finite, unit = series.finite, plan.run.clock
    values, at = finite.values, finite.steps
    ends = f"from {label(values[0])} at {unit} {step(at[0])} to {label(values[-1])} at {unit} {step(at[-1])}"
    bad = len(series) - len(finite)
    not_finite = f", {bad:,} values not finite" if bad else ""
    return f"{short(series.column)} {ends}, between {label(values.min())} and {label(values.max())}{not_finite}"


def _best(group: list[Series], axis: Scale, whole: Range, plan: Plan) -> list[Mark]:
    """The best step of the held-out curve, where it is known which way is better."""
    for split, word in (("val", "validation"), ("test", "test")):
        series = next((s for s in group if s.split == split and s.better and len(s.finite) > 2), None)
        if series is not None:
            finite = series.finite
            at = int(np.argmin(finite.values) if series.better == "lower" else np.argmax(finite.values))
            value, where = float(finite.values[at]), float(finite.steps[at])
            title = f"Best {word} {label(value)} at {plan.run.clock} {step(where)}"
            text = f"best {label(value)}, {plan.run.clock} {step(where)}"
            return [_mark(where, value, axis, whole, text, title, "best")]
    return []


def _beyond(group: list[Series], axis: Scale, whole: Range) -> list[Mark]:
    """The most extreme values that the axis leaves out, at most three on each curve."""
    marks = []
    near = 1e-9 * (abs(axis.low) + abs(axis.high))
    for series in group:
        finite = series.finite
        out = np.flatnonzero((finite.values > axis.high + near) | (finite.values < axis.low - near))
        distance = np.maximum(finite.values[out] - axis.high, axis.low - finite.values[out])
        for at in out[np.argsort(-distance, kind="stable")][:3]:
            value, where = float(finite.values[at]), float(finite.steps[at])
            marks.append(_mark(where, value, axis, whole, label(value), f"{label(value)} at {step(where)}", "beyond"))
    return marks


def _mark(
    where: float, value: float, axis: Scale, whole: Range, text: str, title: str, kind: Literal["best", "beyond"]
) -> Mark:
    left, top = percent(where, whole), float(np.round(axis.y(np.array([value]))[0], 1))
    return Mark(left, top, text, title, kind, "start" if left < 35 else "end" if left > 65 else "middle")


def _without_collisions(marks: list[Mark]) -> tuple[Mark, ...]:
    """The marks with only those texts that stand clear of each other on a narrow screen; all stand in the notes too."""
    taken: list[Range] = []
    kept = []
    for mark in marks:
        width = 100 * 6.6 * len(mark.text) / NARROWEST + 4
        left = mark.left - {"start": 0, "middle": width / 2, "end": width}[mark.anchor]
        right = left + width
        clear = left >= -4 and right <= 104 and all(right < one[0] or left > one[1] for one in taken)
        if clear:
            taken.append((left, right))
        text = mark.text if clear else ""
        kept.append(Mark(mark.left, mark.top, text, mark.title, mark.kind, mark.anchor))
    return tuple(kept)


def _bands(group: list[Series], plan: Plan, whole: Range) -> tuple[tuple[Band, ...], list[str]]:
    """What was seen in these curves, and where they are not finite."""
    columns = {series.column for series in group}
    chain = [d for f in plan.findings for d in f.derivations] + [reason.derivation for _, reason in plan.unexplained]
    seen: dict[Range, list[str]] = {}
    for d in chain:
        if d.at is not None and d.certainty > 0 and plan.knowledge is not None and _reads([d]) & columns:
            titles = seen.setdefault(d.at, [])
            titles += [
                title for title in [short(plan.knowledge.title(d.conclusion).rstrip("."))] if title not in titles
            ]
    bands, notes = [], []
    for at, titles in list(seen.items())[:4]:
        if at[0] > whole[0] or at[1] < whole[1]:
            left, right = percent(at[0], whole), percent(at[1], whole)
            title = "; ".join(titles)
            bands.append(Band(min(left, 99.2), max(0.8, round(right - left, 2)), title, "symptom"))
            notes.append(f"Shaded, {plan.run.clock} {steps(at)}: {title}")
    for series in group:
        missing = gaps(series, whole)
        bands += [
            Band(left, round(right - left, 2), f"{short(series.column)} is not finite", "gap")
            for left, right in missing
        ]
        if missing:
            bad = int((~np.isfinite(series.values)).sum())
            notes.append(f"Hatched: {bad:,} values of {short(series.column)} are NaN or infinite")
    return tuple(bands), notes
