"""Certainty factors, −1 (certainly not) to 1 (certainly), as MYCIN combined them.

Source: Buchanan and Shortliffe, Rule-Based Expert Systems (1984), chapters 10 to 12; the threshold of 0.2 below which
a conclusion is not used is MYCIN's own.
"""

from __future__ import annotations

from collections.abc import Iterable

BELIEVED = 0.2
"""A conclusion is used as a premise, and shown, from here on."""
SURE = 0.5
"""Below this a finding is a suspicion and at most low."""
CERTAIN = 0.999
"""No sum of reasons is worth more, so that full belief and full disbelief never meet in one division."""


def pass_on(rule: float, premises: Iterable[float]) -> float:
    """A conclusion is as certain as the rule, times its least certain premise."""
    return rule * min(premises, default=1.0)


def combine(reasons: Iterable[float]) -> float:
    """What independent reasons for and against one conclusion are worth together; their order does not matter.

    The last digits are rounded away, so that 0.6 and −0.5 are worth 0.2 and not a hair less.
    """
    total = 0.0
    for reason in sorted(max(-CERTAIN, min(CERTAIN, reason)) for reason in reasons):
        if total >= 0 and reason >= 0:
            total += reason * (1 - total)
        elif total < 0 and reason < 0:
            total += reason * (1 + total)
        else:
            total = (total + reason) / (1 - min(abs(total), abs(reason)))
    return round(max(-CERTAIN, min(CERTAIN, total)), 12)


def in_words(certainty: float) -> str:
    """The word that a reader sees for a certainty."""
    return "high" if certainty >= 0.8 else "medium" if certainty >= SURE else "low"
