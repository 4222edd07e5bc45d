"""Conditions that are combined are read, checked, and told in words."""

import pytest

from expert.facts import Fact, Quantity
from expert.findings import in_words
from expert.knowledge import Combination, Condition
from expert.packs import PackError, load
from expert.wording import observed, sentence

CATALOGUE = {name: Quantity(name, "number") for name in ("a", "b", "c")} | {"w": Quantity("w", "word")}
PACK = """\
format: 1
pack: one
params: {ratio: {default: 3, help: a ratio}}
symptoms: {seen: {title: Seen}, other: {title: Other}}
rules:
  other: {when: {a: 1}, then: other, certainty: 1, because: So.}
  rule:
    when:
      WHEN
    then: seen
    certainty: 1
    because: So.
"""


def loaded(tmp_path, when):
    (tmp_path / "pack.yaml").write_text(PACK.replace("WHEN", when))
    return load([tmp_path / "pack.yaml"], CATALOGUE)


# what is written, how the author and how the reader of a page see it
WRITTEN = [
    (
        'any: [{a: "> 1"}, {b: "< 2", w: red}]',
        "a > 1 or (b < 2 and w is red)",
        "a is above 1 or (b is below 2 and w is red)",
    ),
    ('none: [{a: "> 1"}, {other: true}]', "none of these: a > 1; Other", "none of these: a is above 1; Other"),
    (
        "at_least: {n: 2, of: [{a: 1}, {b: 1}, {c: 1}]}",
        "at least 2 of these: a is 1; b is 1; c is 1",
        "at least 2 of these: a is 1; b is 1; c is 1",
    ),
    ('where: "a / b > {ratio}"', "a / b > {ratio}", "a divided by b is above 3"),
    (
        'where: "not (a + 2) * b <= max(a, c)"',
        "not (a + 2) * b <= max(a, c)",
        "it is not so that (a plus 2) times b is at most the largest of a and c",
    ),
]


@pytest.mark.parametrize(("written", "author", "page"), WRITTEN, ids=[written for written, *_ in WRITTEN])
def test_what_is_combined_is_told_in_words(tmp_path, written, author, page):
    knowledge = loaded(tmp_path, written)
    (clause,) = knowledge.rules["rule"].when
    assert in_words(clause, knowledge) == author
    assert sentence(clause, knowledge) == page


def test_what_was_observed_is_told(tmp_path):
    knowledge = loaded(tmp_path, 'where: "a / b > {ratio}"\n      any: [{a: 9}, {other: true}]')
    formula, either = knowledge.rules["rule"].when
    assert observed(formula, {"a": 5.0, "b": 2.0}, knowledge) == "2.5"
    assert observed(either, {"a": 5.0, "other": 0.0}, knowledge) == "a 5; other not seen"


def test_all_is_what_a_mapping_says_anyway(tmp_path):
    assert loaded(tmp_path, "all: [{a: 1}, {b: 2, c: 3}]").rules["rule"].when == tuple(
        Condition(fact, "==", value) for fact, value in (("a", 1), ("b", 2), ("c", 3))
    )


def test_a_conclusion_deep_inside_is_asked_for_by_its_certainty(tmp_path):
    (clause,) = loaded(tmp_path, "none: [{any: [{other: true}, {a: 1}]}]").rules["rule"].when
    assert clause == Combination(
        "none", (Combination("any", (Condition("other", ">=", 0.2), Condition("a", "==", 1.0))),)
    )


MISTAKES = [
    ("any: §{a: 1, b: 2}", "'any' takes a list of conditions"),
    ("any: §[]", "'any' takes a list of conditions"),
    ("any: [{a: 1}, §{}]", "a condition is missing here"),
    ("§at_least: {n: 2}", "'at_least' has a number and a list"),
    ("at_least: {n: §3, of: [{a: 1}, {b: 1}]}", "'n' is a whole number from 1 to 2"),
    ("at_least: {n: §1.5, of: [{a: 1}, {b: 1}]}", "'n' is a whole number from 1 to 2"),
    ("none: [{any: [{§aa: 1}]}]", "fact, symptom or diagnosis 'aa' is not defined"),
    ("none: [{any: [{§a: red}]}]", "'a' is compared with 'red'; it is a number"),
    ('where: "a / b > {§rato}"', "param 'rato' is not defined in this pack; did you mean 'ratio'?"),
    ('where: "a / §bb > 2"', "fact 'bb' is not defined"),
    ('where: "a > §w"', "'w' is a word, but a formula computes with numbers"),
    ('where: "a > §other"', "'other' is concluded, not measured"),
    ('where: [a > 1, "b > §c[0]"]', "a formula has numbers, facts"),
]


@pytest.mark.parametrize(("written", "said"), MISTAKES, ids=[said for _, said in MISTAKES])
def test_a_mistake_is_named_at_its_place(tmp_path, written, said):
    with pytest.raises(PackError) as raised:
        loaded(tmp_path, written.replace("§", ""))
    problem = next(p for p in raised.value.problems if p.message.startswith(said))
    assert problem.line == 9
    assert problem.column == 7 + written.index("§")


def test_why_not_names_each_part_with_its_margin(tmp_path):
    from expert.diagnose import judge_facts
    from expert.explain import why_not
    from expert.run import RunLog

    knowledge = loaded(tmp_path, 'any: [{a: "> 8"}, {other: true}]')
    plan = judge_facts(RunLog("run", "run.csv"), [Fact("a", 6.0)], knowledge)
    told = why_not(plan, "rule")
    assert "it needs a > 8 or Other; a > 8: observed 6, 2 away (25% of the threshold)" in told
    assert "Other: was judged and not concluded" in told
    knowledge = loaded(tmp_path, 'where: "a / b > 4"')
    plan = judge_facts(RunLog("run", "run.csv"), [Fact("a", 6.0), Fact("b", 2.0)], knowledge)
    assert "it needs a / b > 4; observed a = 6, b = 2, so 3, 1 away (25% of the threshold)" in why_not(plan, "rule")
    plan = judge_facts(RunLog("run", "run.csv"), [Fact("a", 6.0), Fact("b", 0.0)], knowledge)
    assert "b is 0, with which the formula has no value" in why_not(plan, "rule")
