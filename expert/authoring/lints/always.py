"""A condition always holds once its fact is known, so it tells nothing."""

from __future__ import annotations

from collections.abc import Iterator

from expert.authoring.lints import Doubt
from expert.authoring.lints._values import plain, samples
from expert.findings import in_words
from expert.knowledge import KnowledgeBase

CODE = "W202"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Conditions that every value of their fact meets; that a fact is known is no condition of the pack."""
    for rule in knowledge.rules.values():
        exceptions = [("unless", condition) for exception in rule.unless for condition in plain(exception)]
        for key, condition in [*(("when", condition) for condition in plain(rule.when)), *exceptions]:
            values = samples(condition.fact, [condition], knowledge)
            if condition.operator != "known" and all(condition.holds(value) for value in values):
                told = f"this holds for every value that the fact can have: {in_words(condition, knowledge)}"
                yield Doubt(rule.where, "rules", rule.id, told, (key, condition.fact))
