"""A rule reads the same facts as another one for its conclusion, fires only where that does, and is no more certain.

A rule that asks for a further fact corroborates, and is no doubt.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from expert.authoring.lints import Doubt
from expert.authoring.lints._values import implies
from expert.knowledge import KnowledgeBase, Rule

CODE = "W203"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Rules whose conditions imply those of a rule that reads the same facts and is at least as certain."""
    for conclusion in (*knowledge.symptoms, *knowledge.diagnoses):
        for narrow, wide in permutations(knowledge.concludes(conclusion), 2):
            if _within(narrow, wide, knowledge) and not _within(wide, narrow, knowledge):
                told = f"rule {narrow.id!r} fires only where {wide.id!r} does, which is as certain of {conclusion!r}"
                yield Doubt(narrow.where, "rules", narrow.id, told, ("when",))


def _within(narrow: Rule, wide: Rule, knowledge: KnowledgeBase) -> bool:
    as_certain = 0 < narrow.certainty <= wide.certainty or wide.certainty <= narrow.certainty < 0
    alike = set(narrow.reads) == set(wide.reads)
    return (
        as_certain and alike and set(wide.unless) <= set(narrow.unless) and implies(narrow.when, wide.when, knowledge)
    )
