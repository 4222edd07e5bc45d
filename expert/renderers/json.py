"""Plan → JSON: the contract with machines. `reports/result.schema.json` is its schema."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from expert.decomposition import Decomposition
from expert.exhibits import as_values
from expert.facts import Fact, Range
from expert.findings import Finding, Suppressed
from expert.knowledge import Change, KnowledgeBase
from expert.plan import Item, NotJudged, Plan
from expert.renderers import _words as words
from expert.renderers._evidence import measured, params_in_force
from expert.run import RunLog, Series

SCHEMA = 1
"""The version of the contract; it changes when a key goes or changes its meaning."""


def render(plan: Plan) -> str:
    """One JSON object."""
    return orjson.dumps(as_object(plan), option=orjson.OPT_INDENT_2).decode() + "\n"


def joined(texts: Sequence[str]) -> str:
    """A list of the objects."""
    return "[" + ",\n".join(text.strip() for text in texts) + "]\n"


def as_object(plan: Plan) -> dict[str, Any]:
    """The plan as plain values: dictionaries, lists, texts and finite numbers."""
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "run": _run(plan.run),
        "verdict": plan.verdict,
        "headline": words.headline(plan),
        "findings": [_finding(finding, plan) for finding in plan.findings],
        "suppressed": [_suppressed(one) for one in plan.suppressed],
        "plan": [_item(item) for item in plan.items],
        "decomposition": _decomposition(plan.decomposition),
        "rejected": [
            {
                "diagnosis": one.diagnosis.id,
                "title": one.diagnosis.title,
                "certainty": round(one.certainty, 3),
                "reason": one.reason,
            }
            for one in plan.rejected
        ],
        "unexplained": [
            {
                "symptom": symptom,
                "title": plan.knowledge.title(symptom) if plan.knowledge else symptom,
                "because": reason.text,
                "steps": _steps(reason.derivation.at),
            }
            for symptom, reason in plan.unexplained
        ],
        "checked": [
            {"rule": c.rule, "title": c.title, "condition": c.condition, "observed": c.observed} for c in plan.checked
        ],
        "not_judged": [_not_judged(group) for group in plan.not_judged],
        "facts": [_fact(fact) for _, fact in sorted(measured(plan).items())],
        "exhibits": [as_values(exhibit) for exhibit in plan.run.exhibits],
        "rules": {
            "count": len(plan.knowledge.rules) if plan.knowledge else 0,
            "packs": [{"pack": p.name, "version": p.version, "digest": p.digest} for p in plan.packs],
            "params": params_in_force(plan.knowledge) if plan.knowledge else {},
            "profile": plan.knowledge.profile if plan.knowledge else "",
            "changes": [_change(change) for change in plan.knowledge.changes] if plan.knowledge else [],
            "broken": [{"group": one.group, "name": one.name, "reason": one.reason} for one in plan.broken],
        },
    }
    cleaned: dict[str, Any] = _plain(found)
    return cleaned


def _finding(finding: Finding, plan: Plan) -> dict[str, Any]:
    return {
        "diagnosis": finding.diagnosis.id,
        "title": finding.diagnosis.title,
        "about": finding.about,
        "also": list(finding.also),
        "origin": finding.diagnosis.origin,
        "stage": finding.diagnosis.stage,
        "severity": finding.severity,
        "certainty": round(finding.certainty, 3),
        "steps": _steps(finding.steps),
        "because": list(words.sentences(finding, plan)),
        "against": [reason.text for reason in finding.against],
        "not_ruled_out": list(finding.not_ruled_out),
        "explains": list(finding.explains),
        "remedies": list(finding.diagnosis.remedies),
        "rules": [derivation.rule for derivation in finding.derivations],
        "records": _records(finding, plan.knowledge),
    }


def _records(finding: Finding, knowledge: KnowledgeBase | None) -> dict[str, dict[str, int]]:
    """How right each rule behind the finding was, where that was measured."""
    rules = [knowledge.rules[d.rule] for d in finding.derivations] if knowledge else []
    return {rule.id: asdict(rule.record) for rule in rules if rule.record}


def _suppressed(one: Suppressed) -> dict[str, Any]:
    return {
        "diagnosis": one.finding.diagnosis.id,
        "title": one.finding.diagnosis.title,
        "about": one.finding.about,
        "severity": one.finding.severity,
        "certainty": round(one.finding.certainty, 3),
        "reason": one.suppression.reason,
        "owner": one.suppression.owner,
        "expires": one.suppression.expires.isoformat(),
        "where": words.at(one.suppression.where),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "target": change.target,
        "kind": change.kind,
        "edits": [{"verb": e.verb, "key": e.key, "before": e.before, "after": e.after} for e in change.edits],
        "reason": change.reason,
        "owner": change.owner,
        "review_by": change.review_by.isoformat() if change.review_by else None,
        "drift": list(change.drift),
        "where": words.at(change.where),
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "remedy": item.remedy.id,
        "title": item.title,
        "treats": list(dict.fromkeys(finding.diagnosis.id for finding in item.treats)),
        "priority": item.priority,
        "severity": item.severity,
        "how": item.how,
        "effort": item.effort,
        "gain": item.gain,
        "verify": list(item.verify),
        "outcomes": asdict(item.remedy.outcomes) if item.remedy.outcomes else None,
        "knob": item.remedy.knob,
        "direction": item.remedy.direction,
        "snippets": dict(item.snippets),
        "numbers": list(item.numbers),
    }


def _decomposition(found: Decomposition | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "measure": found.measure,
        "terms": [
            {
                "term": term.id,
                "meaning": term.meaning,
                "value": term.value,
                "interval": term.interval,
                "significant": term.significant,
                "unlocked_by": list(term.unlocked_by),
            }
            for term in found.terms
        ],
        "largest": found.largest,
        "diagnosis": found.diagnosis,
        "remedies": list(found.remedies),
    }


def _not_judged(group: NotJudged) -> dict[str, Any]:
    """The rules behind missing inputs; or, without rules, the reason why the source was refused."""
    return {
        "inputs": list(group.inputs),
        "rules": list(group.rules),
        "titles": list(group.titles),
        "how": group.how if group.rules else "",
        "reason": "" if group.rules else group.how,
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {"name": fact.name, "value": fact.value, "reads": list(fact.reads), "steps": _steps(fact.at)}


def _run(run: RunLog) -> dict[str, Any]:
    return {
        "name": run.name,
        "source": run.source,
        "reader": run.reader,
        "clock": run.clock,
        "steps": _steps(words.span(run)),
        "series": [_series(series) for series in run.series],
        "settings": dict(run.settings),
        "events": [{"kind": e.kind, "text": e.text, "step": e.step, "line": e.line} for e in run.events],
        "notes": list(run.notes),
    }


def _series(series: Series) -> dict[str, Any]:
    return {
        "column": series.column,
        "name": series.name,
        "role": series.role,
        "split": series.split,
        "better": series.better,
        "about": series.about,
        "points": len(series),
    }


def _steps(at: Range | None) -> list[float] | None:
    return None if at is None else [at[0], at[1]]


def _plain(value: object) -> Any:
    """A value with its texts made safe, its numbers finite (others become null), whole numbers written as such."""
    if isinstance(value, str):
        return words.clean(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value == int(value) and abs(value) < 2**53 else value
    if isinstance(value, Mapping):
        return {words.clean(str(name)): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
