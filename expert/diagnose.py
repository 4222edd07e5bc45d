"""The whole trip, from a log to a plan. START READING HERE.

A reader makes a RunLog of what a run left behind; the signals measure it; the engine matches the facts with the rules;
what the rules conclude becomes findings, causes before symptoms; the findings become a plan.
"""

from __future__ import annotations

from functools import cache

from expert import signals
from expert.engine import infer, known
from expert.findings import conclude
from expert.knowledge import KnowledgeBase
from expert.packs import load
from expert.plan import Plan, prioritize
from expert.run import RunLog
from expert.shelf import shelf


def judge(run: RunLog, knowledge: KnowledgeBase | None = None) -> Plan:
    """The plan for one run."""
    knowledge = knowledge or builtin()
    facts = signals.measure(run)
    derivations = infer(facts, knowledge)
    everything = known(facts, derivations, knowledge)
    conclusions = conclude(derivations, everything, knowledge)
    return prioritize(run, conclusions, everything, derivations, knowledge)


@cache
def builtin() -> KnowledgeBase:
    """The knowledge that comes with the product."""
    return load([f for f in shelf("rules").iterdir() if f.name.endswith(".yaml")], signals.catalogue())
