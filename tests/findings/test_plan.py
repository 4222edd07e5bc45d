"""The order of the plan, on random small packs: what must hold of every plan."""

import tempfile
from functools import cache
from pathlib import Path
from random import Random

import pytest
from test_findings import diagnosis, rule

from expert.engine import infer, known
from expert.facts import Fact, Quantity
from expert.findings import conclude
from expert.knowledge import EFFORTS, SEVERITIES, STAGES
from expert.packs import load
from expert.plan import CONSIDERABLE, prioritize
from expert.run import RunLog

IDS = [f"d{n}" for n in range(6)]
REMEDIES = [f"r{n}" for n in range(8)]
SEEDS = range(150)


@cache
def plan(seed):
    """The plan of a random pack whose every diagnosis is found."""
    random = Random(seed)
    lines = ["format: 1", "pack: p", "diagnoses:"]
    for n, id_ in enumerate(IDS):
        more = {"remedies": f"[{', '.join(random.sample(REMEDIES, random.randint(1, 4)))}]"}
        more |= {"stage": random.choice(STAGES)}
        if random.random() < 0.3:
            more["explains"] = f"[{', '.join(random.sample(IDS[n + 1 :], min(1, len(IDS) - n - 1)))}]"
        lines.append(diagnosis(id_, random.choice(SEVERITIES), **more))
    lines.append("rules:")
    lines += [rule(f"x{id_}", "{a: true}", id_, random.choice((0.1, 0.3, 0.6, 0.9, 0.9))) for id_ in IDS]
    return _judged([*lines, "remedies:", *(_remedy(random, id_) for id_ in REMEDIES)])


def _remedy(random, id_):
    parts = f"title: Do {id_}, how: Do it., effort: {random.choice(EFFORTS)}"
    if random.random() < 0.5:
        parts += f", knob: {random.choice(('lr', 'width'))}, direction: {random.choice(('up', 'down'))}"
    if random.random() < 0.3:
        parts += f", {random.choice(('needs', 'conflicts'))}: [{random.choice([r for r in REMEDIES if r != id_])}]"
    return f"  {id_}: {{{parts}}}"


def _judged(lines):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pack.yaml")
        file.write_text("\n".join(lines))
        knowledge = load([file], {"a": Quantity("a", "truth")})
    facts = [Fact("a", True)]
    derivations = infer(facts, knowledge)
    everything = known(facts, derivations, knowledge)
    return prioritize(
        RunLog("run", "run"), conclude(derivations, everything, knowledge), everything, derivations, knowledge
    )


def places(found):
    return {item.remedy.id: item.priority for item in found.items}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_is_in_order(seed):
    found = plan(seed)
    place, knowledge = places(found), found.knowledge
    assert [item.priority for item in found.items] == list(range(1, len(found.items) + 1))
    assert len(place) == len(found.items), "each remedy stands once"
    for item in found.items:
        assert item.treats == tuple(f for f in found.findings if item.remedy.id in f.diagnosis.remedies)
        for other in found.items:
            assert (
                not item.remedy.knob
                or item.remedy.knob != other.remedy.knob
                or item.remedy.direction == other.remedy.direction
            )
            assert other.remedy.id not in item.remedy.conflicts
    for finding in found.findings:
        for id_ in set(finding.diagnosis.remedies) - place.keys():
            assert any(_exclude(knowledge.remedies[id_], item.remedy) for item in found.items), "left out for a reason"


@pytest.mark.parametrize("seed", SEEDS)
def test_findings_of_medium_and_above_come_by_stage_and_others_after_them(seed):
    ranks = [
        STAGES.index(f.diagnosis.stage) if f.severity in CONSIDERABLE else len(STAGES) for f in plan(seed).findings
    ]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_thing_to_do_treats_the_first_finding_that_can_be_treated(seed):
    found = plan(seed)
    if any(item.remedy.needs for item in found.items) or not found.items:
        return
    first = next(f for f in found.findings if set(f.diagnosis.remedies) & places(found).keys())
    urgent = [f for f in found.findings if _urgency(f) == _urgency(first)]
    assert set(found.items[0].treats) & set(urgent)


@pytest.mark.parametrize("seed", SEEDS)
def test_remedies_keep_the_order_of_the_most_urgent_diagnosis_that_names_them(seed):
    found = plan(seed)
    place, named = places(found), set()
    for finding in found.findings:
        own = [id_ for id_ in finding.diagnosis.remedies if id_ in place and id_ not in named]
        assert [place[id_] for id_ in own] == sorted(place[id_] for id_ in own)
        named |= set(own)


def test_what_a_remedy_needs_comes_before_it_even_from_a_lesser_finding():
    found = _judged(
        [
            "format: 1\npack: p\ndiagnoses:",
            diagnosis("first", "critical", remedies="[change]"),
            diagnosis("second", "low", remedies="[look, measure]"),
            "rules:",
            *(rule(f"x-{id_}", "{a: true}", id_, 0.9) for id_ in ("first", "second")),
            "remedies:",
            "  change: {title: Change it, how: Do., needs: [measure]}",
            "  look: {title: Look, how: Do.}",
            "  measure: {title: Measure, how: Do.}",
        ]
    )
    assert [item.remedy.id for item in found.items] == ["look", "measure", "change"]


def test_between_equally_urgent_findings_the_cheaper_remedy_comes_first_and_effort_turns_no_list_round():
    found = _judged(
        [
            "format: 1\npack: p\ndiagnoses:",
            diagnosis("one", remedies="[long, quick]"),
            diagnosis("two", remedies="[short]"),
            "rules:",
            *(rule(f"x-{id_}", "{a: true}", id_, 0.9) for id_ in ("one", "two")),
            "remedies:",
            "  long: {title: Rebuild, how: Do., effort: days}",
            "  quick: {title: Look, how: Do., effort: none}",
            "  short: {title: Change, how: Do., effort: minutes}",
        ]
    )
    assert [item.remedy.id for item in found.items] == ["short", "long", "quick"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_verdict_follows_the_worst_finding(seed):
    found = plan(seed)
    words = {"critical": "Broken", "high": "At risk", "medium": "Could be better"}
    worst = min((f.severity for f in found.findings), key=SEVERITIES.index, default="note")
    assert found.verdict in (words.get(worst, "No problem found"), "Not judged")


def _urgency(finding):
    weight = (len(SEVERITIES) - SEVERITIES.index(finding.severity)) * finding.certainty
    return (finding.diagnosis.stage if finding.severity in CONSIDERABLE else "", weight)


def _exclude(one, other):
    turned = one.knob and one.knob == other.knob and one.direction != other.direction
    return turned or other.id in one.conflicts or one.id in other.conflicts
