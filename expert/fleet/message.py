"""A night in a few lines: what is new and worse first, then what is resolved, then counts."""

from __future__ import annotations

from collections.abc import Sequence

from expert.fleet.report import Entry, Report
from expert.renderers._words import count, short

_MOST = 20


def text(report: Report) -> str:
    """The message for a terminal or a mail."""
    return "\n".join(_lines(report, "  {run}: {title}{about}, {severity}. {first}")) + "\n"


def markdown(report: Report) -> str:
    """The message for a chat or an issue."""
    heading, *lines = _lines(report, "- **{title}**{about}, {severity}, in `{run}`. {first}")
    return "\n".join([f"### {heading}", *lines]) + "\n"


def _lines(report: Report, form: str) -> list[str]:
    news, resolved = report.of("new", "worse", "reopened"), report.of("resolved")
    since = f"compared with {report.before}" if report.before else "the first night"
    found = [
        f"Night {report.night}: {count(len(news), 'finding')} new or worse in {count(report.runs, 'run')} ({since})"
    ]
    found += _some(news, form)
    if resolved:
        found += [f"{len(resolved)} resolved:", *_some(resolved, form)]
    rest = ("ongoing", "provisional", "better", "suppressed", "unjudged")
    others = [f"{len(some)} {state}" for state in rest if (some := report.of(state))]
    found += [" · ".join(others)] if others else []
    if report.failures:
        some_failures = "; ".join(f"{key}: {short(reason, 90)}" for key, reason in report.failures[:3])
        found.append(f"{len(report.failures)} could not be judged: {some_failures}")
    return found


def _some(entries: Sequence[Entry], form: str) -> list[str]:
    lines = [
        form.format(
            run=short(entry.run, 100),
            title=entry.row.title.rstrip("."),
            about=f" ({short(entry.row.about, 40)})" if entry.row.about else "",
            severity=entry.row.severity,
            first=f"Do first: {short(entry.first)}" if entry.first and entry.row.state != "resolved" else "",
        ).rstrip()
        for entry in entries[:_MOST]
    ]
    return lines + ([f"  and {len(entries) - _MOST} more"] if len(entries) > _MOST else [])
