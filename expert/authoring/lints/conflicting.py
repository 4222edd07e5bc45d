"""Two remedies of one diagnosis exclude each other, so the second can never stand in a plan."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from expert.authoring.lints import Doubt
from expert.knowledge import KnowledgeBase, Remedy

CODE = "W303"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Remedies side by side that are said to conflict, or that turn one knob both ways."""
    for id_, diagnosis in knowledge.diagnoses.items():
        for first, second in combinations([knowledge.remedies[r] for r in diagnosis.remedies], 2):
            if _excluded(first, second):
                told = f"remedy {second.id!r} conflicts with {first.id!r}, which stands before it"
                yield Doubt(diagnosis.where, "diagnoses", id_, told, ("remedies", second.id))


def _excluded(first: Remedy, second: Remedy) -> bool:
    said = second.id in first.conflicts or first.id in second.conflicts
    return said or bool(first.knob and first.knob == second.knob and first.direction != second.direction)
