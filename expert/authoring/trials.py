"""Do the rules do what the tests of their packs say? Each test takes the whole trip, with all rules in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from expert import explain, vocabulary
from expert.authoring.examples import Expected, as_known, difference
from expert.authoring.outcomes import Outcome
from expert.diagnose import judge, judge_facts
from expert.facts import Fact
from expert.knowledge import KnowledgeBase
from expert.packs.shorthand import points
from expert.packs.tests import PackTest, Ranked
from expert.plan import Plan
from expert.readers._memory import from_mapping
from expert.run import RunLog
from expert.sources import Given, single


def outcomes(tests: Iterable[PackTest], knowledge: KnowledgeBase) -> Iterator[Outcome]:
    """What comes of each test."""
    for test in tests:
        try:
            said = _differences(test, _plan(test, knowledge))
        except ValueError as error:  # a log that cannot be read, columns that do not fit
            said = [str(error)]
        yield Outcome(test.name, test.where, "\n".join(said), test.todo)


def _plan(test: PackTest, knowledge: KnowledgeBase) -> Plan:
    """The plan for what the test gives. Raises ValueError for a log or series that make no run."""
    if test.facts:
        given = as_known(test.facts, knowledge)
        rules = {id_: rule for id_, rule in knowledge.rules.items() if rule.then not in given}
        facts = [Fact(name, value) for name, value in given.items()]
        return judge_facts(RunLog(test.name, test.file), facts, replace(knowledge, rules=rules))
    if test.log:
        return judge(single(Path(test.log), Given(test.settings)), knowledge)
    series = {name: points(text) for name, text in test.series.items()}
    run = vocabulary.understand(from_mapping(series, test.name))
    return judge(replace(run, settings={**run.settings, **vocabulary.settings(test.settings)}), knowledge)


def _differences(test: PackTest, plan: Plan) -> list[str]:
    wanted: Mapping[Expected, tuple[str, ...]] = {
        "fires": test.fires,
        "silent": test.silent,
        "unknown": test.unknown,
    }
    said = [_of_rule(id_, outcome, plan) for outcome, ids in wanted.items() for id_ in ids]
    said += [_of_diagnosis(ranked, plan) for ranked in test.diagnosis]
    said += [_of_absent(id_, plan) for id_ in test.absent]
    return [text for text in said if text]


def _of_rule(id_: str, wanted: Expected, plan: Plan) -> str:
    knowledge = plan.knowledge
    if knowledge is None or id_ not in knowledge.rules:
        return f"rule {id_!r} is not asked here: it is out of force, or the test gives what it concludes"
    rule = knowledge.rules[id_]
    fired = any(derivation.rule == id_ for derivation in plan.derivations)
    values = {name: fact.value for name, fact in plan.facts.items()}
    return difference(rule, wanted, fired, values, knowledge)


def _of_diagnosis(ranked: Ranked, plan: Plan) -> str:
    """How the findings differ from an expected diagnosis."""
    found = [finding.diagnosis.id for finding in plan.findings]
    listed = ", ".join(f"{f.diagnosis.id} ({f.certainty:.2f}, {f.severity})" for f in plan.findings) or "nothing"
    if ranked.id not in found:
        return f"{ranked.id!r} should be found; found: {listed}\n{explain.why_not(plan, ranked.id)}"
    rank = found.index(ranked.id) + 1
    if rank != ranked.rank:
        return f"{ranked.id!r} should be finding {ranked.rank}, it is finding {rank}; found: {listed}"
    certainty = plan.findings[rank - 1].certainty
    if ranked.certainty is not None and not ranked.certainty.holds(certainty):
        wanted = f"{ranked.certainty.operator} {ranked.certainty.threshold}"
        return f"the certainty of {ranked.id!r} is {certainty:.2f}, not {wanted}"
    return ""


def _of_absent(id_: str, plan: Plan) -> str:
    if all(finding.diagnosis.id != id_ for finding in plan.findings):
        return ""
    return f"{id_!r} should not be found\n{explain.how(plan, id_)}"
