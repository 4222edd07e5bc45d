"""A condition or an exception can never hold, so what stands under it is of no use."""

from __future__ import annotations

from collections.abc import Iterator

from expert.authoring.lints import Doubt
from expert.authoring.lints._values import admitted, implies, plain
from expert.findings import in_words
from expert.knowledge import KnowledgeBase

CODE = "W201"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Rules that cannot fire, and exceptions that cannot hold."""
    for rule in knowledge.rules.values():
        for fact, values in admitted(rule.when, (), knowledge).items():
            if not values:
                told = " and ".join(in_words(c, knowledge) for c in plain(rule.when) if c.fact == fact)
                yield Doubt(rule.where, "rules", rule.id, f"this can never hold: {told}", ("when", fact))
        for exception in rule.unless:
            first = exception[0].reads[0] if exception else ""
            if not all(admitted(exception, (), knowledge).values()):
                yield Doubt(rule.where, "rules", rule.id, "this exception can never hold", ("unless", first))
            elif implies(rule.when, exception, knowledge):
                told = "the rule can never fire: this exception holds whenever its conditions do"
                yield Doubt(rule.where, "rules", rule.id, told, ("unless", first))
