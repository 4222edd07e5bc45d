"""Several plans → one page that leads to each, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from expert.knowledge import SEVERITIES
from expert.plan import VERDICTS, Plan
from expert.renderers import _words as words
from expert.renderers._charts import slug
from expert.renderers.html import page


@dataclass(frozen=True)
class Row:
    """One run: where its page is, its verdict, what is wrong and what to do first."""

    id: str
    name: str
    link: str
    verdict: str
    suspicions: str
    trouble: str
    first: str
    steps: str


def index(plans: Sequence[Plan], links: Sequence[str]) -> str:
    """The page for several runs. `links` are the addresses of their pages, relative and quoted, in the same order."""
    ordered = sorted(zip(plans, links, strict=True), key=lambda pair: _badness(*pair))
    verdicts = [plan.verdict for plan in plans]
    return page(
        "index.html",
        {
            "rows": [_row(plan, link) for plan, link in ordered],
            "counts": [(verdict, verdicts.count(verdict)) for verdict in VERDICTS if verdict in verdicts],
        },
    )


def _badness(plan: Plan, link: str) -> tuple[int, int, float, str, str]:
    main = words.main_finding(plan)
    severity = SEVERITIES.index(main.severity) if main else len(SEVERITIES)
    return VERDICTS.index(plan.verdict), severity, -main.certainty if main else 0.0, plan.run.name, link


def _row(plan: Plan, link: str) -> Row:
    whole = words.span(plan.run)
    suspicions = words.suspicions(plan)
    trouble = words.rest_of_headline(plan) or ("" if plan.verdict != "Not judged" else words.refusal(plan))
    if suspicions:
        trouble = "; ".join(words.doubted(finding) for finding in plan.findings)
    return Row(
        f"run-{slug(link)}",
        words.short(plan.run.name) or "run",
        link,
        plan.verdict,
        suspicions,
        words.short(trouble, 400),
        next((item.title for item in words.open_items(plan, 1)), ""),
        f"{plan.run.clock} {words.steps(whole)}" if whole else "",
    )
