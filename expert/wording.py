"""Facts and conditions in words: what a fact means, its value with its unit, what must hold of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from expert import formula, signals
from expert.certainty import BELIEVED
from expert.facts import Value
from expert.formula import Term
from expert.knowledge import Clause, Combination, Condition, Formula, KnowledgeBase
from expert.prose import number

_BETWEEN = {
    "and": "and",
    "or": "or",
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "divided by",
    "//": "divided, as whole numbers, by",
    "%": "modulo",
    "**": "to the power of",
}
_BEFORE = {
    "not": "it is not so that",
    "neg": "minus",
    "abs": "the size of",
    "exp": "e to the power of",
    "log": "the natural logarithm of",
    "log10": "the decimal logarithm of",
    "max": "the largest of",
    "min": "the smallest of",
    "sqrt": "the square root of",
}
_COMPARED = {"<": "below", "<=": "at most", ">": "above", ">=": "at least", "!=": "not"}


def meaning(fact: str, knowledge: KnowledgeBase | None = None) -> str:
    """What a fact is, in words."""
    if knowledge is not None and _concluded(fact, knowledge):
        return knowledge.title(fact)
    quantity = signals.catalogue().get(fact)
    return (quantity.help if quantity and quantity.help else fact.replace("_", " ")).rstrip(".")


def shown(value: Value, fact: str) -> str:
    """A value with its unit."""
    quantity = signals.catalogue().get(fact)
    unit = quantity.unit if quantity else ""
    if isinstance(value, bool | str):
        return number(value)
    match unit:
        case "share of 1" | "error, share of 1" | "error rate":
            return f"{number(100 * value, '.3g')}%"
        case "times":
            return f"{number(value)} times"
        case "seconds" | "epochs":
            return f"{number(value)} {unit}"
    return number(value)


def sentence(clause: Clause, knowledge: KnowledgeBase) -> str:
    """A condition as a clause: "the share of … is above 30%"; of a symptom or diagnosis its title."""
    if isinstance(clause, Combination):
        return combined(clause, lambda inner: sentence(inner, knowledge))
    if isinstance(clause, Formula):
        return _computed(clause.term)
    fact, threshold = clause.fact, clause.threshold
    if _concluded(fact, knowledge):
        return f"{'' if clause.is_wanted else 'not seen: '}{knowledge.title(fact)}"
    subject = _subject(fact)
    if clause.operator == "known":
        return f"{subject} is known"
    if isinstance(threshold, bool) and subject.startswith("whether "):
        told = threshold == (clause.operator == "==")
        return f"{'' if told else 'it is not so that '}{subject.removeprefix('whether ')}"
    if isinstance(threshold, tuple):
        texts = [_plain(value, fact) for value in threshold]
        within = clause.operator == "within"
        return f"{subject} is {f'from {texts[0]} to {texts[1]}' if within else ' or '.join(texts)}"
    return " ".join(filter(None, [subject, "is", _COMPARED.get(clause.operator, ""), _plain(threshold, fact)]))


def combined(combination: Combination, say: Callable[[Clause], str]) -> str:
    """What a combination asks for, its clauses each said in the same way."""
    said = [f"({say(c)})" if isinstance(c, Combination) else say(c) for c in combination.clauses]
    match combination.kind:
        case "all":
            return " and ".join(said)
        case "any":
            return " or ".join(said)
        case "none":
            return f"none of these: {'; '.join(said)}"
    return f"at least {combination.count} of these: {'; '.join(said)}"


def observed(clause: Clause, values: Mapping[str, Value], knowledge: KnowledgeBase) -> str:
    """What was observed of a condition's facts, in the units of its sentence."""
    if isinstance(clause, Condition):
        return _observed(clause.fact, values[clause.fact], knowledge)
    if isinstance(clause, Formula) and (sides := compared(clause, values)):
        return number(sides[0]) if isinstance(clause.term.parts[1], float) else " and ".join(map(number, sides))
    told = (f"{_subject(f)} {_observed(f, values[f], knowledge)}" for f in clause.reads if f in values)
    return "; ".join(told)


def compared(clause: Formula, values: Mapping[str, Value]) -> tuple[float, ...]:
    """The two numbers that a formula compares; nothing if it compares more, or one of them is unknown."""
    if clause.term.sign in ("and", "or", "not"):
        return ()
    sides = tuple(formula.number(part, values) for part in clause.term.parts)
    return tuple(side for side in sides if side is not None) if None not in sides else ()


def _observed(fact: str, value: Value, knowledge: KnowledgeBase) -> str:
    if _concluded(fact, knowledge):
        return "seen" if float(value) >= BELIEVED else "not seen"
    return _plain(value, fact)


def _computed(part: Term | str | float) -> str:
    """A formula in English."""
    if isinstance(part, str):
        return _subject(part)
    if not isinstance(part, Term):
        return number(part)
    said = [_computed(inner) for inner in part.parts]
    if part.sign in _BETWEEN:
        inner = (f"({one})" if isinstance(p, Term) else one for one, p in zip(said, part.parts, strict=True))
        return f" {_BETWEEN[part.sign]} ".join(inner)
    if part.sign in _BEFORE:
        return f"{_BEFORE[part.sign]} {' and '.join(said)}"
    return " ".join(filter(None, [said[0], "is", _COMPARED.get(part.sign, ""), said[1]]))


def _concluded(fact: str, knowledge: KnowledgeBase) -> bool:
    return fact in knowledge.symptoms or fact in knowledge.diagnoses


def _plain(value: Value, fact: str) -> str:
    """A value with its unit, but a ratio without "times": its sentence says what it is over what."""
    return shown(value, fact).removesuffix(" times")


def _subject(fact: str) -> str:
    """The first clause of what a fact means, fit to begin a sentence; of a bare setting its name."""
    quantity = signals.catalogue().get(fact)
    if quantity is None or not quantity.help:
        return fact.replace("_", " ")
    if quantity.unit == "setting" and (quantity.kind == "word" or quantity.help == f"setting {fact}"):
        return f"the setting {fact}"
    clause = quantity.help.rstrip(".").split("; ")[0].split(": ")[0]
    subject = re.sub(r" \([^()]* [^()]*\)$", "", clause[:1].lower() + clause[1:])
    return f"{subject}," if ", " in subject or subject.endswith((" is", " are")) else subject
