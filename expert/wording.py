"""Facts and conditions in words: what a fact means, its value with its unit, what must hold of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from expert import signals
from expert.facts import Value
from expert.knowledge import Condition, KnowledgeBase
from expert.prose import number

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


def sentence(condition: Condition, knowledge: KnowledgeBase) -> str:
    """A condition as a clause: "the share of … is above 30%"; of a symptom or diagnosis its title."""
    fact, threshold = condition.fact, condition.threshold
    if _concluded(fact, knowledge):
        return f"{'' if condition.operator in ('>', '>=') else 'not seen: '}{knowledge.title(fact)}"
    subject = _subject(fact)
    if condition.operator == "known":
        return f"{subject} is known"
    if isinstance(threshold, bool) and subject.startswith("whether "):
        told = threshold == (condition.operator == "==")
        return f"{'' if told else 'it is not so that '}{subject.removeprefix('whether ')}"
    if isinstance(threshold, tuple):
        texts = [_plain(value, fact) for value in threshold]
        within = f"from {texts[0]} to {texts[1]}"
        return f"{subject} is {within if condition.operator == 'within' else ' or '.join(texts)}"
    return " ".join(filter(None, [subject, "is", _COMPARED.get(condition.operator, ""), _plain(threshold, fact)]))


def observed(condition: Condition, values: Mapping[str, Value], knowledge: KnowledgeBase) -> str:
    """What was observed of a condition's fact, in the unit of its sentence."""
    if _concluded(condition.fact, knowledge):
        return "seen" if condition.operator == "<" else "not seen"
    return _plain(values[condition.fact], condition.fact)


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
