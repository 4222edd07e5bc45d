"""Teams change what others wrote: explicitly, owned, in any order of files, and with the place of every value."""

from datetime import date
from random import Random

import pytest

from expert.diagnose import judge_facts
from expert.facts import Fact, Quantity
from expert.knowledge import Edit
from expert.packs import PackError, load, stated
from expert.renderers import formats, render
from expert.run import RunLog
from expert.selection import in_profile, unknown

CATALOGUE = {"jump": Quantity("jump", "number"), "task": Quantity("task", "word")}
BASE = """\
format: 1
pack: base
version: "1.4"
params:
  limit: {default: 8, min: 2, max: 100, help: a limit}
symptoms:
  jumped: {title: It jumped}
diagnoses:
  too-high: {title: Too high, about: It is., stage: debug, origin: data choice, severity: high, references: [Me], remedies: [lower]}
rules:
  seen:
    when: {jump: ">= {limit}"}
    then: jumped
    certainty: 0.9
    because: It is {jump}, over {limit}.
  cause: {when: {jumped: true}, then: too-high, certainty: 0.9, because: So.}
remedies:
  lower: {title: Lower it, how: Halve it.}
  wait: {title: Wait, how: Wait a day.}
"""  # noqa: E501 - as packs are written
TEAM = """\
format: 1
pack: team
change:
  seen:
    set: {certainty: 0.6}
    was: {certainty: 0.9}
    add: {unless: [{task: detection}]}
    reason: Detection heads spike.
    owner: vision
    review_by: 2027-03-01
  too-high:
    set: {severity: low}
    add: {remedies: wait}
    remove: {remedies: lower}
    reason: We have no other way.
  base:
    set: {params.limit: 20}
    was: {params.limit: 8}
    reason: Ours are noisy.
"""


def loaded(tmp_path, *texts, params=None, shuffle=None):
    files = [tmp_path / f"{'abcdef'[n] if shuffle is None else shuffle[n]}.yaml" for n in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return load(files, CATALOGUE, params)


def problems(tmp_path, *texts):
    with pytest.raises(PackError) as raised:
        loaded(tmp_path, *texts)
    return [problem.message for problem in raised.value.problems]


def change(body, pack="team"):
    return f"format: 1\npack: {pack}\nchange:\n  {body}\n"


def test_a_change_sets_adds_and_removes(tmp_path):
    knowledge = loaded(tmp_path, BASE, TEAM)
    seen, cause = knowledge.rules["seen"], knowledge.diagnoses["too-high"]
    assert (seen.certainty, seen.when[0].threshold, seen.params["limit"]) == (0.6, 20, 20)
    assert seen.unless[0][0].threshold == "detection"
    assert (cause.severity, cause.remedies) == ("low", ("wait",))
    first = knowledge.changes[0]
    assert (first.target, first.kind, first.owner, first.review_by) == ("seen", "rule", "vision", date(2027, 3, 1))
    assert first.edits == (Edit("set", "certainty", "0.9", "0.6"), Edit("add", "unless", "", "[{task: detection}]"))
    assert [c.drift for c in knowledge.changes] == [(), (), ()]


def test_every_value_of_a_changed_rule_knows_its_place(tmp_path):
    loaded(tmp_path, BASE, TEAM)
    values = stated([tmp_path / "a.yaml", tmp_path / "b.yaml"])["seen"]
    told = {".".join(v.path): (v.text, f"{v.place.file[-6:]}:{v.place.line}") for v in values}
    assert told["when.jump"] == (">= {limit}", "a.yaml:12")
    assert told["certainty"] == ("0.6", "b.yaml:5")
    assert told["unless.0.task"] == ("detection", "b.yaml:7")


def test_was_notices_that_the_pack_has_moved(tmp_path):
    knowledge = loaded(tmp_path, BASE.replace("default: 8", "default: 12"), TEAM)
    assert knowledge.changes[2].drift == ("params.limit was 8 when this was written; base 1.4 has 12 now",)


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_files_does_not_matter(tmp_path, seed):
    others = [change("cause:\n    add: {unless: [{task: other}]}\n    reason: So.", "other"), change("cause:\n    add: {unless: [{task: third}]}\n    reason: So.", "third")]  # fmt: skip # noqa: E501
    knowledge = loaded(tmp_path, BASE, TEAM, *others)
    shuffled = loaded(tmp_path, BASE, TEAM, *others, shuffle=Random(seed).sample("qrst", 4))
    for id_, rule in knowledge.rules.items():
        other = shuffled.rules[id_]
        assert (rule.when, rule.unless, rule.certainty) == (other.when, other.unless, other.certainty)
    assert [(c.target, c.edits) for c in knowledge.changes] == [(c.target, c.edits) for c in shuffled.changes]


def test_two_packs_may_not_set_one_value_to_different_things(tmp_path):
    one, other = (change(f"seen:\n    set: {{certainty: {n}}}\n    reason: So.", f"p{n[-1]}") for n in ("0.1", "0.2"))
    (said,) = problems(tmp_path, BASE, one, other)
    assert said.endswith("b.yaml:5 sets 'certainty' of 'seen' to something else; let one extend the other")
    assert loaded(tmp_path, BASE, one, other.replace("0.2", "0.1")).rules["seen"].certainty == 0.1


def test_a_pack_that_extends_another_has_the_last_word(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "base.yaml").write_text(TEAM)
    above = change("seen:\n    set: {certainty: 0.3}\n    was: {certainty: 0.6}\n    reason: So.", "above")
    knowledge = loaded(tmp_path, BASE, above.replace("pack: above", "pack: above\nextends: below/base.yaml"))
    assert knowledge.rules["seen"].certainty == 0.3
    assert {pack.name for pack in knowledge.packs} == {"base", "team", "above"}
    assert not any(c.drift for c in knowledge.changes)


@pytest.mark.parametrize(
    ("extended", "said"),
    [
        ("none.yaml", "there is no file 'none.yaml' beside this pack"),
        ("../../secret", "a pack extends packs: '../../secret' does not end in .yaml"),
        ("pkg:acme", "no pack 'acme' is installed"),
        ("b.yaml", "this pack extends itself"),
    ],
)
def test_what_cannot_be_extended_is_named(tmp_path, extended, said):
    assert said in problems(tmp_path, BASE, f'format: 1\npack: team\nextends: ["{extended}"]\n')


REASON = "\n    reason: So."
MISTAKES = [
    (f"seem:\n    set: {{certainty: 1}}{REASON}", "there is no rule, symptom, diagnosis, remedy or pack 'seem'"),
    ("seen:\n    set: {certainty: 1}", "the change of 'seen' needs a reason"),
    (f"seen:{REASON}", "the change of 'seen' changes nothing"),
    (f"seen:\n    set: {{certainty: 7}}{REASON}", "certainty is a number from -1 to 1, and not 0"),
    (f"seen:\n    set: {{certanty: 1}}{REASON}", "key 'certanty' is not known here; did you mean 'certainty'?"),
    (f"seen:\n    set: {{then: too-high}}{REASON}", "a rule that concludes something else is another rule"),
    (f"seen:\n    set: {{when: {{jump: 1}}}}{REASON}", "who sets another's 'when' says what it was"),
    (f"seen:\n    set: {{params.limit: 1}}{REASON}", "the value of 'limit' is outside its bounds 2..100"),
    (f"seen:\n    was: {{params.limit: 8}}\n    set: {{certainty: 1}}{REASON}", "'was' tells of 'params.limit', which"),
    (f"base:\n    set: {{params.limits: 9}}{REASON}", "pack 'base' has no param 'limits'; did you mean 'limit'?"),
    (f"base:\n    set: {{version: 9}}{REASON}", "of a pack only params are set"),
    (f"too-high:\n    remove: {{remedies: wait}}{REASON}", "'wait' is not among the remedies of 'too-high'"),
    (f"seen:\n    set: {{certainty: 1}}\n    review_by: soon{REASON}", "here a day is expected, as in 2027-01-31"),
    (f"seen:\n    set: {{status: deprecated}}{REASON}", "'status: deprecated' and 'replaced_by: id' go together"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "said"), MISTAKES, ids=[said for _, said in MISTAKES])
def test_a_change_that_cannot_be_is_named(tmp_path, body, said):
    assert any(message.startswith(said) for message in problems(tmp_path, BASE, change(body)))


def judged(knowledge, today=date(2026, 1, 1), **facts):
    return judge_facts(RunLog("run", "run.csv"), [Fact(n, v) for n, v in facts.items()], knowledge, today)


SUPPRESS = """\
format: 1
pack: quiet
suppress:
  - diagnosis: too-high
    where: {task: debug}
    reason: Debug runs jump.
    owner: vision
    expires: 2026-06-30
"""


def test_a_suppression_holds_where_it_applies_until_it_expires(tmp_path):
    knowledge = loaded(tmp_path, BASE, SUPPRESS)
    assert judged(knowledge, jump=9.0, task="debug").verdict == "No problem found"
    assert judged(knowledge, jump=9.0, task="debug").suppressed[0].suppression.reason == "Debug runs jump."
    assert judged(knowledge, jump=9.0, task="other").verdict == "At risk"
    assert judged(knowledge, jump=9.0).verdict == "At risk"
    assert judged(knowledge, date(2026, 7, 1), jump=9.0, task="debug").verdict == "At risk"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("diagnosis: too-high", "diagnosis: too-hihg", "diagnosis 'too-hihg' is not defined; did you mean 'too-high'?"),
        ("task: debug", "tsk: debug", "fact, symptom or diagnosis 'tsk' is not defined; did you mean 'task'?"),
        ("    reason: Debug runs jump.\n", "", "'reason' is missing here"),
        ("    expires: 2026-06-30\n", "", "a suppression expires, as in 'expires: 2027-01-31'"),
    ],
)
def test_a_suppression_that_cannot_be_is_named(tmp_path, right, wrong, said):
    assert said in problems(tmp_path, BASE, SUPPRESS.replace(right, wrong))


@pytest.mark.parametrize("form", ["html", "json", "markdown", "text"])
def test_whatever_is_in_force_stands_in_the_report(tmp_path, form):
    plan = judged(loaded(tmp_path, BASE, TEAM, SUPPRESS), jump=30.0, task="debug")
    text = render(plan, form).replace("\\", "")
    assert form in formats()
    for said in ("Detection heads spike", "Ours are noisy", "params.limit", "Debug runs jump", "vision"):
        assert said in " ".join(text.split())


def test_status_and_profile_say_which_rules_judge(tmp_path):
    off = loaded(tmp_path, BASE, change("cause:\n    set: {status: off}\n    reason: So."))
    assert "cause" in off.rules
    assert "cause" not in in_profile(off, "explore").rules
    test = loaded(tmp_path, BASE, change("cause:\n    set: {status: test}\n    reason: So."))
    assert [len(in_profile(test, profile).rules) for profile in ("core", "strict", "explore")] == [1, 2, 2]
    early = loaded(tmp_path, BASE, change("too-high:\n    set: {status: experimental}\n    reason: So."))
    assert [len(in_profile(early, profile).diagnoses) for profile in ("core", "strict", "explore")] == [0, 0, 1]


def test_what_is_deprecated_names_what_takes_its_place(tmp_path):
    body = "cause:\n    set: {status: deprecated, replaced_by: seen}\n    reason: So."
    assert unknown(loaded(tmp_path, BASE, change(body)), "cause") == "'cause' is deprecated; 'seen' takes its place"
    said = problems(tmp_path, BASE, change(body.replace("seen}", "seem}")))
    assert said == ["replacement 'seem' is not defined; did you mean 'seen'?"]
