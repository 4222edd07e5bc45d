"""All packs together → one KnowledgeBase: what each names must exist, and no two may claim one id."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from expert import supplied
from expert.facts import Quantity, Value
from expert.knowledge import (
    Change,
    Clause,
    Combination,
    Condition,
    Diagnosis,
    Formula,
    KnowledgeBase,
    Remedy,
    Rule,
    Symptom,
    concluded,
    strata,
)
from expert.packs.parse import Parsed
from expert.packs.tree import Entry
from expert.problems import Problem
from expert.prose import mentions, quotes

_COMBINING = ("all", "any", "none", "at_least", "where")
_Item = TypeVar("_Item", Symptom, Diagnosis, Rule, Remedy)


def check(
    packs: Iterable[Parsed], changes: tuple[Change, ...], catalogue: Mapping[str, Quantity], problems: list[Problem]
) -> KnowledgeBase:
    """One knowledge base of all packs, in the order of their ids. Every mistake is noted in `problems`."""
    packs = sorted(packs, key=lambda p: p.pack.name)
    symptoms = _by_id("symptom", [s for p in packs for s in p.symptoms])
    diagnoses = _by_id("diagnosis", [d for p in packs for d in p.diagnoses])
    rules = _by_id("rule", [r for p in packs for r in p.rules])
    remedies = _by_id("remedy", [r for p in packs for r in p.remedies])
    conclusions = symptoms.keys() | diagnoses.keys()
    facts = dict(catalogue) | {id_: Quantity(id_, "number", "certainty", "concluded") for id_ in conclusions}
    for id_ in sorted(symptoms.keys() & diagnoses.keys()):
        diagnoses[id_][1].problem("E144", f"{id_!r} is a symptom and a diagnosis; it can only be one")
    for diagnosis, entry in diagnoses.values():
        for explained in diagnosis.explains:
            if explained not in conclusions:
                entry.within("explains", explained).unknown("E140", "explained symptom", explained, conclusions)
        for other in diagnosis.contradicts:
            if other not in diagnoses:
                entry.within("contradicts", other).unknown("E140", "contradicted diagnosis", other, diagnoses)
            elif diagnosis.id not in diagnoses[other][0].contradicts:
                entry.within("contradicts", other).problem(
                    "E174", f"{other!r} does not contradict {diagnosis.id!r} in turn"
                )
        for id_ in diagnosis.remedies:
            if id_ not in remedies:
                entry.within("remedies", id_).unknown("E142", "remedy", id_, remedies)
    _check_circles(diagnoses)
    shared = {p.pack.name: _shared_exceptions(p, catalogue) for p in packs}
    own = {id_: _rule(rule, entry, facts, conclusions) for id_, (rule, entry) in rules.items()}
    judged = {id_: replace(rule, unless=(*rule.unless, *shared[rule.pack])) for id_, rule in own.items()}
    try:
        strata(judged.values())
    except ValueError as circle:
        first = next((entry for rule, entry in rules.values() if rule.then in str(circle)), None)
        if first:
            first.within("then").problem("E170", str(circle))
    for remedy, entry in remedies.values():
        _check_remedy(remedy, entry, facts, remedies.keys())
    for suppression, entry in (one for p in packs for one in p.suppressions):
        for id_ in suppression.diagnoses:
            if id_ not in diagnoses:
                entry.find(id_).unknown("E140", "diagnosis", id_, diagnoses)
        _check_clauses(suppression.when, entry, "where", facts, conclusions)
    _check_replacements(rules, diagnoses)
    return KnowledgeBase(
        tuple(p.pack for p in packs),
        {id_: symptom for id_, (symptom, _) in symptoms.items()},
        {id_: diagnosis for id_, (diagnosis, _) in diagnoses.items()},
        judged,
        {
            id_: replace(remedy, verify=tuple(_conclusive(c, conclusions) for c in remedy.verify))
            for id_, (remedy, _) in remedies.items()
        },
        tuple(param for p in packs for param in p.params),
        changes,
        tuple(
            replace(one, when=tuple(_conclusive(clause, conclusions) for clause in one.when))
            for p in packs
            for one, _ in p.suppressions
        ),
    )


def _check_replacements(
    rules: Mapping[str, tuple[Rule, Entry]], diagnoses: Mapping[str, tuple[Diagnosis, Entry]]
) -> None:
    """What replaces something deprecated is there, and in use itself."""
    for things in (rules, diagnoses):
        statuses = {id_: thing.status for id_, (thing, _) in things.items()}
        for thing, entry in things.values():
            if thing.replaced_by and statuses.get(thing.replaced_by) in (None, "deprecated", "off"):
                said = [id_ for id_, status in statuses.items() if status not in ("deprecated", "off")]
                entry.within("replaced_by", thing.replaced_by).unknown("E140", "replacement", thing.replaced_by, said)


def _by_id(kind: str, items: Iterable[tuple[_Item, Entry]]) -> dict[str, tuple[_Item, Entry]]:
    found: dict[str, tuple[_Item, Entry]] = {}
    for item, entry in items:
        if item.id in found:
            entry.problem("E144", f"{kind} {item.id!r} is defined already, in {found[item.id][0].where}")
        else:
            found[item.id] = item, entry
    return dict(sorted(found.items()))


def _rule(rule: Rule, entry: Entry, facts: Mapping[str, Quantity], conclusions: Collection[str]) -> Rule:
    """The rule as the engine takes it: conditions on conclusions read certainties, and what it quotes must be known."""
    if rule.then and rule.then not in conclusions:
        entry.within("then", rule.then).unknown("E140", "symptom or diagnosis", rule.then, conclusions)
    exceptions = [clause for exception in rule.unless for clause in exception]
    _check_clauses(rule.when, entry, "when", facts, conclusions)
    _check_clauses(exceptions, entry, "unless", facts, conclusions)
    if rule.then in {fact for clause in (*rule.when, *exceptions) for fact in clause.reads}:
        entry.within("then", rule.then).problem("E172", f"rule {rule.id!r} reads what it concludes, {rule.then!r}")
    reads = {fact for clause in (*rule.when, *exceptions) for fact in clause.reads} - set(conclusions)
    of_fleets = reads & supplied.SUPPLIERS["nightly"].keys()
    if (rule.scope == "fleet" and reads - of_fleets) or (rule.scope == "run" and of_fleets):
        wrong = ", ".join(sorted(reads - of_fleets if rule.scope == "fleet" else of_fleets))
        entry.problem("E175", f"rule {rule.id!r} has 'scope: {rule.scope}' and reads {wrong}")
    if rule.at and rule.at not in facts:
        entry.within("at", rule.at).unknown("E140", "fact", rule.at, facts)
    _check_prose(rule.because, entry.within("because"), facts, rule.params)
    for example in rule.examples:
        for name, value in example.facts.items():
            if name not in facts:
                place = entry.within(example.outcome, name)
                place.unknown("E140", f"the {example.outcome} example's fact", name, facts)
            elif name not in conclusions and not facts[name].admits(value):
                place = entry.within(example.outcome, name)
                place.problem(
                    "E160", f"the {example.outcome} example gives {name!r} {value!r}; it is a {facts[name].kind}"
                )
    when = tuple(_conclusive(c, conclusions) for c in rule.when)
    read = {c.fact for c in when if isinstance(c, Condition)}
    quoted = (q for q in quotes(rule.because) if q not in rule.params and q not in read and q in facts)
    return replace(
        rule,
        when=(*when, *(Condition(fact, "known", "") for fact in dict.fromkeys(quoted))),
        unless=tuple(tuple(_conclusive(c, conclusions) for c in exception) for exception in rule.unless),
    )


def _check_clauses(
    clauses: Iterable[Clause], entry: Entry, key: str, facts: Mapping[str, Quantity], conclusions: Collection[str]
) -> None:
    for leaf in (leaf for clause in clauses for leaf in clause.leaves()):
        if isinstance(leaf, Condition):
            _check_condition(leaf, entry, key, facts, conclusions)
        else:
            _check_formula(leaf, entry, key, facts, conclusions)


def _shared_exceptions(parsed: Parsed, catalogue: Mapping[str, Quantity]) -> tuple[tuple[Clause, ...], ...]:
    """The exceptions of all rules of a pack; they read what is measured only, as a conclusion could close a circle."""
    for exception in parsed.unless:
        _check_clauses(exception, parsed.top, "unless", catalogue, ())
    return parsed.unless


def _check_condition(
    condition: Condition, entry: Entry, key: str, facts: Mapping[str, Quantity], conclusions: Collection[str]
) -> None:
    quantity = facts.get(condition.fact)
    if quantity is None:
        place = entry.within(key, condition.fact)
        place.unknown("E140", "fact, symptom or diagnosis", condition.fact, [*facts, *_COMBINING])
    elif condition.fact in conclusions and isinstance(condition.threshold, bool):
        return
    else:
        values = condition.threshold if isinstance(condition.threshold, tuple) else (condition.threshold,)
        for value in values:
            if not quantity.admits(value):
                expected = f"one of {', '.join(quantity.words)}" if quantity.words else f"a {quantity.kind}"
                there = entry.within(key, condition.fact)
                there.problem("E131", f"{condition.fact!r} is compared with {value!r}; it is {expected}")


def _check_formula(
    formula: Formula, entry: Entry, key: str, facts: Mapping[str, Quantity], conclusions: Collection[str]
) -> None:
    """A formula computes with what was measured and is a number."""
    for name in formula.reads:
        found = re.search(rf"\b{re.escape(name)}\b", formula.text)
        there = entry.within(key, formula.text).at(formula.text, found.start() if found else 0)
        if name not in facts:
            there.unknown("E140", "fact", name, facts)
        elif name in conclusions:
            there.problem("E131", f"{name!r} is concluded, not measured; ask for it in a condition of its own")
        elif facts[name].kind != "number":
            there.problem("E131", f"{name!r} is a {facts[name].kind}, but a formula computes with numbers")


def _conclusive(clause: Clause, conclusions: Collection[str]) -> Clause:
    """The clause with every question whether something was concluded put as one of certainty."""
    if isinstance(clause, Combination):
        return replace(clause, clauses=tuple(_conclusive(c, conclusions) for c in clause.clauses))
    if isinstance(clause, Condition) and clause.fact in conclusions and isinstance(clause.threshold, bool):
        return concluded(clause.fact, clause.threshold is (clause.operator != "!="))
    return clause


def _check_prose(text: str, entry: Entry, facts: Mapping[str, Quantity], params: Mapping[str, float]) -> None:
    for name, form in mentions(text):
        quantity = facts.get(name) or (Quantity(name, "number") if name in params else None)
        if quantity is None:
            entry.unknown("E150", "the quoted fact or param", name, [*facts, *params])
            continue
        sample: Value = 1.5 if quantity.kind == "number" else True if quantity.kind == "truth" else "word"
        try:
            format(sample, form)
        except ValueError:
            entry.problem("E151", f"{{{name}:{form}}} is no format for a {quantity.kind}; '.3g' or '.0%' would be")


def _check_remedy(remedy: Remedy, entry: Entry, facts: Mapping[str, Quantity], remedies: Iterable[str]) -> None:
    for key, others in (("needs", remedy.needs), ("conflicts", remedy.conflicts)):
        for other in others:
            if other not in remedies:
                entry.within(key, other).unknown("E142", "remedy", other, remedies)
    if bool(remedy.knob) != bool(remedy.direction):
        entry.problem("E173", "a knob needs a direction, and a direction a knob")
    texts = [("title", remedy.title), ("how", remedy.how), ("gain", remedy.gain)]
    for place, text in [*texts, *((f"snippets {framework}", text) for framework, text in remedy.snippets.items())]:
        there = entry.within(*place.split())
        _check_prose(text, there, facts, remedy.params)
        for name in quotes(text):
            if name in facts:
                there.problem(
                    "E152", f"a run may lack {name!r}: put the words around it in [brackets], or give it a |default"
                )
    _check_clauses(remedy.verify, entry, "verify", facts, ())


def _check_circles(diagnoses: Mapping[str, tuple[Diagnosis, Entry]]) -> None:
    """A cause may not explain itself, not even through others."""
    explains = {id_: {e for e in diagnosis.explains if e in diagnoses} for id_, (diagnosis, _) in diagnoses.items()}
    try:
        TopologicalSorter(explains).prepare()
    except CycleError as circle:
        names = sorted(set(circle.args[1]))
        entry = diagnoses[names[0]][1].within("explains")
        entry.problem("E171", f"these diagnoses explain each other in a circle: {', '.join(names)}")
