"""Every kind of mistake in a pack is named at its place, all of them in one pass."""

import pickle
import re
from pathlib import Path

import pytest

from expert.facts import Quantity
from expert.packs import PackError, Problem, load
from expert.packs.codes import CODES

EXPERT = Path(__file__).parents[2] / "expert"
CATALOGUE = {
    "loss_jump": Quantity("loss_jump", "number"),
    "loss_share": Quantity("loss_share", "number"),
    "shuffled": Quantity("shuffled", "truth"),
    "optimizer": Quantity("optimizer", "word"),
    "task": Quantity("task", "word", words=("regression", "classification")),
}
GOOD = """\
format: 1
pack: good
params:
  jump: {default: 8, min: 2, max: 1e3, help: a jump}
symptoms:
  loss-jumped: {title: The loss jumped}
diagnoses:
  rate-too-high:
    title: The rate is too high
    about: It is.
    stage: debug
    origin: hyperparameter choice
    severity: high
    references: [A book]
    explains: [loss-jumped]
    remedies: [lower-rate]
  shuffle-missing:
    title: Not shuffled
    about: It is.
    stage: debug
    origin: data choice
    severity: low
    references: [A book]
rules:
  jumped:
    when: {loss_jump: ">= {jump}"}
    unless: [{task: regression}]
    then: loss-jumped
    certainty: 0.9
    at: loss_jump
    because: The loss jumped {loss_jump:.1f} times.
    fires: [{loss_jump: 9}]
  rate:
    when: {loss-jumped: true, optimizer: [sgd, no]}
    then: rate-too-high
    certainty: -1
    because: It jumped.
remedies:
  lower-rate:
    title: Lower the rate[ below {loss_share}]
    how: Halve it.
    knob: lr
    direction: down
    verify: {loss_jump: "< 5"}
"""
# what is written, what stands there instead (with § where the caret should be), and what is said
MISTAKES = [
    ("format: 1", "format: §2", "this pack is written in format 2, and this version of expert reads format 1"),
    (
        "format: 1",
        "format: §0",
        "a pack begins with 'format: 1'; 'expert rules migrate' rewrites one of an older format",
    ),
    ("format: 1", "format: §one", "a pack begins with 'format: 1'; 'expert rules migrate' knows the older ones"),
    ("pack: good", "pack: §Good Pack", "'Good Pack' is no id: lower-case words joined by '-', as in 'loss-climbed'"),
    ("symptoms:\n", "§symptom:\n", "key 'symptom' is not known here; did you mean 'symptoms'?"),
    ("default: 8", "default: §1", "the default of 'jump' is outside its bounds 2..1000"),
    ("default: 8, ", "default: §eight, min: 0, ", "here a number is expected"),
    ("default: 8, min", "default: §1e999, min", "here a number is expected"),
    ("  jump: {default: 8, min: 2,", "  §jump: {", "param 'jump' needs a default"),
    (", help: a jump", "", "param 'jump' needs a help: what it is, in one line"),
    ("{title: The loss jumped}", "§{about: It did}", "'title' is missing here"),
    ("title: The rate is too high", "title: §''", "'title' is empty"),
    ("  loss-jumped: {", "  §loss_jumped: {", "'loss_jumped' is no id: lower-case words joined by '-', as in"),
    (
        "stage: debug\n    origin: h",
        "stage: §debugging\n    origin: h",
        "stage must be one of log, system, start, debug,",
    ),
    (
        "severity: high",
        "severity: §hihg",
        "severity must be one of critical, high, medium, low, note; did you mean 'high'",
    ),
    (
        "    about: It is.\n    stage: debug\n    origin: h",
        "    stage: debug\n    origin: h",
        "diagnosis 'rate-too-high' needs",
    ),
    (
        "explains: [loss-jumped]",
        "explains: [§loss-jumpd]",
        "explained symptom 'loss-jumpd' is not defined; did you mean 'los",
    ),
    ("remedies: [lower-rate]", "remedies: §lower-rat", "remedy 'lower-rat' is not defined; did you mean 'lower-rate'?"),
    ("  shuffle-missing:\n", "  §rate-too-high:\n", "key 'rate-too-high' stands twice"),
    (
        "when: {loss_jump:",
        "when: {§loss_jmp:",
        "fact, symptom or diagnosis 'loss_jmp' is not defined; did you mean 'loss_jum",
    ),
    ('">= {jump}"', '§">= {jmp}"', "param 'jmp' is not defined in this pack; did you mean 'jump'?"),
    ('">= {jump}"', '§">= much"', ">= needs a number or a param in braces, not 'much'"),
    ('">= {jump}"', "§1..many", "a range runs from a number to a number, as in '2..5'"),
    ('">= {jump}"', "§", "'loss_jump' needs a comparison, as in"),
    ('loss_jump: ">= {jump}"', "§loss_jump: red", "'loss_jump' is compared with 'red'; it is a number"),
    ('loss_jump: ">= {jump}"', "§loss_jump: 1e999", "'loss_jump' is compared with '1e999'; it is a number"),
    ("[sgd, no]", "§[]", "an empty list holds for nothing; name the values that may be"),
    ("optimizer: [sgd, no]", "§optimizer: true", "'optimizer' is compared with True; it is a word"),
    (
        "[{task: regression}]",
        "[{§task: regresion}]",
        "'task' is compared with 'regresion'; it is one of regression, class",
    ),
    (
        "then: loss-jumped",
        "then: §loss-jumpt",
        "symptom or diagnosis 'loss-jumpt' is not defined; did you mean 'loss-ju",
    ),
    ("then: rate-too-high", "then: §loss-jumped", "rule 'rate' reads what it concludes, 'loss-jumped'"),
    ("certainty: 0.9", "certainty: §1.5", "certainty is a number from -1 to 1, and not 0"),
    ("at: loss_jump", "at: §loss_jmp", "fact 'loss_jmp' is not defined; did you mean 'loss_jump'?"),
    (
        "{loss_jump:.1f}",
        "{loss_jmp:.1f}",
        "the quoted fact or param 'loss_jmp' is not defined; did you mean 'loss_jump'?",
    ),
    ("{loss_jump:.1f}", "{loss_jump:.1z}", "{loss_jump:.1z} is no format for a number; '.3g' or '.0%' would be"),
    ("fires: [{loss_jump", "fires: [{§loss_jmp", "the fires example's fact 'loss_jmp' is not defined; did you mean"),
    (
        "fires: [{loss_jump: 9",
        "fires: [{§loss_jump: much",
        "the fires example gives 'loss_jump' 'much'; it is a number",
    ),
    ("fires: [{loss_jump: 9", "fires: [{loss_jump: §", "an example gives a number, true, false or a word"),
    (
        "Lower the rate[ below {loss_share}]",
        "Lower it to {loss_share}",
        "a run may lack 'loss_share': put the words around it",
    ),
    ("    direction: down\n", "", "a knob needs a direction, and a direction a knob"),
    ("how: Halve it.", "how: §[Halve it]", "here a text is expected"),
    ("[A book]\n    explains", "[&one A book]\n    explains", "anchors and aliases have no place in a pack; write the"),
    (
        "[A book]\n    explains",
        "§*one\n    explains",
        "anchors and aliases have no place in a pack; write the value out",
    ),
    ("default: 8", "default: §!!float 8", "tags have no place in a pack; quotes make a word of a number"),
    ("how: Halve it.", "how: [[[[[[[[[[[[[[[[[§[[[[]", "nested too deeply"),
    ("how: Halve it.", "how: Halve it: now.", "not YAML: mapping values are not allowed in this context"),
    ("how: Halve it.", "how: Halve\x07it.", "not YAML: unacceptable character #x0007"),
]


def problems(text, tmp_path):
    file = tmp_path / "pack.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as raised:
        load([file], CATALOGUE)
    return raised.value.problems


def test_a_good_pack_has_none(tmp_path):
    file = tmp_path / "pack.yaml"
    file.write_text(GOOD)
    assert load([file], CATALOGUE).rules["rate"].when[1].threshold == ("sgd", "no")


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES, ids=[said for *_, said in MISTAKES])
def test_a_mistake_is_named_at_its_place(right, wrong, said, tmp_path):
    assert GOOD.count(right) == 1
    marked = GOOD.replace(right, wrong)
    before, mark, _ = marked.partition("§")
    found = problems(marked.replace("§", ""), tmp_path)
    at_place = [p for p in found if p.message.startswith(said)]
    assert at_place, [p.message for p in found]
    if mark:
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        assert (at_place[0].line, at_place[0].column) == (line, column)
        head, text, caret = str(at_place[0]).splitlines()
        assert head == f"{tmp_path / 'pack.yaml'}:{line}:{column}: {at_place[0].code} {at_place[0].message}"
        assert text[caret.index("^") :].startswith(wrong.partition("§")[2].split("\n")[0])


def test_all_mistakes_of_all_files_come_at_once(tmp_path):
    wrongs = (
        "§debugging",
        "[§loss-jumpd]",
        "{§loss_jmp:",
        "[{§task: regresion}]",
        "§1.5",
        "{loss_jump:.1z}",
        "§lower-rat",
    )
    several = [mistake for mistake in MISTAKES if any(wrong in mistake[1] for wrong in wrongs)]
    text = GOOD
    for right, wrong, _ in several:
        text = text.replace(right, wrong.replace("§", ""))
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    files[0].write_text(text)
    files[1].write_text("format: 1\npack: two\nparams: {high: {help: what is high}}\nrules: {seen: {}}\n")
    with pytest.raises(PackError) as raised:
        load(files, CATALOGUE)
    found = [p.message for p in raised.value.problems]
    assert len(several) == len(wrongs)
    assert all(any(message.startswith(said) for message in found) for *_, said in several)
    assert [p.line for p in raised.value.problems if p.file == str(files[1])] == [3, 4, 4, 4, 4]


def test_what_one_file_defines_another_may_not(tmp_path):
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    for file in files:
        file.write_text(GOOD)
    with pytest.raises(
        PackError, match=r"two.yaml:6:3: E144 symptom 'loss-jumped' is defined already, in .*one.yaml:6"
    ):
        load(files, CATALOGUE)


def test_a_file_that_cannot_be_read_hides_no_mistake_of_another_and_makes_none(tmp_path):
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    files[0].write_bytes(b"\xff\xfe\x00binary")
    files[1].write_text(GOOD.replace("certainty: 0.9", "certainty: 9").replace("loss-jumped: {", "loss-leapt: {"))
    with pytest.raises(PackError) as raised:
        load(files, CATALOGUE)
    assert [p.message.split(":")[0] for p in raised.value.problems] == [
        "cannot be read",
        "certainty is a number from -1 to 1, and not 0",
    ]


def test_circles_are_refused_by_the_names_in_them(tmp_path):
    rules = GOOD.replace("when: {loss_jump:", "when: {rate-too-high: true, loss_jump:")
    said = problems(rules, tmp_path)[0].message
    assert said == "these conclusions wait for each other in a circle: loss-jumped, rate-too-high"
    causes = GOOD.replace("explains: [loss-jumped]", "explains: [shuffle-missing]")
    causes = causes.replace("remedies: [", "x-note: [").replace(
        "[A book]\nrules", "[A book]\n    explains: rate-too-high\nrules"
    )
    said = problems(causes, tmp_path)[0].message
    assert said == "these diagnoses explain each other in a circle: rate-too-high, shuffle-missing"


def test_a_rule_that_quotes_its_own_conclusion_is_in_a_circle(tmp_path):
    assert (
        "circle: loss-jumped" in problems(GOOD.replace("jumped {loss_jump:.1f}", "{loss-jumped}"), tmp_path)[0].message
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1e-3", 0.001), ("1_000", 1000), (".5", 0.5), ("-2.", -2), ("0x10", "0x10"), ("012", 12), ("no", "no"),
     ("on", "on"), ("Yes", "Yes"), ("12:30", "12:30"), ("2020-01-01", "2020-01-01"), (".nan", ".nan"), ('"7"', 7),
     ("True", "True"), ("NULL", "NULL")],
)  # fmt: skip
def test_scalars_mean_what_yaml_1_2_says(written, meant, tmp_path):
    fact = "loss_jump" if isinstance(meant, float | int) else "optimizer"
    file = tmp_path / "pack.yaml"
    file.write_text(GOOD.replace('loss_jump: ">= {jump}"', f"{fact}: {written}").replace("fires: [{loss_jump: 9}]", ""))
    assert load([file], CATALOGUE).rules["jumped"].when[0].threshold == meant


def test_a_pack_may_begin_with_a_byte_order_mark_and_end_lines_as_windows_does(tmp_path):
    file = tmp_path / "pack.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert "jumped" in load([file], CATALOGUE).rules


def test_the_mistakes_survive_a_trip_between_processes() -> None:
    problem = Problem("E111", "team.yaml", 3, 5, "key 'wen' is not known here", "  wen:")
    assert str(pickle.loads(pickle.dumps(PackError([problem])))) == str(PackError([problem]))


def test_every_code_is_explained_and_used():
    sources = "".join(path.read_text() for path in EXPERT.rglob("*.py") if path.name != "codes.py")
    assert set(re.findall(r'"(E\d{3})"', sources)) == set(CODES)
    assert all(text.endswith(".") for text in CODES.values())
