"""A suppression has expired: what it kept quiet is told again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from expert.authoring.lints import Doubt
from expert.knowledge import KnowledgeBase

CODE = "W403"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Suppressions whose day has passed."""
    for suppression in knowledge.suppressions:
        if suppression.expires < date.today():
            named = ", ".join(suppression.diagnoses)
            told = f"the suppression of {named} expired on {suppression.expires}: take it out, or say until when"
            yield Doubt(suppression.where, "suppress", named, told)
