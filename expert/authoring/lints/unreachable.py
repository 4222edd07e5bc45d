"""A symptom or diagnosis is never concluded: no rule speaks for it, or all together are not certain enough."""

from __future__ import annotations

from collections.abc import Iterator

from expert.authoring.lints import Doubt
from expert.authoring.lints._reach import best
from expert.certainty import BELIEVED
from expert.knowledge import KnowledgeBase

CODE = "W301"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Conclusions whose certainty stays below what is believed, whatever the run."""
    reached = best(knowledge)
    for section, things in (("symptoms", knowledge.symptoms), ("diagnoses", knowledge.diagnoses)):
        for id_, thing in things.items():
            if reached[id_] < BELIEVED:
                rules = knowledge.speaks_for(id_)
                why = (
                    f"its rules come to {reached[id_]:.2g} at the most, and {BELIEVED:g} is believed"
                    if rules
                    else "no rule speaks for it"
                )
                yield Doubt(thing.where, section, id_, f"{id_!r} is never concluded: {why}")
