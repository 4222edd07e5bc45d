"""A night as a small static site: no request, no script needed, every earlier page stays where it was.

index.html            the latest night            night/DATE.html     each night
runs/N.html           all runs, the worst first   cause/ID.html       a cause, night by night
run/KEY.html          the page of a run           index.json, feed.xml, message.md
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import orjson

from expert.files import save
from expert.fleet import feed, message, sightings
from expert.fleet.history import History, Run
from expert.fleet.report import Cause, Report
from expert.fleet.sightings import Count
from expert.plan import VERDICTS
from expert.renderers.html import page

WORST = 50
"""So many runs stand on the page of a night; all of them on the pages of runs."""
PER_PAGE = 500
_WIDTH, _HEIGHT = 96, 22


@dataclass(frozen=True)
class Line:
    """A run in a table of runs: `spark` is the path of its curve in a picture of 96 by 22."""

    name: str
    link: str
    verdict: str
    trouble: str
    first: str
    hours: float | None
    owner: str
    tags: tuple[str, ...]
    spark: str


def write(folder: Path, report: Report, history: History) -> None:
    """Write all pages of a night. Raises OSError for a folder that cannot be written."""
    worst = [_line(run) for run in islice(history.runs(report.night, "worst"), WORST)]
    pages = _runs(folder, report, history)
    for prefix, place in (("", "index.html"), ("../", f"night/{report.night}.html")):
        values = {"report": report, "worst": worst, "pages": pages, "up": prefix, "verdicts": VERDICTS}
        _write(folder / place, "night.html", values)
    for cause in report.causes:
        trend = sightings.trend(history, report.night, cause.diagnosis)
        _write(folder / "cause" / f"{cause.diagnosis}.html", "cause.html", _cause(cause, report, trend))
    save(folder / "index.json", orjson.dumps(_object(report), option=orjson.OPT_INDENT_2))
    save(folder / "feed.xml", feed.atom(report))
    save(folder / "message.md", message.markdown(report).encode())


def _runs(folder: Path, report: Report, history: History) -> int:
    """Write the pages of all runs, the worst first; gives how many there are."""
    runs = history.runs(report.night, "worst")
    total = max(1, -(-report.runs // PER_PAGE))
    for n, lines in enumerate(_batches(map(_line, runs), PER_PAGE), 1):
        _write(folder / "runs" / f"{n}.html", "runs.html", {"report": report, "lines": lines, "n": n, "total": total})
    return total


def _batches(lines: Iterator[Line], size: int) -> Iterator[list[Line]]:
    while batch := list(islice(lines, size)):
        yield batch


def _write(path: Path, template: str, values: dict[str, object]) -> None:
    save(path, page(template, values).encode())


def _line(run: Run) -> Line:
    kept = run.summary
    trouble = "; ".join(found.title.rstrip(".") for found in kept.findings[:3])
    if kept.verdict == "Not judged":
        trouble = kept.headline
    link, curve = f"{run.page}.html", spark(kept.spark)
    return Line(run.run, link, kept.verdict, trouble, kept.first, kept.hours, run.owner, run.tags, curve)


def spark(values: Sequence[float | None]) -> str:
    """A curve as the path of an SVG picture of 96 by 22; where it is not a number there is a gap."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    step = _WIDTH / (len(values) - 1)
    path, pen = [], "M"
    for n, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        y = 1 + (_HEIGHT - 2) * (1 - (value - low) / ((high - low) or 1.0))
        path.append(f"{pen}{n * step:.0f} {y:.1f}")
        pen = "L"
    return "".join(path)


def _cause(cause: Cause, report: Report, trend: Sequence[Count]) -> dict[str, object]:
    entries = [entry for entry in report.entries if entry.row.diagnosis == cause.diagnosis]
    return {"cause": cause, "entries": entries, "report": report, "trend": trend}


def _object(report: Report) -> dict[str, object]:
    """The night for machines."""
    return {
        "schema": 1,
        "night": report.night,
        "before": report.before,
        "runs": report.runs,
        "verdicts": dict(report.verdicts),
        "findings": [
            {
                "finding": entry.row.finding,
                "state": entry.row.state,
                "severity": entry.row.severity,
                "certainty": entry.row.certainty,
                "diagnosis": entry.row.diagnosis,
                "about": entry.row.about,
                "title": entry.row.title,
                "run": entry.run,
                "page": f"run/{entry.page}.html" if entry.page else "",
                "family": entry.row.family,
                "owner": entry.owner,
                "tags": entry.tags,
                "since": entry.row.first_night,
                "hours": entry.hours,
                "first": entry.first,
            }
            for entry in report.entries
        ],
        "causes": [asdict(cause) for cause in report.causes],
        "patterns": [asdict(pattern) for pattern in report.patterns],
        "failures": [{"place": key, "reason": reason} for key, reason in report.failures],
    }
