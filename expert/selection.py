"""Which part of the knowledge a person wants to hear of: some diagnoses and rules selected, others ignored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from expert.configuration import Profile
from expert.knowledge import Condition, Diagnosis, KnowledgeBase, Rule
from expert.problems import nearest

_STATUSES: Mapping[Profile, tuple[str, ...]] = {
    "core": ("stable",),
    "strict": ("stable", "test"),
    "explore": ("stable", "test", "experimental"),
}


def only(knowledge: KnowledgeBase, ids: Collection[str]) -> KnowledgeBase:
    """The rules of those ids and of those diagnoses, with all that they build on."""
    kept: dict[str, Rule] = {}
    todo = [rule for rule in knowledge.rules.values() if rule.id in ids or rule.then in ids]
    while todo:
        rule = todo.pop()
        if rule.id not in kept:
            kept[rule.id] = rule
            todo += [below for condition in _conditions(rule) for below in knowledge.concludes(condition.fact)]
    return replace(knowledge, rules={id_: rule for id_, rule in knowledge.rules.items() if id_ in kept})


def without(knowledge: KnowledgeBase, ids: Collection[str]) -> KnowledgeBase:
    """The knowledge without those rules, as if those diagnoses were never concluded."""
    gone = {id_ for id_ in ids if id_ not in knowledge.rules}
    rules = {}
    for rule in knowledge.rules.values():
        needs_gone = any(condition.fact in gone and _wanted(condition) for condition in rule.when)
        when = tuple(condition for condition in rule.when if condition.fact not in gone)
        if rule.id not in ids and rule.then not in gone and not needs_gone and when:
            rules[rule.id] = replace(rule, when=when, unless=_exceptions(rule, gone))
    diagnoses = {id_: _explaining(d, gone) for id_, d in knowledge.diagnoses.items() if id_ not in gone}
    return replace(knowledge, rules=rules, diagnoses=diagnoses)


def in_profile(knowledge: KnowledgeBase, profile: Profile) -> KnowledgeBase:
    """The knowledge with the rules that a profile lets judge, by their status."""
    statuses = _STATUSES[profile]
    if all(rule.status in statuses for rule in knowledge.rules.values()):
        return knowledge
    return replace(knowledge, rules={id_: rule for id_, rule in knowledge.rules.items() if rule.status in statuses})


def unknown(knowledge: KnowledgeBase, id_: str) -> str:
    """What is said of an id that no diagnosis and no rule bears, with the nearest; nothing if one does."""
    known = {*knowledge.rules, *knowledge.diagnoses}
    return "" if id_ in known else f"{id_!r} is no diagnosis and no rule{nearest(id_, known)}"


def _conditions(rule: Rule) -> tuple[Condition, ...]:
    return (*rule.when, *(condition for exception in rule.unless for condition in exception))


def _wanted(condition: Condition) -> bool:
    """Whether the condition asks that a diagnosis was concluded, not that it was not."""
    return condition.operator in (">", ">=")


def _exceptions(rule: Rule, gone: Collection[str]) -> tuple[tuple[Condition, ...], ...]:
    open_ = (e for e in rule.unless if not any(c.fact in gone and _wanted(c) for c in e))
    return tuple(left for e in open_ if (left := tuple(c for c in e if c.fact not in gone)))


def _explaining(diagnosis: Diagnosis, gone: Collection[str]) -> Diagnosis:
    return replace(diagnosis, explains=tuple(id_ for id_ in diagnosis.explains if id_ not in gone))
