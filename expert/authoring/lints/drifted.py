"""A change was made against a value that its pack no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from expert.authoring.lints import Doubt
from expert.knowledge import KnowledgeBase

CODE = "W401"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Changes whose `was` is not what stands there now."""
    for change in knowledge.changes:
        for moved in change.drift:
            yield Doubt(
                change.where, "change", change.target, f"{moved}: look whether the change still holds", ("was",)
            )
