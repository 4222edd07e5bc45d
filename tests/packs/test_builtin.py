"""The rules that come with the product keep what rules/README.md asks of a pack; tests/authoring runs all lints."""

import textwrap

from expert.authoring.examples import failures
from expert.layers import builtin
from expert.packs import load
from expert.shelf import shelf
from expert.signals import catalogue

KNOWLEDGE = builtin()


def test_every_rule_does_what_its_examples_say():
    assert failures(KNOWLEDGE) == ()


def test_every_diagnosis_names_its_source():
    assert [d.id for d in KNOWLEDGE.diagnoses.values() if not d.references or not all(d.references)] == []


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


def test_the_changes_of_the_guide_fit_the_packs(tmp_path):
    guide = (shelf("rules") / "README.md").read_text(encoding="utf-8")
    example = textwrap.dedent(guide[guide.index("    format: 1\n    pack: acme") : guide.index("The order of files")])
    lines = [line for line in example.splitlines() if not line.startswith("extends")]
    (tmp_path / "team.yaml").write_text("\n".join(lines), encoding="utf-8")
    packs = [file for file in shelf("rules").iterdir() if file.name.endswith(".yaml")]
    knowledge = load([*packs, tmp_path / "team.yaml"], catalogue())
    assert len(knowledge.changes) == 3
    assert not any(change.drift for change in knowledge.changes)
    assert knowledge.rules["gradient-norm-jumped"].params["spike_ratio"] == 25
