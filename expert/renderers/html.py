"""Plan → one self-contained page: no request to anywhere, readable without JavaScript, the same bytes each time."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256

import jinja2
from markupsafe import Markup, escape

from expert import certainty
from expert.findings import Finding
from expert.plan import Item, Plan
from expert.prose import number, setting
from expert.renderers import _words as words
from expert.renderers._charts import charts, slug
from expert.renderers._error import bars, counsel
from expert.renderers._evidence import Evidence, Proof, evidence, measured, params_in_force, proof, record
from expert.renderers._exhibits import exhibits
from expert.renderers._strip import strip
from expert.renderers._unlocks import unlocks
from expert.shelf import shelf
from expert.wording import meaning

OPEN_ITEMS = 5
"""So many items of the plan stand open; the rest is folded."""
_MOST_EVENTS = 12


@dataclass(frozen=True)
class FindingView:
    """A finding with everything that the page says about it."""

    id: str
    finding: Finding
    title: str
    because: tuple[str, ...]
    record: str
    also: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    not_ruled_out: tuple[str, ...]
    explains: tuple[str, ...]
    proof: tuple[Proof, ...]


@dataclass(frozen=True)
class ItemView:
    """An item of the plan: the findings that it is the first to treat, those that stand above, the next remedy."""

    id: str
    item: Item
    first_for: tuple[FindingView, ...]
    also_for: tuple[FindingView, ...]
    snippets: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    if_not: tuple[str, str, int] | None


def render(plan: Plan) -> str:
    """The page of one run."""
    items, untreated = _views(plan)
    views = [*(view for item in items for view in item.first_for), *untreated]
    knowledge, drawn, shown_besides = plan.knowledge, charts(plan), exhibits(plan.run.exhibits)
    shown = words.open_items(plan, OPEN_ITEMS)
    return page(
        "page.html",
        {
            "plan": plan,
            "words": words,
            "run_name": words.short(plan.run.name) or "run",
            "main": words.main_finding(plan),
            "items": [view for view in items if view.item in shown],
            "folded": [view for view in items if view.item not in shown],
            "suspicions": words.suspicions(plan),
            "untreated": untreated,
            "sparks": {row.spark_id: row.spark for one in views for row in one.evidence if row.spark},
            "strip": strip(plan),
            "charts": drawn,
            "exhibits": shown_besides,
            "ribbons": any(line.ribbon for chart in drawn for line in chart.lines),
            "error": plan.decomposition,
            "bars": bars(plan.decomposition),
            "counsel": counsel(plan.decomposition) if plan.decomposition else "",
            "unexplained": [
                (symptom, knowledge.title(symptom) if knowledge else symptom, reason.text)
                for symptom, reason in plan.unexplained
            ],
            "checked": _checked(plan),
            "unlocks": unlocks(plan),
            "too_few": [title for group in plan.not_judged if not group.inputs for title in group.titles],
            "params": params_in_force(knowledge) if knowledge else {},
            "changed": words.in_force(plan),
            "rules": len(knowledge.rules) if knowledge else 0,
            "measured": len(measured(plan)),
            "settings": [(words.short(k), words.short(setting(v))) for k, v in sorted(plan.run.settings.items())],
            "events": plan.run.events[:_MOST_EVENTS],
            "more_events": max(0, len(plan.run.events) - _MOST_EVENTS),
        },
        ("style.css", "exhibits.css") if shown_besides else ("style.css",),
    )


def page(template: str, values: Mapping[str, object], sheets: tuple[str, ...] = ("style.css",)) -> str:
    """A template of `reports/` filled in, with the style sheets and the script that its policy lets through."""
    style, script = "\n".join(map(asset, sheets)), asset("page.js")
    policy = (
        f"default-src 'none'; style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return fill(template, {"style": Markup(style), "script": Markup(script), "policy": policy, **values})


def still_page(template: str, values: Mapping[str, object]) -> str:
    """A template of `reports/` without any script, filled in; it may hold drawings of the knowledge."""
    style = f"{asset('style.css')}\n{asset('graph.css')}"
    policy = f"default-src 'none'; style-src 'sha256-{_digest(style)}'; base-uri 'none'; form-action 'none'"
    return fill(template, {"style": Markup(style), "policy": policy, **values})


def fill(template: str, values: Mapping[str, object]) -> str:
    """A template of `reports/` filled in; what is filled in is text, and harmless."""
    return _templates().get_template(template).render(values)


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (shelf("reports") / name).read_text("utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=lambda value: words.clean(value) if type(value) is str else value,
    )
    environment.filters |= {
        "slug": slug,
        "step": words.step,
        "steps": words.steps,
        "count": words.count,
        "short": words.short,
        "path": _path,
        "number": number,
        "word": certainty.in_words,
        "lower_first": lambda text: text[:1].lower() + text[1:],
    }
    return environment


def _path(name: str) -> Markup:
    """A short name that may break where its parts meet."""
    return Markup(re.sub(r"(?<=[/_])(?=\w)", "<wbr>", str(escape(words.short(name)))))


@cache
def asset(name: str) -> str:
    """A style sheet or script without the comments and the room that only its author needs."""
    lines = (line.strip() for line in (shelf("reports") / name).read_text("utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _views(plan: Plan) -> tuple[list[ItemView], list[FindingView]]:
    """The items, and the findings that no item treats. What is said of a finding stands in its first item alone."""
    views = {(f.diagnosis.id, f.about): _finding_view(f, plan) for f in plan.findings}
    left = dict(views)
    items = []
    for item in plan.items:
        keys = [(f.diagnosis.id, f.about) for f in item.treats]
        also_for = tuple(views[key] for key in keys if key not in left)
        first_for = _each_once([left.pop(key) for key in keys if key in left])
        name = f"item-{slug(item.remedy.id)}"
        items.append(ItemView(name, item, first_for, also_for, _snippets(item, plan), _if_not(item, plan)))
    return items, list(left.values())


def _each_once(views: list[FindingView]) -> tuple[FindingView, ...]:
    """The findings of one item, each with the evidence that does not stand above it already."""
    rows = [[(row.fact, row.thresholds) for row in view.evidence] for view in views]
    above = [{key for earlier in rows[:n] for key in earlier} for n in range(len(rows))]
    return tuple(
        replace(view, evidence=tuple(row for row in view.evidence if (row.fact, row.thresholds) not in seen))
        for view, seen in zip(views, above, strict=True)
    )


def _finding_view(finding: Finding, plan: Plan) -> FindingView:
    knowledge = plan.knowledge
    strongest = words.strongest(finding, plan)
    return FindingView(
        "-".join(["finding", slug(finding.diagnosis.id), *([slug(finding.about)] if finding.about else [])]),
        finding,
        words.short(finding.title, 160),
        strongest,
        record(finding, plan),
        tuple(sentence for sentence in words.sentences(finding, plan) if sentence not in strongest),
        evidence(finding, plan),
        tuple(meaning(fact, knowledge) for fact in finding.not_ruled_out),
        tuple(knowledge.title(e) for e in finding.explains) if knowledge else finding.explains,
        proof(finding, plan),
    )


def _snippets(item: Item, plan: Plan) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The framework of the run first; each line with its kind: taken out, put in, or neither."""
    order = [*words.frameworks(plan.run), *item.snippets]
    return tuple(
        (
            words.FRAMEWORK_TITLES.get(name, name),
            tuple(
                ("del" if line.startswith("- ") else "ins" if line.startswith("+ ") else "", line)
                for line in item.snippets[name].rstrip().splitlines()
            ),
        )
        for name in dict.fromkeys(order)
        if name in item.snippets
    )


def _if_not(item: Item, plan: Plan) -> tuple[str, str, int] | None:
    """The next remedy of the same finding: its id on the page, its title, its place."""
    later = (other for other in plan.items if other.priority > item.priority)
    following = next((other for other in later if item.treats[0] in other.treats), None)
    return (f"item-{slug(following.remedy.id)}", following.title, following.priority) if following else None


def _checked(plan: Plan) -> dict[str, list[tuple[str, str, list[str]]]]:
    """The checks that found nothing, by what they would have shown: what was needed, what observed, by which rules."""
    found: dict[str, dict[tuple[str, str], list[str]]] = {}
    for check in plan.checked:
        found.setdefault(check.title, {}).setdefault((check.condition, check.observed), []).append(check.rule)
    return {title: [(*key, rules) for key, rules in rows.items()] for title, rows in found.items()}
