"""Finding → what speaks for it: measured values beside their thresholds, log lines and small curves, and the proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from expert.facts import Derivation, Fact, Range
from expert.findings import Finding
from expert.knowledge import Condition, Formula, KnowledgeBase, Rule
from expert.plan import Plan
from expert.renderers._charts import slug, spark
from expert.renderers._svg import percent
from expert.renderers._words import short, span, steps
from expert.run import Series
from expert.wording import meaning, shown

_SIGNS = {"<=": "≤", ">=": "≥", "==": "is", "!=": "is not"}


@dataclass(frozen=True)
class Evidence:
    """One measured value: what it is, what it was compared with (and the packs' names for that), where it was read."""

    what: str
    fact: str
    value: str
    thresholds: tuple[tuple[str, str], ...]
    steps: str
    log: str
    column: str
    spark: str
    spark_id: str
    band: Range | None


@dataclass(frozen=True)
class Proof:
    """One firing: what was known, the rule with its record, and what follows with which certainty."""

    premises: tuple[str, ...]
    rule: str
    certainty: float
    kind: str
    conclusion: str
    record: str = ""


def evidence(finding: Finding, plan: Plan) -> tuple[Evidence, ...]:
    """A row for each measured fact that the chain below the finding compares, each once with all its thresholds."""
    rows: dict[str, Evidence] = {}
    if plan.knowledge is None:
        return ()
    for derivation in finding.derivations:
        rule = plan.knowledge.rules[derivation.rule]
        for premise in derivation.premises:
            for leaf in (leaf for leaf in rule.leaves() if premise.name in leaf.reads and _compares(leaf)):
                if not is_conclusion(premise.name, plan.knowledge):
                    row = rows.get(premise.name) or _row(premise, derivation, plan)
                    compared = (_threshold(leaf), ", ".join(leaf.params))
                    rows[premise.name] = replace(row, thresholds=tuple(dict.fromkeys([*row.thresholds, compared])))
    return tuple(rows.values())


def proof(finding: Finding, plan: Plan) -> tuple[Proof, ...]:
    """The firings below the finding, premises first."""
    knowledge = plan.knowledge
    if knowledge is None:
        return ()
    return tuple(
        Proof(
            tuple(_premise(premise, knowledge) for premise in d.premises),
            d.rule,
            d.certainty,
            "symptom" if d.conclusion in knowledge.symptoms else "diagnosis",
            knowledge.title(d.conclusion),
            str(knowledge.rules[d.rule].record or ""),
        )
        for d in finding.derivations
    )


def record(finding: Finding, plan: Plan) -> str:
    """How right the rule behind the strongest reason was on labelled runs, where that was measured."""
    rules = [plan.knowledge.rules[reason.derivation.rule] for reason in finding.reasons[:1]] if plan.knowledge else []
    return " ".join(str(rule.record) for rule in rules if rule.record)


def is_conclusion(fact: str, knowledge: KnowledgeBase) -> bool:
    """Whether a fact is a symptom or a diagnosis."""
    return fact in knowledge.symptoms or fact in knowledge.diagnoses


def _row(fact: Fact, derivation: Derivation, plan: Plan) -> Evidence:
    same = (p.at for p in derivation.premises if p.at and set(p.reads) & set(fact.reads))
    at = fact.at or next(same, None)
    series = next((s for column in fact.reads for s in plan.run.series if _is(s, column, fact.about)), None)
    whole = span(plan.run)
    drawn = spark(series, whole) if series is not None and whole is not None else ""
    band = (percent(at[0], whole), percent(at[1], whole)) if at and whole and drawn else None
    return Evidence(
        meaning(fact.name),
        fact.name,
        short(shown(fact.value, fact.name)),
        (),
        steps(at),
        _place(series, at),
        ", ".join(short(column, 60) for column in fact.reads),
        drawn,
        f"spark-{slug(f'{series.column} {series.about}'.strip())}" if series is not None and drawn else "",
        band if band and (band[0] > 0 or band[1] < 100) else None,
    )


def _is(series: Series, column: str, about: str) -> bool:
    return series.column == column and series.about == about


def _compares(leaf: Condition | Formula) -> bool:
    return isinstance(leaf, Formula) or leaf.operator != "known"


def _threshold(condition: Condition | Formula) -> str:
    if isinstance(condition, Formula):
        return short(condition.text)
    threshold = condition.threshold
    if isinstance(threshold, tuple):
        texts = [short(shown(value, condition.fact)) for value in threshold]
        return f"{texts[0]} to {texts[1]}" if condition.operator == "within" else f"one of {', '.join(texts)}"
    return f"{_SIGNS.get(condition.operator, condition.operator)} {short(shown(threshold, condition.fact))}"


def _place(series: Series | None, at: Range | None) -> str:
    """The file and line where the log says it, as far as the format has them."""
    if series is None or not series.file:
        return ""
    line = series.line(at[0] if at else float(series.steps[0]))
    return short(series.file, 60) if line is None else f"{short(series.file, 60)}:{line}"


def _premise(fact: Fact, knowledge: KnowledgeBase) -> str:
    if is_conclusion(fact.name, knowledge):
        return f"{knowledge.title(fact.name)} ({float(fact.value):.2f})"
    return f"{fact.name} = {short(shown(fact.value, fact.name))}"


def measured(plan: Plan) -> Mapping[str, Fact]:
    """The facts of the run that no rule concluded."""
    knowledge = plan.knowledge
    return {n: f for n, f in plan.facts.items() if knowledge is None or not is_conclusion(n, knowledge)}


@lru_cache(maxsize=8)
def params_in_force(knowledge: KnowledgeBase) -> Mapping[str, Mapping[str, float]]:
    """The params of each pack with their values."""
    found: dict[str, dict[str, float]] = {pack.name: {} for pack in knowledge.packs}
    holders: list[Rule] = list(knowledge.rules.values())
    for rule in holders:
        found.setdefault(rule.pack, {}).update(rule.params)
    for remedy in knowledge.remedies.values():
        found.setdefault(remedy.pack, {}).update(remedy.params)
    return {pack: dict(sorted(params.items())) for pack, params in sorted(found.items())}
