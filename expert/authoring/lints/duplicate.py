"""Two rules say the same: they fire for the same runs and conclude the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from expert.authoring.lints import Doubt
from expert.authoring.lints._values import implies
from expert.knowledge import KnowledgeBase

CODE = "W204"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Rules with the conditions, exceptions and conclusion of another, however they are written."""
    for conclusion in (*knowledge.symptoms, *knowledge.diagnoses):
        for first, second in combinations(knowledge.concludes(conclusion), 2):
            same = set(first.unless) == set(second.unless) and implies(first.when, second.when, knowledge)
            if same and implies(second.when, first.when, knowledge):
                told = f"rule {second.id!r} says what {first.id!r} says already ({first.where})"
                yield Doubt(second.where, "rules", second.id, told, ("when",))
