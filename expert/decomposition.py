"""Facts → where the test error comes from: its five terms, the largest of them, and the remedies it calls for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from expert import vocabulary
from expert.facts import Fact
from expert.knowledge import KnowledgeBase
from expert.prose import by_clock, fill
from expert.run import RunLog
from expert.signals import missing

TERMS = {
    "irreducible": "Irreducible error",
    "bias": "Avoidable bias",
    "variance": "Variance",
    "shift": "Distribution shift",
    "validation_overfitting": "Validation overfitting",
}
DIAGNOSES = {
    "bias": "underfitting",
    "variance": "overfitting",
    "shift": "distribution-shift",
    "validation_overfitting": "validation-overfitting",
}
"""What a term is the size of; its remedies, in their order, are the family that a largest term calls for."""
_MEANINGS = {
    "irreducible": "what people, or the best known system, get wrong",
    "bias": "training above the irreducible: underfitting",
    "variance": "validation above training: overfitting",
    "shift": "test-like validation above validation: data unlike the training data",
    "validation_overfitting": "test above test-like validation: a validation set that was used up",
}


@dataclass(frozen=True)
class Term:
    """One term of the error: its value and the half-width of its 95 % interval, None where not known.

    `significant` says whether it exceeds its interval, None where that is not known; `unlocked_by` how to give what is
    missing.
    """

    id: str
    title: str
    meaning: str
    value: float | None
    interval: float | None
    significant: bool | None
    unlocked_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decomposition:
    """The terms in their order, as error rates (shares of 1) or losses.

    `largest` is the id of the largest significant term, empty where none is or where it is not known; `diagnosis` is
    what that term is the size of, and `remedies` are the titles of what treats it, in the order of their source.
    """

    measure: Literal["error", "loss"]
    terms: tuple[Term, ...]
    largest: str = ""
    diagnosis: str = ""
    remedies: tuple[str, ...] = ()


def decompose(facts: Mapping[str, Fact], run: RunLog, knowledge: KnowledgeBase) -> Decomposition | None:
    """The decomposition of the error rate, else of the loss, as soon as training or test stands beside validation."""
    for measure in ("error", "loss"):
        known = {term: _number(facts.get(f"{measure}_{term}")) for term in TERMS}
        if any(known[term] is not None for term in ("variance", "shift")):
            return _decomposition("error" if measure == "error" else "loss", known, facts, run, knowledge)
    return None


def _decomposition(
    measure: Literal["error", "loss"],
    known: Mapping[str, float | None],
    facts: Mapping[str, Fact],
    run: RunLog,
    knowledge: KnowledgeBase,
) -> Decomposition:
    main = facts.get(f"{measure}_main_term")
    largest = str(main.value).replace(" ", "_") if main else ""
    terms = tuple(_term(measure, term, known, facts, run) for term in TERMS)
    diagnosis = knowledge.diagnoses.get(DIAGNOSES.get(largest, ""))
    if diagnosis is None:
        return Decomposition(measure, terms, largest)
    remedies = [knowledge.remedies[id_] for id_ in diagnosis.remedies]
    values = {name: fact.value for name, fact in facts.items()}
    titles = (by_clock(fill(remedy.title, {**remedy.params, **values}), run.clock) for remedy in remedies)
    return Decomposition(measure, terms, largest, diagnosis.id, tuple(titles))


def _term(measure: str, term: str, known: Mapping[str, float | None], facts: Mapping[str, Fact], run: RunLog) -> Term:
    value, interval = known[term], _number(facts.get(f"{measure}_{term}_interval"))
    significant = None if value is None or interval is None or term == "irreducible" else abs(value) > interval
    if value is None:
        unlocked_by = _unlocked_by(f"{measure}_{term}", run)
    elif interval is None and term != "irreducible":
        unlocked_by = _unlocked_by(f"{measure}_{term}_interval", run)
    else:
        unlocked_by = ()
    return Term(term, TERMS[term], _meaning(term, known, facts), value, interval, significant, unlocked_by)


def _meaning(term: str, known: Mapping[str, float | None], facts: Mapping[str, Fact]) -> str:
    """What a term holds, and what it also holds while its neighbor is not known."""
    if term == "bias" and known["irreducible"] is None:
        return "training error; how much of it nobody can avoid is not known"
    if term == "shift" and not {"error_testval", "loss_testval"} & facts.keys():
        return "test above validation; holds validation overfitting too"
    return _MEANINGS[term]


def _unlocked_by(fact: str, run: RunLog) -> tuple[str, ...]:
    return tuple(dict.fromkeys(vocabulary.how_to_give(name) for name in missing(fact, run)))


def _number(fact: Fact | None) -> float | None:
    return float(fact.value) if fact is not None and isinstance(fact.value, int | float) else None
