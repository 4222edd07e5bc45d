"""A text is not worded as a tired reader needs it: long titles, remedies that are no imperatives, broken reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator

from expert.authoring.lints import Doubt
from expert.knowledge import KnowledgeBase
from expert.prose import unfilled

CODE = "W601"
_LONGEST = 80
_SOFT = re.compile(r"^[^A-Z]|\b(should|could|must|try to|please)\b|\.$|^(The|A|An|It|This|Your|Not)\b")
_SENTENCE = re.compile(r"[A-Z0-9{\[].*[.!]\]?", re.DOTALL)


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Titles, remedies and reasons that would read badly in a plan."""
    for section, things in (("symptoms", knowledge.symptoms), ("diagnoses", knowledge.diagnoses)):
        for id_, thing in things.items():
            if len(thing.title) > _LONGEST:
                told = f"a title has at most {_LONGEST} characters; this one has {len(thing.title)}"
                yield Doubt(thing.where, section, id_, told, ("title",))
    for id_, remedy in knowledge.remedies.items():
        if _SOFT.search(remedy.title) or len(unfilled(remedy.title)) > _LONGEST:
            told = (
                f"a remedy's title is an imperative of at most {_LONGEST} characters, as in 'Lower the learning rate'"
            )
            yield Doubt(remedy.where, "remedies", id_, told, ("title",))
        if not remedy.how[:1].isupper():
            yield Doubt(remedy.where, "remedies", id_, "what to do begins with a verb and a capital", ("how",))
    for id_, rule in knowledge.rules.items():
        if not _SENTENCE.fullmatch(rule.because):
            yield Doubt(
                rule.where, "rules", id_, "a reason is a sentence, with a capital and a full stop", ("because",)
            )
