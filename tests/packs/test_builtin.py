"""The rules that come with the product keep what rules/README.md asks of a pack."""

import re
import textwrap

import pytest

from expert.authoring.examples import failures
from expert.layers import builtin
from expert.packs import load
from expert.shelf import shelf
from expert.signals import catalogue

KNOWLEDGE = builtin()


def test_every_rule_does_what_its_examples_say():
    assert failures(KNOWLEDGE) == ()


@pytest.mark.parametrize("outcome", ["fires", "silent", "unknown"])
def test_every_rule_has_an_example_that(outcome):
    lacking = [r.id for r in KNOWLEDGE.rules.values() if outcome not in {example.outcome for example in r.examples}]
    assert lacking == []


def test_every_diagnosis_teaches_names_its_source_and_is_remedied():
    poor = [
        d.id
        for d in KNOWLEDGE.diagnoses.values()
        if len(d.about.split()) < 15 or not all(d.references) or not d.references or not d.remedies
    ]
    assert poor == []


def test_every_diagnosis_is_reached_by_a_rule():
    assert [id_ for id_ in KNOWLEDGE.diagnoses if not any(r.certainty > 0 for r in KNOWLEDGE.concludes(id_))] == []


def test_every_symptom_is_reached_by_a_rule_and_explained_by_a_diagnosis():
    explained = {symptom for d in KNOWLEDGE.diagnoses.values() for symptom in d.explains}
    causes = {fact for r in KNOWLEDGE.rules.values() if r.then in KNOWLEDGE.diagnoses for fact in r.reads}
    assert [s for s in KNOWLEDGE.symptoms if not KNOWLEDGE.concludes(s)] == []
    assert [s for s in KNOWLEDGE.symptoms if s not in explained | causes] == []


def test_every_remedy_is_an_imperative_and_is_used():
    soft = re.compile(r"^[^A-Z]|\b(should|could|must|try to|please)\b|\.$|^(The|A|An|It|This|Your|Not)\b")
    assert [r.title for r in KNOWLEDGE.remedies.values() if soft.search(r.title)] == []
    assert [r.how for r in KNOWLEDGE.remedies.values() if not r.how[:1].isupper()] == []
    used = {id_ for d in KNOWLEDGE.diagnoses.values() for id_ in d.remedies}
    used |= {id_ for r in KNOWLEDGE.remedies.values() for id_ in r.needs}
    assert [id_ for id_ in KNOWLEDGE.remedies if id_ not in used] == []


def test_every_reason_is_a_sentence():
    assert [
        r.id for r in KNOWLEDGE.rules.values() if not re.match(r"[A-Z0-9{\[].*[.!]\]?$", r.because, re.DOTALL)
    ] == []


def test_an_example_that_is_wrong_is_named_with_its_line_and_the_reason(tmp_path):
    from test_mistakes import CATALOGUE, GOOD

    examples = (
        "fires: [{loss_jump: 3}, {}, {loss_jump: 9, task: regression}]\n    silent: [{loss_jump: 9}]\n"
        "    unknown: [{loss_jump: 3}, {loss_jump: 9}, {}]"
    )
    quoting = "{loss_jump:.1f} times from {loss_share}."
    file = tmp_path / "pack.yaml"
    file.write_text(GOOD.replace("fires: [{loss_jump: 9}]", examples))
    assert [failure.partition(": ")[2] for failure in failures(load([file], CATALOGUE))] == [
        "rule 'jumped' should fire here, but it stays silent: 'loss_jump' is 3.0, not loss jump ≥ 8",
        "rule 'jumped' should fire here, but it cannot tell: it is not given 'loss_jump'",
        "rule 'jumped' should fire here, but it stays silent: an exception holds (task is regression)",
        "rule 'jumped' should stay silent here, but it fires: loss jump ≥ 8",
        "rule 'jumped' should not be able to tell here, but it stays silent: 'loss_jump' is 3.0, not loss jump ≥ 8",
        "rule 'jumped' should not be able to tell here, but it fires: loss jump ≥ 8",
    ]
    file.write_text(GOOD.replace("{loss_jump:.1f} times.", quoting))
    assert failures(load([file], CATALOGUE)) == (
        f"{file}:32: rule 'jumped' should fire here, but it cannot tell: it is not given 'loss_share' "
        "('loss_share' must be known because 'because' quotes it)",
    )


def test_the_example_of_the_guide_is_a_pack(tmp_path):
    guide = (shelf("rules") / "README.md").read_text(encoding="utf-8")
    example = textwrap.dedent(guide[guide.index("    format: 1") : guide.index("## Conditions")])
    (tmp_path / "house.yaml").write_text(example, encoding="utf-8")
    assert failures(load([tmp_path / "house.yaml"], catalogue())) == ()
