"""What the formats of other tools say of a plan: its items alone, each with the place in the log where it shows."""

from __future__ import annotations

from dataclasses import dataclass

from expert.findings import Finding
from expert.plan import CONSIDERABLE, Item, Plan
from expert.renderers import _words as words

LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "note": "note"}
"""The levels that SARIF and GitHub know."""


@dataclass(frozen=True)
class Noted:
    """An item with the finding that it is the first to treat, and where that shows in the log, as far as is known."""

    item: Item
    finding: Finding
    level: str
    message: str
    file: str
    line: int | None


def noted(plan: Plan) -> tuple[Noted, ...]:
    """For each finding above low the first item that treats it: what to try after that stands in the plan itself."""
    seen: set[int] = set()
    found = []
    for item in plan.items:
        first_for = [f for f in item.treats if id(f) not in seen and f.severity in CONSIDERABLE]
        seen.update(id(finding) for finding in first_for)
        found += [_noted(item, first_for[0], plan)] if first_for else []
    return tuple(found)


def _noted(item: Item, finding: Finding, plan: Plan) -> Noted:
    about = f" ({words.short(finding.about)})" if finding.about else ""
    because = " ".join(words.strongest(finding, plan, 2))
    message = f"{finding.diagnosis.title.rstrip('.')}{about}. {because} {item.title}: {item.how}"
    file, line = _place(finding, plan)
    return Noted(item, finding, LEVELS[finding.severity], words.short(message, 1_000), file, line)


def _place(finding: Finding, plan: Plan) -> tuple[str, int | None]:
    source = plan.run.source
    for series in plan.run.series:
        read = any(series.column in fact.reads for one in finding.derivations for fact in one.premises)
        if read and series.file and series.lines is not None and finding.steps:
            file = source if source.endswith(series.file) else f"{source.rstrip('/')}/{series.file}"
            return file, series.line(finding.steps[0])
    return source, None
