"""A stable rule lacks an example that fires, that is silent, or that cannot tell."""

from __future__ import annotations

from collections.abc import Iterator

from expert.authoring.lints import Doubt
from expert.knowledge import KnowledgeBase

CODE = "W501"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Rules that say they are stable and do not show it."""
    for rule in knowledge.rules.values():
        shown = {example.outcome for example in rule.examples}
        lacking = [outcome for outcome in ("fires", "silent", "unknown") if outcome not in shown]
        if rule.status == "stable" and lacking:
            told = f"rule {rule.id!r} is stable and has no example under {' and '.join(map(repr, lacking))}"
            yield Doubt(rule.where, "rules", rule.id, told)
