"""Pages about the rules: one for each, and an index."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from expert.authoring.cards import changes, facts_in_text, params, told
from expert.authoring.graph import Drawing, chain
from expert.authoring.places import shown
from expert.knowledge import Clause, Diagnosis, KnowledgeBase, Rule, Symptom
from expert.packs.places import lines
from expert.packs.tests import PackTest
from expert.prose import number, unfilled
from expert.renderers import document
from expert.wording import meaning, sentence


@dataclass(frozen=True)
class ParamRow:
    """A number that people may tune: what it is and may be, where it is written, and where it comes from."""

    name: str
    value: str
    default: str
    bounds: str
    help: str
    source: str
    where: str


@dataclass(frozen=True)
class Reading:
    """A condition in English, with the facts that it reads and, where it does not say so, what each is."""

    text: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RulePage:
    """All that the page of a rule says."""

    rule: Rule
    title: str
    conclusion: str
    is_diagnosis: bool
    why: str
    because: str
    where: str
    when: tuple[Reading, ...]
    unless: tuple[str, ...]
    params: tuple[ParamRow, ...]
    explained_by: tuple[str, ...]
    remedies: tuple[tuple[str, str, str], ...]
    references: tuple[str, ...]
    examples: tuple[tuple[str, str, str], ...]
    tests: tuple[tuple[str, str, str], ...]
    changes: tuple[tuple[str, str], ...]
    drawing: Drawing


@dataclass(frozen=True)
class Entry:
    """A symptom or diagnosis in the index, with the rules that speak for or against it."""

    id: str
    title: str
    severity: str
    stage: str
    pack: str
    rules: tuple[tuple[str, str, str, str], ...]


def pages(knowledge: KnowledgeBase, tests: Iterable[PackTest], files: Collection[str]) -> dict[str, str]:
    """Every page by its file name: the index and one page per rule of these files."""
    asked = [rule for rule in knowledge.rules.values() if rule.where.rpartition(":")[0] in files]
    written = list(tests)
    views = [_page(rule, knowledge, written) for rule in asked]
    things = (*knowledge.diagnoses.values(), *knowledge.symptoms.values())
    entries = [entry for entry in (_entry(thing, asked) for thing in things) if entry.rules]
    index = document("rules.html", {"entries": entries, "rules": len(asked), "packs": knowledge.packs})
    return {"index.html": index, **{f"rule-{v.rule.id}.html": document("rule.html", {"page": v}) for v in views}}


def _page(rule: Rule, knowledge: KnowledgeBase, tests: Iterable[PackTest]) -> RulePage:
    diagnosis = knowledge.diagnoses.get(rule.then)
    thing = diagnosis or knowledge.symptoms[rule.then]
    at = lines(rule.where, "rules", rule.id)
    return RulePage(
        rule,
        rule.id.replace("-", " ").capitalize(),
        thing.title,
        diagnosis is not None,
        thing.about,
        unfilled(rule.because),
        shown(rule.where),
        tuple(_reading(clause, knowledge) for clause in rule.when),
        tuple(" and ".join(sentence(c, knowledge) for c in exception) for exception in rule.unless),
        tuple(_param(rule, name, knowledge) for name in params(rule)),
        tuple(d.title for d in knowledge.diagnoses.values() if rule.then in d.explains),
        _remedies(diagnosis, knowledge),
        (*([rule.source] if rule.source else []), *thing.references),
        tuple((e.outcome, facts_in_text(e.facts), shown(at.get(e.outcome, e.where))) for e in rule.examples),
        tuple((t.name, outcome, shown(t.where)) for t in tests if (outcome := _expected(t, rule))),
        tuple((told(change), shown(change.where)) for change in changes(rule, knowledge)),
        chain(rule, knowledge),
    )


def _reading(clause: Clause, knowledge: KnowledgeBase) -> Reading:
    text = sentence(clause, knowledge)
    said = ((fact, meaning(fact, knowledge)) for fact in clause.reads)
    return Reading(text, tuple((fact, "" if about.casefold() in text.casefold() else about) for fact, about in said))


def _param(rule: Rule, name: str, knowledge: KnowledgeBase) -> ParamRow:
    """The param as its pack writes it, with the value that is in force for this rule."""
    param = next(one for one in knowledge.params if (one.pack, one.name) == (rule.pack, name))
    bounds = [f"from {number(param.low)}"] if math.isfinite(param.low) else []
    bounds += [f"to {number(param.high)}"] if math.isfinite(param.high) else []
    place = lines(rule.where, "params", name).get("default", rule.where)
    value, default = number(rule.params[name]), number(param.default)
    return ParamRow(name, value, default, " ".join(bounds), param.help, param.source, shown(place))


def _remedies(diagnosis: Diagnosis | None, knowledge: KnowledgeBase) -> tuple[tuple[str, str, str], ...]:
    offered = [knowledge.remedies[id_] for id_ in diagnosis.remedies] if diagnosis else []
    return tuple((unfilled(remedy.title), unfilled(remedy.how), remedy.effort) for remedy in offered)


def _expected(test: PackTest, rule: Rule) -> str:
    """What a test expects of a rule; nothing if it does not speak of it."""
    outcomes = {"fires": test.fires, "silent": test.silent, "unknown": test.unknown}
    return next((outcome for outcome, ids in outcomes.items() if rule.id in ids), "")


def _entry(thing: Symptom, rules: Iterable[Rule]) -> Entry:
    inside = [rule for rule in rules if rule.then == thing.id]
    return Entry(
        thing.id,
        thing.title,
        thing.severity if isinstance(thing, Diagnosis) else "",
        thing.stage if isinstance(thing, Diagnosis) else "",
        thing.pack,
        tuple((rule.id, f"{rule.certainty:+g}", unfilled(rule.because), rule.status) for rule in inside),
    )
