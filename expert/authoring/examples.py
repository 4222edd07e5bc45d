"""Do the rules do what their own examples say? Each example is run through the engine, its rule alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from expert.engine import infer
from expert.facts import Fact, Value
from expert.findings import failed, in_words
from expert.knowledge import Condition, Example, KnowledgeBase, Rule

Outcome = Literal["fires", "silent", "unknown"]
_WANTED: Mapping[Outcome, str] = {
    "fires": "should fire here",
    "silent": "should stay silent here",
    "unknown": "should not be able to tell here",
}


def failures(knowledge: KnowledgeBase) -> tuple[str, ...]:
    """One line, with file and line, for each example of a rule that does not come out as it says."""
    return tuple(
        f"{example.where}: rule {rule.id!r} {_WANTED[example.outcome]}, but {difference}"
        for rule in knowledge.rules.values()
        for example in rule.examples
        if (difference := _difference(rule, example, knowledge))
    )


def _difference(rule: Rule, example: Example, knowledge: KnowledgeBase) -> str:
    """What comes out instead, and why; nothing where the example is right."""
    values = {name: _as_known(name, value, knowledge) for name, value in example.facts.items()}
    alone = replace(knowledge, rules={rule.id: rule})
    if infer([Fact(name, value) for name, value in values.items()], alone):
        held = ", ".join(in_words(condition, knowledge) for condition in rule.when)
        return "" if example.outcome == "fires" else f"it fires: {held}"
    if missing := rule.awaits(values):
        return "" if example.outcome == "unknown" else f"it cannot tell: {_asked_for(missing, rule)}"
    if example.outcome == "silent":
        return ""
    condition = failed(rule, values)
    if condition is not None:
        return (
            f"it stays silent: {condition.fact!r} is {values[condition.fact]!r}, not {in_words(condition, knowledge)}"
        )
    return f"it stays silent: an exception holds ({_exception(rule, values, knowledge)})"


def _as_known(name: str, value: Value, knowledge: KnowledgeBase) -> Value:
    """`true` and `false` for a symptom or diagnosis mean that it is certain, and that it was judged false."""
    concluded = name in knowledge.symptoms or name in knowledge.diagnoses
    return float(value) if concluded and isinstance(value, bool) else value


def _asked_for(missing: tuple[str, ...], rule: Rule) -> str:
    quoted = [c.fact for c in rule.when if c.operator == "known" and c.fact in missing]
    hint = f" ({', '.join(map(repr, quoted))} must be known because 'because' quotes it)" if quoted else ""
    return f"the example does not give {', '.join(map(repr, missing))}{hint}"


def _exception(rule: Rule, values: Mapping[str, Value], knowledge: KnowledgeBase) -> str:
    def holds(condition: Condition) -> bool:
        return condition.fact in values and condition.holds(values[condition.fact])

    holding = next(exception for exception in rule.unless if all(holds(condition) for condition in exception))
    return ", ".join(in_words(condition, knowledge) for condition in holding)
