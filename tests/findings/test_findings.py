"""What derivations come to: causes absorb, reasons against count, suspicions stay low."""

import pytest

from expert.engine import infer, known
from expert.facts import Fact, Quantity
from expert.findings import conclude
from expert.packs import load

CATALOGUE = {name: Quantity(name, "truth") for name in ("a", "b", "c", "d")}


def diagnosis(id_, severity="medium", **more):
    parts = {"title": id_, "about": "It.", "stage": "debug", "origin": "data choice", "severity": severity}
    return f"  {id_}: {_flow({**parts, 'references': '[Me]', **more})}"


def rule(id_, when, then, certainty=1.0, **more):
    parts = {"when": when, "then": then, "certainty": certainty, "because": f"Because of {id_}.", **more}
    return f"  {id_}: {_flow(parts)}"


def conclusions(tmp_path, diagnoses, rules, **facts):
    """What the pack concludes from these facts about the run."""
    file = tmp_path / "pack.yaml"
    symptoms = ["  seen: {title: Seen}", "  heard: {title: Heard}"]
    file.write_text("\n".join(["format: 1\npack: p\nsymptoms:", *symptoms, "diagnoses:", *diagnoses, "rules:", *rules]))
    knowledge = load([file], CATALOGUE)
    given = [Fact(name, value) for name, value in facts.items()]
    derivations = infer(given, knowledge)
    return conclude(derivations, known(given, derivations, knowledge), knowledge)


def ids(found):
    return [finding.diagnosis.id for finding in found.findings]


SEEN = "  see: {when: {a: true}, then: seen, certainty: 1, because: Because of see.}"


def test_a_cause_absorbs_the_symptoms_it_explains(tmp_path):
    cause = [diagnosis("cause", explains="[seen]")]
    found = conclusions(tmp_path, cause, [SEEN, rule("why", "{b: true}", "cause")], a=True, b=True)
    assert ids(found) == ["cause"]
    assert found.findings[0].explains == ("seen",)
    assert found.unexplained == ()


def test_a_symptom_that_a_cause_was_concluded_from_is_explained(tmp_path):
    found = conclusions(tmp_path, [diagnosis("cause")], [SEEN, rule("why", "{seen: true}", "cause")], a=True)
    assert found.findings[0].explains == ("seen",)
    assert [d.rule for d in found.findings[0].derivations] == ["see", "why"]


def test_a_symptom_without_a_cause_is_unexplained(tmp_path):
    found = conclusions(tmp_path, [diagnosis("cause")], [SEEN, rule("why", "{b: true}", "cause")], a=True, b=False)
    assert ids(found) == []
    assert [symptom for symptom, _ in found.unexplained] == ["seen"]


def test_a_cause_absorbs_lesser_diagnoses_and_what_they_explain_and_is_as_severe_as_they(tmp_path):
    diagnoses = [
        diagnosis("root", "low", explains="[middle]"),
        diagnosis("middle", "medium", explains="[leaf, seen]"),
        diagnosis("leaf", "critical"),
    ]
    rules = [SEEN, *(rule(f"r-{id_}", "{a: true}", id_, 0.9) for id_ in ("root", "middle", "leaf"))]
    found = conclusions(tmp_path, diagnoses, rules, a=True)
    assert ids(found) == ["root"]
    assert set(found.findings[0].explains) == {"middle", "leaf", "seen"}
    assert found.findings[0].severity == "critical"
    assert found.unexplained == ()


def test_a_suspected_cause_absorbs_nothing_and_is_no_more_than_low(tmp_path):
    diagnoses = [diagnosis("root", "critical", explains="[leaf]"), diagnosis("leaf", "high")]
    rules = [rule("r", "{a: true}", "root", 0.49), rule("l", "{a: true}", "leaf", 0.9)]
    severities = {f.diagnosis.id: f.severity for f in conclusions(tmp_path, diagnoses, rules, a=True).findings}
    assert severities == {"root": "low", "leaf": "high"}


def test_what_is_only_suspected_does_not_make_its_cause_severe(tmp_path):
    diagnoses = [diagnosis("root", "medium", explains="[leaf]"), diagnosis("leaf", "critical")]
    rules = [rule("r", "{a: true}", "root", 0.9), rule("l", "{a: true}", "leaf", 0.4)]
    assert [f.severity for f in conclusions(tmp_path, diagnoses, rules, a=True).findings] == ["medium"]


@pytest.mark.parametrize(
    ("certainty", "severity"), [(0.19, None), (0.2, "low"), (0.49, "low"), (0.5, "critical"), (1.0, "critical")]
)
def test_certainty_bounds_severity(tmp_path, certainty, severity):
    found = conclusions(tmp_path, [diagnosis("x", "critical")], [rule("r", "{a: true}", "x", certainty)], a=True)
    assert [f.severity for f in found.findings] == ([severity] if severity else [])
    assert bool(found.rejected) is (severity is None)


def test_a_note_stays_a_note_however_suspected(tmp_path):
    found = conclusions(tmp_path, [diagnosis("x", "note")], [rule("r", "{a: true}", "x", 0.3)], a=True)
    assert found.findings[0].severity == "note"


def test_reasons_against_are_kept_and_weigh(tmp_path):
    rules = [rule("for", "{a: true}", "x", 0.6), rule("against", "{b: true}", "x", -0.3)]
    finding = conclusions(tmp_path, [diagnosis("x", "high")], rules, a=True, b=True).findings[0]
    assert finding.certainty == pytest.approx((0.6 - 0.3) / (1 - 0.3))
    assert finding.severity == "low"
    assert [reason.text for reason in finding.reasons] == ["Because of for."]
    assert [reason.text for reason in finding.against] == ["Because of against."]


def test_a_rival_that_lost_is_kept_with_what_spoke_against_it(tmp_path):
    rules = [rule("for", "{a: true}", "x", 0.6), rule("against", "{b: true}", "x", -0.6)]
    found = conclusions(tmp_path, [diagnosis("x")], rules, a=True, b=True)
    assert ids(found) == []
    assert [(r.diagnosis.id, r.reason) for r in found.rejected] == [("x", "Because of against.")]


def test_a_cause_that_would_explain_what_is_seen_says_what_it_would_have_needed(tmp_path):
    causes = [diagnosis("x", explains="[seen]")]
    found = conclusions(tmp_path, causes, [SEEN, rule("r", "{seen: true, b: true}", "x")], a=True, b=False)
    assert [r.reason for r in found.rejected] == ["It would need: b is yes; observed: no."]


def test_what_could_not_be_ruled_out_is_named(tmp_path):
    rules = [rule("r", "{a: true}", "x", unless="[{c: true}, {b: true, d: true}]")]
    assert conclusions(tmp_path, [diagnosis("x")], rules, a=True, b=False).findings[0].not_ruled_out == ("c",)


def _flow(parts):
    return "{" + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}"
