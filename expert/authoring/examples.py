"""Do the rules do what their own examples say? Each example is run through the engine, its rule alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from expert.authoring.outcomes import Outcome
from expert.engine import infer
from expert.facts import Fact, Value
from expert.findings import in_words
from expert.knowledge import Condition, Example, KnowledgeBase, Rule

Expected = Literal["fires", "silent", "unknown"]
_WANTED: Mapping[Expected, str] = {
    "fires": "should fire here",
    "silent": "should stay silent here",
    "unknown": "should not be able to tell here",
}


def outcomes(knowledge: KnowledgeBase, files: Collection[str]) -> Iterator[Outcome]:
    """What comes of each example of each rule of these files."""
    for rule in knowledge.rules.values():
        if rule.where.rpartition(":")[0] not in files:
            continue
        alone = replace(knowledge, rules={rule.id: rule})
        for n, example in enumerate(rule.examples, 1):
            difference = _difference(rule, example, alone)
            yield Outcome(f"{rule.id} {example.outcome} {n}", example.where, difference)


def failures(knowledge: KnowledgeBase) -> tuple[str, ...]:
    """One line, with file and line, for each example of a rule that does not come out as it says."""
    files = {rule.where.rpartition(":")[0] for rule in knowledge.rules.values()}
    return tuple(f"{o.where}: {o.difference}" for o in outcomes(knowledge, files) if o.difference)


def as_known(facts: Mapping[str, Value], knowledge: KnowledgeBase) -> dict[str, Value]:
    """Facts as a person gives them: `true` for a symptom means that it is certain, `false` that it was judged false."""
    concluded = knowledge.symptoms.keys() | knowledge.diagnoses.keys()
    return {n: float(v) if n in concluded and isinstance(v, bool) else v for n, v in facts.items()}


def difference(rule: Rule, wanted: Expected, fired: bool, values: Mapping[str, Value], knowledge: KnowledgeBase) -> str:
    """What a rule does instead of what is wanted, and why, where these values are known; nothing if it does that."""
    said = _seen(rule, wanted, fired, values, knowledge)
    return f"rule {rule.id!r} {_WANTED[wanted]}, but {said}" if said else ""


def _difference(rule: Rule, example: Example, alone: KnowledgeBase) -> str:
    values = as_known(example.facts, alone)
    fired = bool(infer([Fact(name, value) for name, value in values.items()], alone))
    return difference(rule, example.outcome, fired, values, alone)


def _seen(rule: Rule, wanted: Expected, fired: bool, values: Mapping[str, Value], knowledge: KnowledgeBase) -> str:
    if fired:
        held = ", ".join(in_words(condition, knowledge) for condition in rule.when)
        return "" if wanted == "fires" else f"it fires: {held}"
    if missing := rule.awaits(values):
        return "" if wanted == "unknown" else f"it cannot tell: {_asked_for(missing, rule)}"
    if wanted == "silent":
        return ""
    clause = rule.failed(values)
    if clause is not None:
        given = " and ".join(f"{name!r} is {values[name]!r}" for name in clause.reads if name in values)
        return f"it stays silent: {given}, not {in_words(clause, knowledge)}"
    exception = ", ".join(in_words(clause, knowledge) for clause in rule.held_back(values))
    return f"it stays silent: an exception holds ({exception})"


def _asked_for(missing: tuple[str, ...], rule: Rule) -> str:
    known = [leaf for leaf in rule.when if isinstance(leaf, Condition) and leaf.operator == "known"]
    quoted = [leaf.fact for leaf in known if leaf.fact in missing]
    hint = f" ({', '.join(map(repr, quoted))} must be known because 'because' quotes it)" if quoted else ""
    return f"it is not given {', '.join(map(repr, missing))}{hint}"
