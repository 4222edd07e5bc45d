"""A condition or an exception can never hold, so what stands under it is of no use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from expert.authoring.lints import Doubt
from expert.authoring.lints._values import implies, impossible, ways
from expert.findings import in_words
from expert.knowledge import Clause, Combination, KnowledgeBase, Rule

CODE = "W201"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Rules that cannot fire, parts of combinations that cannot help, and exceptions that cannot hold."""
    for rule in knowledge.rules.values():
        yield from _never(rule, rule.when, "when", knowledge)
        for exception in rule.unless:
            found = list(_never(rule, exception, "unless", knowledge))
            yield from found
            if not found and implies(rule.when, exception, knowledge):
                told = "the rule can never fire: this exception holds whenever its conditions do"
                yield Doubt(rule.where, "rules", rule.id, told, ("unless", exception[0].reads[0]))


def _never(rule: Rule, clauses: tuple[Clause, ...], key: str, knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """What can never hold among clauses of which all must; where a part cannot, the whole is not looked at."""
    parts = [part for clause in clauses for part in _parts(clause)]
    found: list[tuple[Clause, ...]] = [(part,) for part in parts if _impossible([part], knowledge)]
    for involved in found or [clauses]:
        fact = _impossible(involved, knowledge)
        if fact:
            told = " and ".join(in_words(clause, knowledge) for clause in involved if fact in clause.reads)
            yield Doubt(rule.where, "rules", rule.id, f"this can never hold: {told}", (key, fact))


def _impossible(clauses: Iterable[Clause], knowledge: KnowledgeBase) -> str:
    """A fact that keeps every way of meeting all clauses from being met; nothing if one can be met."""
    facts = [impossible(way, knowledge) for way in ways(clauses)]
    return facts[0] if all(facts) else ""


def _parts(clause: Clause) -> Iterator[Clause]:
    """The clause or, where it combines others, those."""
    if isinstance(clause, Combination):
        for inner in clause.clauses:
            yield from _parts(inner)
    else:
        yield clause
