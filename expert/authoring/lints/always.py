"""A condition always holds once its fact is known, so it tells nothing."""

from __future__ import annotations

from collections.abc import Iterator

from expert.authoring.lints import Doubt
from expert.authoring.lints._values import impossible, ways
from expert.findings import in_words
from expert.knowledge import Clause, Combination, Condition, KnowledgeBase

CODE = "W202"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Conditions that nothing can keep from holding; that a fact is known is no condition of the pack."""
    for rule in knowledge.rules.values():
        exceptions = [("unless", clause) for exception in rule.unless for clause in exception]
        for key, whole in [*(("when", clause) for clause in rule.when), *exceptions]:
            for clause in _each(whole):
                if all(impossible(way, knowledge) for way in ways([clause], wanted=False)):
                    told = f"this holds whatever the value is: {in_words(clause, knowledge)}"
                    yield Doubt(rule.where, "rules", rule.id, told, (key, clause.reads[0]))


def _each(clause: Clause) -> Iterator[Clause]:
    """The clause, or what it combines where one of that always holds; but no mere demand that a fact be known."""
    if isinstance(clause, Combination):
        yield clause
        for inner in clause.clauses:
            yield from _each(inner)
    elif not (isinstance(clause, Condition) and clause.operator == "known"):
        yield clause
