"""Which part of the knowledge a person wants to hear of: some diagnoses and rules selected, others ignored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from expert.configuration import Profile
from expert.knowledge import Clause, Condition, Diagnosis, Formula, KnowledgeBase, Rule
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
            todo += [below for fact in _reads(rule) for below in knowledge.concludes(fact)]
    return replace(knowledge, rules={id_: rule for id_, rule in knowledge.rules.items() if id_ in kept})


def without(knowledge: KnowledgeBase, ids: Collection[str]) -> KnowledgeBase:
    """The knowledge without those rules, as if those diagnoses were never concluded."""
    gone = {id_ for id_ in ids if id_ not in knowledge.rules}
    rules = {}
    for rule in knowledge.rules.values():
        when = _left(rule.when, gone)
        if rule.id not in ids and rule.then not in gone and when:
            unless = tuple(left for exception in rule.unless if (left := _left(exception, gone)))
            rules[rule.id] = replace(rule, when=when, unless=unless)
    diagnoses = {id_: _explaining(d, gone) for id_, d in knowledge.diagnoses.items() if id_ not in gone}
    return replace(knowledge, rules=rules, diagnoses=diagnoses)


def in_profile(knowledge: KnowledgeBase, profile: Profile) -> KnowledgeBase:
    """The knowledge with the rules that a profile lets judge, by their status."""
    statuses = _STATUSES[profile]
    left = [id_ for id_, diagnosis in knowledge.diagnoses.items() if diagnosis.status not in statuses]
    if left:
        knowledge = without(knowledge, left)
    rules = {id_: rule for id_, rule in knowledge.rules.items() if rule.status in statuses}
    if len(rules) == len(knowledge.rules) and knowledge.profile == profile:
        return knowledge
    return replace(knowledge, rules=rules, profile=profile)


def unknown(knowledge: KnowledgeBase, id_: str) -> str:
    """What is said of an id that no diagnosis and no rule bears, with the nearest; nothing if one does."""
    known: dict[str, Rule | Diagnosis] = {**knowledge.rules, **knowledge.diagnoses}
    if id_ in known and known[id_].replaced_by:
        return f"{id_!r} is deprecated; {known[id_].replaced_by!r} takes its place"
    return "" if id_ in known else f"{id_!r} is no diagnosis and no rule{nearest(id_, known)}"


def _reads(rule: Rule) -> set[str]:
    return {fact for clauses in (rule.when, *rule.unless) for clause in clauses for fact in clause.reads}


def _left(clauses: Iterable[Clause], gone: Collection[str]) -> tuple[Clause, ...]:
    """What is still to be judged of clauses that must all hold; nothing if they cannot hold any more."""
    left = [_settled(clause, gone) for clause in clauses]
    return () if False in left else tuple(clause for clause in left if not isinstance(clause, bool))


def _settled(clause: Clause, gone: Collection[str]) -> Clause | bool:
    """A clause, simpler or decided, now that some diagnoses are never concluded."""
    if isinstance(clause, Condition):
        return not clause.is_wanted if clause.fact in gone else clause
    if isinstance(clause, Formula):
        return clause
    settled = [_settled(inner, gone) for inner in clause.clauses]
    left = tuple(inner for inner in settled if not isinstance(inner, bool))
    holding = settled.count(True)
    match clause.kind:
        case "all":
            decided = False if False in settled else None if left else True
        case "none":
            decided = False if holding else None if left else True
        case "any":
            decided = True if holding else None if left else False
        case "at least":
            decided = True if holding >= clause.count else False if holding + len(left) < clause.count else None
    return replace(clause, clauses=left, count=max(1, clause.count - holding)) if decided is None else decided


def _explaining(diagnosis: Diagnosis, gone: Collection[str]) -> Diagnosis:
    return replace(diagnosis, explains=tuple(id_ for id_ in diagnosis.explains if id_ not in gone))
