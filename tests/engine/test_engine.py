"""The engine beyond agreement: order, subjects, threads, faults of others, and certainties."""

import threading
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some
from random_packs import case, loaded

from expert.certainty import CERTAIN, combine, pass_on
from expert.engine import _compiled, infer, known
from expert.facts import Fact
from expert.knowledge import Combination, Condition, KnowledgeBase, Rule, Symptom

CHAIN = """
format: 1
pack: chain
symptoms: {s0: {title: Seen}, s1: {title: Seen too}}
diagnoses:
  d0: {title: It, about: It, stage: debug, origin: data choice, severity: low, references: [Me]}
rules:
  seen: {when: {n0: ">= 1"}, then: s0, certainty: 1, because: It is}
  seen-too: {when: {n1: ">= 1"}, then: s1, certainty: 1, because: It is}
  cause: {when: {s0: true}, unless: {s1: true}, then: d0, certainty: 0.7, because: It is}
"""


def conclusions(facts, knowledge):
    return {(d.rule, d.about): d.certainty for d in infer(facts, knowledge)}


@pytest.mark.parametrize("seed", range(40))
def test_the_order_of_rules_facts_and_files_does_not_matter(seed):
    random, one = Random(seed), case(seed)
    texts = [_shuffled(text, random) for text in reversed(one.texts)]
    facts = random.sample(one.as_facts(), len(one.as_facts()))
    other = loaded(texts)
    derivations, shuffled = infer(one.as_facts(), one.knowledge), infer(facts, other)
    assert derivations == shuffled
    assert known(facts, shuffled, other) == known(one.as_facts(), derivations, one.knowledge)


def test_a_conclusion_is_as_certain_as_the_rule_times_its_weakest_premise():
    assert pass_on(0.7, [0.6, 0.3, 0.4]) == pytest.approx(0.21)


def test_premises_pass_their_certainty_on_through_the_engine():
    symptoms = {id_: Symptom(id_, "Seen") for id_ in ("a", "b", "c", "d")}
    worth = {"a": 0.6, "b": 0.3, "c": 0.4}
    rules = [Rule(id_, (Condition("x", "==", True),), id_, certainty, "So.") for id_, certainty in worth.items()]
    rules.append(Rule("d", tuple(Condition(id_, ">=", 0.2) for id_ in worth), "d", 0.7, "So."))
    knowledge = KnowledgeBase((), symptoms, {}, {rule.id: rule for rule in rules}, {})
    assert conclusions([Fact("x", True)], knowledge)["d", ""] == pytest.approx(0.21)


@pytest.mark.parametrize(
    ("kind", "count", "certainty"), [("all", 1, 0.3), ("any", 1, 0.6), ("at least", 2, 0.4), ("at least", 3, 0.3)]
)
def test_combined_premises_pass_on_the_certainty_of_those_that_are_needed(kind, count, certainty):
    worth = {"a": 0.6, "b": 0.3, "c": 0.4}
    asked = Combination(kind, tuple(Condition(id_, ">=", 0.2) for id_ in worth), count)
    rules = [Rule(id_, (Condition("x", "==", True),), id_, sure, "So.") for id_, sure in worth.items()]
    rules.append(Rule("d", (asked,), "d", 0.7, "So."))
    symptoms = {rule.id: Symptom(rule.id, "Seen") for rule in rules}
    knowledge = KnowledgeBase((), symptoms, {}, {rule.id: rule for rule in rules}, {})
    assert conclusions([Fact("x", True)], knowledge)["d", ""] == pytest.approx(0.7 * certainty)


@pytest.mark.parametrize(
    ("reasons", "together"),
    [([0.5, 0.6], 0.8), ([0.6, -0.3], (0.6 - 0.3) / (1 - 0.3)), ([-0.5, -0.6], -0.8), ([0.6, -0.5], 0.2), ([], 0)],
)
def test_reasons_combine_as_mycin_combined_them(reasons, together):
    assert combine(reasons) == pytest.approx(together)


factors = some.floats(-1, 1)


@given(some.lists(factors), some.randoms())
def test_the_order_of_reasons_does_not_matter(reasons, random):
    assert combine(reasons) == combine(random.sample(reasons, len(reasons)))


@given(factors, factors, factors)
def test_reasons_may_be_combined_in_parts(a, b, c):
    if max(abs(f) for f in (a, b, c)) < 0.8:  # where nothing is as certain as can be
        assert combine([combine([a, b]), c]) == pytest.approx(combine([a, combine([b, c])]), abs=1e-9)


@given(some.lists(factors, max_size=30))
def test_no_reasons_make_more_than_certain(reasons):
    assert -CERTAIN <= combine(reasons) <= CERTAIN


@given(some.floats(0, 1), some.floats(0, 1))
def test_reasons_never_weaken_each_other(a, b):
    assert max(min(a, CERTAIN), min(b, CERTAIN)) <= combine([a, b]) + 1e-12 <= 1


def test_rules_read_facts_about_one_subject_only():
    facts = [Fact("n0", 1.0, "layer 1"), Fact("n1", 1.0, "layer 2")]
    assert conclusions(facts, loaded([CHAIN])) == {
        ("seen", "layer 1"): 1,
        ("cause", "layer 1"): pytest.approx(0.7 * CERTAIN),
        ("seen-too", "layer 2"): 1,
    }


def test_an_exception_that_is_concluded_is_heard():
    assert ("cause", "") not in conclusions([Fact("n0", 1.0), Fact("n1", 1.0)], loaded([CHAIN]))


def test_a_conclusion_is_false_once_judged_and_unknown_before():
    knowledge = loaded([CHAIN])
    judged = known([Fact("n0", 0.0)], (), knowledge)[""]
    assert judged["s0"].value == 0
    assert judged["d0"].value == 0
    assert "s1" not in judged


def test_true_is_not_1_even_where_both_were_asked_for():
    def asking(threshold):
        rule = Rule("r", (Condition("x", "==", threshold),), "s", 1, "So.")
        return KnowledgeBase((), {"s": Symptom("s", "Seen")}, {}, {"r": rule}, {})

    assert conclusions([Fact("x", True)], asking(True))
    assert not conclusions([Fact("x", True)], asking(1.0))
    assert conclusions([Fact("x", 1.0)], asking(1.0))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_only_finite_numbers_are_facts(value):
    with pytest.raises(ValueError, match=r"'n0' is .*only finite numbers"):
        infer([Fact("n0", value)], loaded([CHAIN]))


def test_rules_in_a_circle_are_refused_by_name():
    circle = [Rule(a, (Condition(b, ">=", 0.2),), a, 1, "So.") for a, b in ("st", "ts")]
    circle.append(Rule("u", (Condition("s", ">=", 0.2),), "u", 1, "So."))
    with pytest.raises(ValueError, match=r"circle: s, t"):
        infer([], KnowledgeBase((), {}, {}, {rule.id: rule for rule in circle}, {}))


def test_the_run_after_one_that_raised_is_right():
    knowledge, facts = loaded([CHAIN]), [Fact("n0", 1.0)]
    right = infer(facts, knowledge)
    engine = _compiled(knowledge).engine
    poison = type("Poison", (float,), {"__ge__": _raise})(1.0)
    with pytest.raises(ZeroDivisionError):
        infer([Fact("n0", poison)], knowledge)
    assert _compiled(knowledge).engine is not engine
    assert infer(facts, knowledge) == right
    assert infer([Fact("n1", 1.0)], knowledge) == infer([Fact("n1", 1.0)], loaded([CHAIN]))


def test_one_run_leaves_nothing_behind_for_the_next():
    knowledge = loaded([CHAIN])
    infer([Fact("n0", 1.0), Fact("n1", 1.0)], knowledge)
    assert infer([], knowledge) == ()


def test_many_threads_may_infer_at_once():
    cases = [case(seed) for seed in range(6)]
    expected = [infer(c.as_facts(), c.knowledge) for c in cases]
    found = {}

    def work(thread):
        fresh = [replace(c.knowledge) for c in cases] if thread % 2 else [c.knowledge for c in cases]
        found[thread] = [infer(c.as_facts(), k) for _ in range(3) for c, k in zip(cases, fresh, strict=True)]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[thread] == expected * 3 for thread in range(6))


def _raise(one, other):
    raise ZeroDivisionError


def _shuffled(text, random):
    """The same pack, its rules in another order."""
    head, _, rules = text.partition("rules:\n")
    lines = rules.splitlines()
    return head + "rules:\n" + "\n".join(random.sample(lines, len(lines)))
