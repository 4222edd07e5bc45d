"""A symptom is of no use: no diagnosis explains it and no rule reads it."""

from __future__ import annotations

from collections.abc import Iterator

from expert.authoring.lints import Doubt
from expert.knowledge import KnowledgeBase

CODE = "W302"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Symptoms that would stand on every page without a cause."""
    explained = {id_ for diagnosis in knowledge.diagnoses.values() for id_ in diagnosis.explains}
    read = {fact for rule in knowledge.rules.values() for fact in rule.reads if rule.certainty > 0}
    for id_, symptom in knowledge.symptoms.items():
        if id_ not in explained | read:
            told = f"no diagnosis explains {id_!r}, and no rule for one reads it"
            yield Doubt(symptom.where, "symptoms", id_, told)
