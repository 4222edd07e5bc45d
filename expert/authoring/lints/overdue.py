"""A change is due for review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from expert.authoring.lints import Doubt
from expert.knowledge import KnowledgeBase

CODE = "W402"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Changes whose `review_by` has passed."""
    for change in knowledge.changes:
        if change.review_by is not None and change.review_by < date.today():
            asked = f" by {change.owner}" if change.owner else ""
            told = f"the change of {change.target!r} was to be reviewed{asked} until {change.review_by}"
            yield Doubt(change.where, "change", change.target, told, ("review_by",))
