"""Where engine and oracle differ over one case, in words; the same comparison for tests and the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from oracle import Oracle
from random_packs import Case

from expert import engine
from expert.facts import Derivation


def disagreement(case: Case, infer: Callable[..., tuple[Derivation, ...]] = engine.infer, known=engine.known) -> str:
    """The first difference in words, or nothing."""
    oracle = Oracle(case.texts, case.facts)
    derivations = infer(case.as_facts(), case.knowledge)
    fired = {(d.rule, d.about): d.certainty for d in derivations}
    if len(fired) != len(derivations):
        return f"some rule fired twice: {sorted((d.rule, d.about) for d in derivations)}"
    if difference := _difference(fired, oracle.firings()):
        return f"firings: {difference}"
    everything = known(case.as_facts(), derivations, case.knowledge)
    expected = oracle.known()
    if everything.keys() != expected.keys():
        return f"subjects: {everything.keys()} and {expected.keys()}"
    for about, facts in everything.items():
        values = {name: fact.value for name, fact in facts.items()}
        if difference := _difference(values, expected[about]):
            return f"known about {about!r}: {difference}"
    return ""


def disagreements(cases: Iterable[Case]) -> list[str]:
    """All differences, and what the engine raised."""
    return [difference for case in cases if (difference := disagreement(case))]


def _difference(found: dict, expected: dict) -> str:
    for key in sorted(found.keys() | expected.keys()):
        one, other = found.get(key), expected.get(key)
        if one != other and not (isinstance(one, float) and isinstance(other, float) and abs(one - other) < 1e-9):
            return f"{key} is {one} in the engine, {other} in the oracle"
    return ""
