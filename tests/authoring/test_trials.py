"""Tests in the rule file: runs in short, what is expected of them, and a readable difference."""

import math
from contextlib import suppress
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from expert.authoring import trials
from expert.packs import PackError, load
from expert.packs.shorthand import points
from expert.packs.tests import pack_tests
from expert.signals import catalogue


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1", [1]), ("1x3", [1, 1, 1]), ("1+2x3", [1, 3, 5]), ("1-0.5x3", [1, 0.5, 0]), ("8*0.5x3", [8, 4, 2]),
     ("-1e-1+.5x2 7", [-0.1, 0.4, 7]), ("_x2 1", [None, None, 1]), ("inf -inf", [math.inf, -math.inf]),
     ("2*1e300x3", [2, 2e300, math.inf])],
)  # fmt: skip
def test_a_series_in_short_is(written, meant):
    assert list(points(written)) == meant


def test_what_is_not_a_number_may_stand_in_a_series():
    assert [value is not None and math.isnan(value) for value in points("1 nanx2 _")] == [False, True, True, False]


@pytest.mark.parametrize("wrong", ["", "x3", "1y3", "1x", "1+2", "nan+1x2", "_*2x3", "1x999999", "0x10x-1", "1e999x"])
def test_what_is_no_series_in_short_is_refused(wrong):
    with pytest.raises(ValueError, match="series"):
        points(wrong)


@given(some.text(max_size=60))
def test_any_text_is_a_series_in_short_or_refused(text):
    with suppress(ValueError):
        assert 1 <= len(points(text)) <= 100_000


PACK = """\
format: 1
pack: trial
params: {}
symptoms:
  norm-jumped: {title: The norm jumped}
diagnoses:
  too-fast:
    title: It is too fast
    stage: debug
    origin: hyperparameter choice
    severity: high
    about: It is.
    references: [ours]
rules:
  jumped:
    when: {gradient_norm_peak_ratio: ">= 8"}
    unless: [{task: regression}]
    then: norm-jumped
    certainty: 0.9
    because: It jumped.
  fast:
    when: {norm-jumped: true}
    then: too-fast
    certainty: 0.8
    because: It jumped.
tests:
"""


def outcomes(tmp_path, text, pack=PACK):
    file = tmp_path / "trial.yaml"
    file.write_text(pack + text, encoding="utf-8")
    knowledge = load([file], catalogue())
    return list(trials.outcomes(pack_tests([file], knowledge, catalogue()), knowledge))


GOOD = """\
  - name: a jump
    series: {grad_norm: "1x200 60x5 1x95"}
    fires: [jumped, fast]
    diagnosis: {id: too-fast, rank: 1, certainty: ">= 0.7"}
  - name: calm
    series: {grad_norm: "1x200"}
    silent: [jumped, fast]
    absent: too-fast
  - name: not logged
    series: {train_loss: "2-0.01x100"}
    unknown: [jumped, fast]
  - name: excused by a setting
    series: {grad_norm: "1x200 60x5 1x95"}
    settings: {task: regression}
    silent: jumped
  - name: facts, measured and concluded
    facts: {norm-jumped: true}
    fires: fast
    diagnosis: too-fast
"""


def test_a_run_in_short_facts_and_settings_take_the_whole_trip(tmp_path):
    assert [(o.name, o.difference) for o in outcomes(tmp_path, GOOD) if o.difference] == []


def test_a_log_beside_the_pack_is_read(tmp_path):
    rows = [f"{step},{60 if 150 < step < 156 else 1}" for step in range(200)]
    (tmp_path / "log.csv").write_text("\n".join(["step,grad_norm", *rows]))
    (outcome,) = outcomes(tmp_path, "  - {name: a log, log: log.csv, fires: jumped, diagnosis: too-fast}")
    assert outcome.difference == ""


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ('series: {grad_norm: "1x200 4x5 1x95"}, fires: jumped', "silent: 'gradient_norm_peak_ratio' is 4.0, not"),
        ("series: {train_loss: 1x50}, fires: jumped", "it cannot tell: it is not given 'gradient_norm_peak_ratio'"),
        ('series: {grad_norm: "1x200 60x5 1x95"}, silent: jumped', "it fires: gradient norm peak ratio ≥ 8"),
        ("facts: {gradient_norm_peak_ratio: 9, task: regression}, fires: jumped", "an exception holds (task is regr"),
        ("facts: {norm-jumped: true}, fires: jumped", "not asked here: it is out of force, or the test"),
        ('series: {grad_norm: "1x200"}, diagnosis: too-fast', "'too-fast' should be found; found: nothing\ntoo-fast:"),
        ("facts: {norm-jumped: true}, absent: too-fast", "'too-fast' should not be found\ntoo-fast: It is"),
        ("facts: {norm-jumped: true}, diagnosis: {id: too-fast, rank: 2}", "should be finding 2, it is finding 1"),
        ("facts: {norm-jumped: true}, diagnosis: {id: too-fast, certainty: '> 0.9'}", "is 0.80, not > 0.9"),
    ],
)  # fmt: skip
def test_a_difference_says_which_condition_failed_with_what_value(test, said, tmp_path):
    (outcome,) = outcomes(tmp_path, f"  - {{name: it, {test}}}")
    assert said in outcome.difference


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("- {name: it, fires: jumped}", "E180 a test has facts, or series, or a log"),
        ("- {series: {grad_norm: 1}, fires: jumped}", "E112 a test has a name"),
        ("- {name: it, series: {grad_norm: 1}}", "E112 a test expects something"),
        (
            "- {name: it, series: {grad_norm: 1}, fires: jumpd}",
            "E140 rule 'jumpd' is not defined; did you mean",
        ),
        ("- {name: it, facts: {gradient_peak: 1}, fires: jumped}", "E140 fact, symptom or diagnosis 'gradient_peak'"),
        ("- {name: it, log: /etc/passwd, fires: jumped}", "E182 a log lies beside the pack"),
        ("- {name: it, log: ../secret.csv, fires: jumped}", "E182 a log lies beside the pack"),
        ("- {name: it, log: none.csv, fires: jumped}", "E182 there is no log"),
        ("- {name: it, facts: {crashed: true}, todo: maybe, fires: jumped}", "E110 here true or false"),
        ("it: {facts: {}}", "E180 tests are a list"),
    ],
)
def test_a_mistake_in_a_test_is_told_with_its_place(test, said, tmp_path):
    with pytest.raises(PackError) as raised:
        outcomes(tmp_path, f"  {test}")
    assert said in str(raised.value)


scalars = some.sampled_from(
    ["1", "-1e999", "true", "~", "''", "[]", "{}", "[1, [2]]", "{a: {b: c}}", "1e300", "'1x99999 1x99999'",
     '"\\0"', "x" * 300, "{grad_norm: 9x9, step: 1x3}",
     "{id: too-fast, rank: 1e300}", "[too-fast, {id: 1}]", "{certainty: '>= x'}"]
)  # fmt: skip


@settings(max_examples=60)
@given(some.data())
def test_anything_in_any_place_of_a_test_is_tried_or_refused(tmp_path_factory, data):
    lines = GOOD.splitlines()
    n = data.draw(some.integers(0, len(lines) - 1))
    lines[n] = f"{lines[n].partition(':')[0]}: {data.draw(scalars)}"
    with suppress(PackError):
        assert outcomes(tmp_path_factory.mktemp("any"), "\n".join(lines))


def test_a_mistake_in_a_test_keeps_no_run_from_being_judged(tmp_path):
    (tmp_path / "trial.yaml").write_text(PACK + "  - {fires: nothing}", encoding="utf-8")
    assert "jumped" in load([tmp_path / "trial.yaml"], catalogue()).rules


def test_the_command_counts_and_fails(command, tmp_path):
    failing = GOOD.replace('"1x200 60x5 1x95"}\n    fires', '"1x200 2x5 1x95"}\n    fires')
    todo = failing.replace("- name: a jump\n", "- name: a jump\n    todo: true\n")
    for text, code, said in ((GOOD, 0, "5 passed"), (failing, 1, "4 passed, 1 failed"), (todo, 0, "4 passed, 1 to do")):
        (tmp_path / "trial.yaml").write_text(PACK + text, encoding="utf-8")
        done = command("rules", "test", "trial.yaml")
        assert (done.exit_code, done.stdout.splitlines()[-1]) == (code, said)


def test_a_rule_that_is_off_judges_no_test(command, tmp_path):
    off = PACK.replace("then: too-fast\n", "then: too-fast\n    status: off\n")
    (tmp_path / "trial.yaml").write_text(off + GOOD, encoding="utf-8")
    done = command("rules", "test", "trial.yaml")
    assert done.exit_code == 1
    assert "rule 'fast' is not asked here: it is out of force" in done.stdout


def test_a_gap_that_is_closed_is_told(command, tmp_path):
    text = GOOD.replace("- name: calm\n", "- name: calm\n    todo: true\n")
    (tmp_path / "trial.yaml").write_text(PACK + text, encoding="utf-8")
    assert "calm: a known gap no longer" in command("rules", "test", "trial.yaml").stdout


def test_junit_holds_each_test_and_example_whatever_it_is_called(command, tmp_path, house):
    text = '  - {name: "a ]]> <b> \\x01 \\uffff", series: {grad_norm: 1x50}, fires: jumped}\n'
    (tmp_path / "trial.yaml").write_text(PACK + text, encoding="utf-8")
    assert command("rules", "test", house(), "trial.yaml", "--junit", "out/rules.xml").exit_code == 1
    suites = ElementTree.parse(tmp_path / "out/rules.xml").getroot()
    assert [s.get("tests") for s in suites] == ["10", "1"]
    (case,) = suites[1]
    assert case.get("name") == "a ]]> <b> \ufffd \ufffd"
    assert "should fire here" in case[0].get("message")


def test_the_packs_that_come_along_pass_their_tests(command):
    done = command("rules", "test")
    assert (done.exit_code, " passed" in done.stdout, "failed" in done.stdout) == (0, True, False)
