"""The five terms of the test error as a picture: what is known, and what would tell the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from expert import vocabulary
from expert.plan import Plan
from expert.signals import missing

_TERMS = {
    "irreducible": "Irreducible error",
    "bias": "Avoidable bias",
    "variance": "Variance",
    "shift": "Distribution shift",
    "validation_overfitting": "Validation overfitting",
}
_MEANINGS = {
    "irreducible": "what people, or the best known system, get wrong",
    "bias": "training error above the irreducible: underfitting",
    "variance": "validation error above the training error: overfitting",
    "shift": "test data unlike the training data",
    "validation_overfitting": "test error above the validation error",
}


@dataclass(frozen=True)
class Term:
    """One term: its bar from `left`, `width` wide (percent of the picture); `text` is empty where it is not known."""

    id: str
    title: str
    meaning: str
    text: str
    left: float = 0
    width: float = 0
    negative: bool = False
    largest: bool = False
    unlocked_by: tuple[str, ...] = ()


def error_terms(plan: Plan) -> tuple[Term, ...]:
    """All terms, as soon as one besides the irreducible error is known; else none."""
    known = {
        term: float(fact.value)
        for term in _TERMS
        if (fact := plan.facts.get(f"error_{term}")) and not isinstance(fact.value, str)
    }
    if not known.keys() - {"irreducible"}:
        return ()
    starts: dict[str, float] = {}
    total = 0.0
    for term in (t for t in _TERMS if t in known):
        starts[term] = total
        total += known[term]
    ends = [x for term, start in starts.items() for x in (start, start + known[term])]
    low, high = min(0.0, *ends), max(ends)
    room = (high - low) or 1.0
    largest = max((t for t in known if t != "irreducible"), key=lambda t: known[t])
    return tuple(
        _known(term, known, starts[term], (low, room), term == largest, plan)
        if term in known
        else Term(term, title, _meaning(term, known), "", unlocked_by=_unlocked_by(term, known, plan))
        for term, title in _TERMS.items()
    )


def _known(
    term: str, known: Mapping[str, float], start: float, picture: tuple[float, float], largest: bool, plan: Plan
) -> Term:
    value, (low, room) = known[term], picture
    interval = plan.facts.get(f"error_{term}_interval")
    around = f" ± {100 * float(interval.value):.2g}" if interval and not isinstance(interval.value, str) else ""
    left = min(start, start + value)
    return Term(
        term,
        _TERMS[term],
        _meaning(term, known),
        f"{100 * value:.3g}{around} %",
        round(100 * (left - low) / room, 2),
        max(0.4, round(100 * abs(value) / room, 2)),
        value < 0,
        largest and value > 0,
    )


def _meaning(term: str, known: Mapping[str, float]) -> str:
    """What a term holds, and what it also holds while its neighbor is not known."""
    if term == "bias" and "irreducible" not in known:
        return "training error; how much of it nobody can avoid is not known"
    if term == "shift" and "validation_overfitting" not in known:
        return "test error above the validation error; holds validation overfitting too"
    return _MEANINGS[term]


def _unlocked_by(term: str, known: Mapping[str, float], plan: Plan) -> tuple[str, ...]:
    if term == "irreducible":
        return (vocabulary.how_to_give("human_error"),)
    if term == "validation_overfitting" and "shift" in known:
        return ("a second validation set, drawn like the test set, tells it from the shift",)
    return tuple(
        dict.fromkeys(
            vocabulary.how_to_give(name) for name in missing(f"error_{term}", plan.run) if not name.startswith("error_")
        )
    )
