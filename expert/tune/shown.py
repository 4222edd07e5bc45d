"""What there is to see of a sweep: the next ranges, importance, slices and parallel coordinates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from expert.exhibits import Axis, Bar, Bars, Exhibit, Parallel, Scatter, Table
from expert.prose import number
from expert.tune.importance import SENSITIVITY
from expert.tune.measured import Measured
from expert.tune.space import Scale, shown

_MOST_SLICES, _MOST_LINES, _MOST_POINTS, _MOST_ROWS = 6, 200, 500, 10


def exhibits(found: Measured) -> tuple[Exhibit, ...]:
    """The tables and charts of a sweep, as far as it has the trials for them."""
    return tuple(_exhibits(found))


def _exhibits(found: Measured) -> Iterator[Exhibit]:
    if found.follows:
        yield _next_ranges(found)
    if found.importance:
        yield _importance(found)
    if not found.order:
        return
    for n in _by_importance(found)[:_MOST_SLICES]:
        yield _slice(found, n)
    if len(found.scales) > 1:
        yield _parallel(found)
    yield _best(found)


def _next_ranges(found: Measured) -> Table:
    best = found.sweep.trials[found.order[0]].knobs
    rows = []
    for scale, one in zip(found.scales, found.follows, strict=True):
        if scale.kind == "choice":
            searched, following = _some(scale.choices), _some(one.choices)
        else:
            searched, following = (
                f"{number(a)} to {number(b)}" for a, b in ((scale.low, scale.high), (one.low, one.high))
            )
        if one.is_idle and one.fixed is not None:
            following, kept = shown(one.fixed), "fixed: it makes no difference"
        else:
            kept = "as before: the trials do not tell" if one.share > 0.99 else f"{one.share:.0%} of it"
        edge = f"; beyond the {one.edge} end" if one.is_beyond else ""
        at = shown(best[scale.name]) if scale.name in best else "–"
        rows.append((scale.name, searched, at, following, "log" if scale.is_log else scale.kind, kept + edge))
    seen = any(scale.kind != "choice" and not scale.settled for scale in found.scales)
    ends = " What was searched is told from the least and the greatest value that was tried." if seen else ""
    return Table(
        "What to search next",
        "Each range is a quarter or half of the former where that is likely to hold the optimum, by a Gaussian process "
        f"through all trials.{ends}",
        ("knob", "searched", "best trial", "next", "scale", "width"),
        tuple(rows),
    )


def _importance(found: Measured) -> Bars:
    bars = [
        Bar(
            f"{scale.name} ({SENSITIVITY[scale.canonical]} in general)"
            if scale.canonical in SENSITIVITY
            else scale.name,
            i.value,
            i.low,
            i.high,
        )
        for scale in found.scales
        if (i := found.importance.get(scale.name))
    ]
    return Bars(
        "How much each knob mattered",
        f"Share of the variance of {found.result.name} that a knob explains by itself: fANOVA of Optuna over the ranks "
        "of the finished trials, with the interval from resampled trials.",
        "share of the variance",
        tuple(sorted(bars, key=lambda bar: -bar.value)),
    )


def _by_importance(found: Measured) -> list[int]:
    def rank(n: int) -> float:
        known = found.importance.get(found.scales[n].name)
        return -known.value if known else 0.0

    return sorted(range(len(found.scales)), key=rank)


def _axis(scale: Scale) -> Axis:
    return Axis(scale.name, scale.is_log, tuple(map(shown, scale.choices)))


def _values(found: Measured, n: int) -> list[float]:
    scale = found.scales[n]
    places = found.places[:, n]
    return [float(p) if scale.kind == "choice" or np.isnan(p) else scale.at(float(p)) for p in places]


def _slice(found: Measured, n: int) -> Scatter:
    scale, values = found.scales[n], _values(found, n)
    rows = [row for row in found.order[:_MOST_POINTS] if np.isfinite(values[row])]
    band = None
    if found.follows and scale.kind != "choice" and (one := found.follows[n]).share < 0.99 and one.fixed is None:
        band = (one.low, one.high)
    failed = int(np.sum(found.failed))
    lost = f" {failed} failed trials are not shown." if failed else ""
    suggested = " The band is the next range." if band else ""
    return Scatter(
        f"{found.result.name} by {scale.name}",
        f"Each point is a trial; {found.result.name} is better when {found.result.better}.{suggested}{lost}",
        _axis(scale),
        Axis(found.result.name, _is_log(found)),
        tuple((values[row], float(found.result.values[row])) for row in rows),
        band,
    )


def _is_log(found: Measured) -> bool:
    """Whether results range over magnitudes."""
    values = found.result.values[found.order]
    return bool(values.min() > 0 and values.max() > 30 * values.min())


def _parallel(found: Measured) -> Parallel:
    columns = [_values(found, n) for n in range(len(found.scales))]
    lines = [
        (*(column[row] for column in columns), float(found.result.values[row])) for row in found.order[:_MOST_LINES]
    ]
    return Parallel(
        "All knobs of each trial",
        f"Each line is a trial, the best on top; the last axis is {found.result.name}.",
        (*map(_axis, found.scales), Axis(found.result.name, _is_log(found))),
        tuple(lines),
    )


def _best(found: Measured) -> Table:
    listed = found.order[:_MOST_ROWS]
    caption, expected = [], None
    if found.surrogate and found.chosen is not None:
        sign = 1 if found.result.better == "lower" else -1
        expected = sign * found.surrogate.expected
        listed = [*listed, found.chosen] if found.chosen not in listed else listed
        caption.append(
            "Expected is what the Gaussian process says of the setting, less luck: by that "
            f"{found.sweep.trials[found.chosen].name} is the setting to take."
        )
    if found.noise:
        caption.append(f"One deviation of noise is {number(found.noise.deviation, '.2g')}, by {found.noise.source}.")
    rows = [
        (
            found.sweep.trials[row].name,
            number(float(found.result.values[row]), ".4g"),
            *([number(float(expected[row]), ".4g")] if expected is not None else []),
            *(shown(v) if (v := found.sweep.trials[row].knobs.get(s.name)) is not None else "–" for s in found.scales),
        )
        for row in listed
    ]
    named = ("expected",) if expected is not None else ()
    columns = ("trial", found.result.name, *named, *(s.name for s in found.scales))
    return Table("The best trials", " ".join(caption), columns, tuple(rows))


def _some(values: tuple[object, ...]) -> str:
    return ", ".join(shown(v) for v in values[:6]) + (", …" if len(values) > 6 else "")  # type: ignore[arg-type]
