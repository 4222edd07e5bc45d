"""A diagnosis leaves its reader alone: it hardly teaches, or offers no remedy."""

from __future__ import annotations

from collections.abc import Iterator

from expert.authoring.lints import Doubt
from expert.knowledge import KnowledgeBase

CODE = "W602"
_FEWEST = 15
"""So many words it takes to say what happens, why, and how one tells."""


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Diagnoses with a short `about` or without remedies."""
    for id_, diagnosis in knowledge.diagnoses.items():
        words = len(diagnosis.about.split())
        if words < _FEWEST:
            told = f"a paragraph that teaches has at least {_FEWEST} words; this one has {words}"
            yield Doubt(diagnosis.where, "diagnoses", id_, told, ("about",))
        if not diagnosis.remedies:
            yield Doubt(diagnosis.where, "diagnoses", id_, f"{id_!r} offers no remedy", ("remedies",))
