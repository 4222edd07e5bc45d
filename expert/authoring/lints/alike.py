"""Nothing tells two diagnoses apart: each rule for one has a rule for the other with the same conditions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from expert.authoring.lints import Doubt
from expert.authoring.lints._values import implies
from expert.knowledge import KnowledgeBase, Rule

CODE = "W304"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Pairs of diagnoses that come and go together."""
    rules = {id_: knowledge.concludes(id_) for id_ in knowledge.diagnoses}
    facts = {id_: {frozenset(rule.reads) for rule in of_one} for id_, of_one in rules.items()}
    for first, second in combinations((id_ for id_, of_one in rules.items() if of_one), 2):
        if facts[first] == facts[second] and _matched(rules[first], rules[second], knowledge):
            told = f"nothing tells {second!r} from {first!r}: give one a rule that would speak against the other"
            yield Doubt(knowledge.diagnoses[second].where, "diagnoses", second, told)


def _matched(one: tuple[Rule, ...], other: tuple[Rule, ...], knowledge: KnowledgeBase) -> bool:
    return all(any(_same(rule, twin, knowledge) for twin in other) for rule in one) and all(
        any(_same(rule, twin, knowledge) for twin in one) for rule in other
    )


def _same(rule: Rule, twin: Rule, knowledge: KnowledgeBase) -> bool:
    alike = (rule.certainty > 0) == (twin.certainty > 0) and set(rule.unless) == set(twin.unless)
    return alike and implies(rule.when, twin.when, knowledge) and implies(twin.when, rule.when, knowledge)
