"""A remedy is of no use: no diagnosis offers it and no other remedy needs it."""

from __future__ import annotations

from collections.abc import Iterator

from expert.authoring.lints import Doubt
from expert.knowledge import KnowledgeBase

CODE = "W305"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Remedies that no plan can hold."""
    offered = {id_ for diagnosis in knowledge.diagnoses.values() for id_ in diagnosis.remedies}
    needed = {id_ for remedy in knowledge.remedies.values() for id_ in remedy.needs}
    for id_, remedy in knowledge.remedies.items():
        if id_ not in offered | needed:
            yield Doubt(remedy.where, "remedies", id_, f"no diagnosis offers {id_!r}, and no remedy needs it")
