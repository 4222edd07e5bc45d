"""The five terms of the test error in words and as a picture: what is known, and what would tell the rest."""

from __future__ import annotations

from dataclasses import dataclass

from expert.decomposition import Decomposition, Term
from expert.prose import number


@dataclass(frozen=True)
class Bar:
    """One term as it is drawn, from `left`, `width` wide (percent of the picture); `text` is empty if not known."""

    term: Term
    text: str
    left: float = 0
    width: float = 0
    largest: bool = False


def bars(found: Decomposition | None) -> tuple[Bar, ...]:
    """The terms below each other, each beginning where the one above ends."""
    if found is None:
        return ()
    known = {term.id: term.value for term in found.terms if term.value is not None}
    ends, total = [0.0], 0.0
    starts = {}
    for term, value in known.items():
        starts[term] = total
        total += value
        ends.append(total)
    low, room = min(ends), (max(ends) - min(ends)) or 1.0
    return tuple(
        Bar(
            term,
            in_points(term, found),
            round(100 * (min(starts[term.id], starts[term.id] + term.value) - low) / room, 2),
            max(0.4, round(100 * abs(term.value) / room, 2)),
            term.id == found.largest,
        )
        if term.value is not None
        else Bar(term, "")
        for term in found.terms
    )


def in_points(term: Term, found: Decomposition) -> str:
    """A term with its interval, in points of the error rate or in units of the loss; "not known" if it is not."""
    if term.value is None:
        return "not known"
    scale, unit = (100, " points") if found.measure == "error" else (1, "")
    around = "" if term.interval is None else f" ± {number(scale * term.interval, '.2g')}"
    least = "at most " if term.id == "bias" and found.terms[0].value is None else ""
    return f"{least}{number(scale * term.value, '.3g')}{around}{unit}"


def counsel(found: Decomposition) -> str:
    """What the largest term calls for, or why none is called the largest."""
    if found.largest:
        title = next(term.title for term in found.terms if term.id == found.largest)
        steps = "; then ".join(remedy[:1].lower() + remedy[1:] for remedy in found.remedies[:3])
        return f"{title} is the largest term beyond its interval: {steps}."
    known = [term for term in found.terms[1:] if term.value is not None and term.value > 0]
    if known and all(term.significant is False for term in known):
        return "No term exceeds its interval: differences this small are chance."
    top = max(known, key=lambda term: term.value or 0.0, default=None)
    if top is not None and top.id == "bias" and found.terms[0].value is None:
        return "Whether the bias is the largest term depends on the irreducible error, which is not known."
    return "Which term is the largest cannot be said while intervals are not known." if known else ""


def in_a_line(found: Decomposition) -> str:
    """All terms in one sentence, and what the largest calls for."""
    said = [f"{term.title.lower()} {in_points(term, found)}" for term in found.terms if term.value is not None]
    unknown = [term.title.lower() for term in found.terms if term.value is None]
    rest = f"; not known: {', '.join(unknown)}" if unknown else ""
    measure = "error rate" if found.measure == "error" else "loss"
    return f"Where the {measure} comes from: {', '.join(said)}{rest}. {counsel(found)}".strip()
