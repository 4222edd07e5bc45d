"""Whatever stands in a file, reading it gives knowledge or a PackError, soon."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from test_mistakes import CATALOGUE, GOOD

from expert.diagnose import judge_facts
from expert.facts import Fact
from expert.packs import PackError, load
from expert.renderers import render
from expert.run import RunLog


def outcome(folder, content):
    """What is said of a file with these bytes; empty if it was read."""
    file = folder / "hostile.yaml"
    file.write_bytes(content)
    start = time.process_time()
    try:
        load([file], CATALOGUE)
        said = ""
    except PackError as error:
        said = str(error) or "nothing was said"
    assert time.process_time() - start < 10
    return said


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile")


@given(some.binary(max_size=400))
def test_any_bytes_are_read_or_refused(folder, content):
    assert outcome(folder, content)


@given(some.text(max_size=400))
def test_any_text_is_read_or_refused(folder, text):
    outcome(folder, b"format: 1\npack: one\n" + text.encode("utf-8", "surrogatepass"))


scalars = some.sampled_from(
    ["1", "-1e999", "true", "~", "''", "no", ".inf", "{jump}", '">= 3"', '">= {x}"', "2..1", "[]", "{}", "[1, [2]]",
     "!!x y", "*a", "&a b", "? x", "|", "{a: {b: c}}", "loss_jump", "loss-jumped", "'{loss_jump:,,}'",
     "'{loss_jump.__class__}'",
     "'[{loss_jump} [{x}]]'", "'{0}'", "'{'", '"\\u0000"', '"\\ud800"', "- -", "9" * 400]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(some.data())
def test_a_good_pack_with_anything_in_any_place_is_read_or_refused(folder, data):
    lines = GOOD.splitlines()
    for _ in range(data.draw(some.integers(1, 3))):
        n = data.draw(some.integers(0, len(lines) - 1))
        key = lines[n].partition(":")[0]
        lines[n] = f"{key}: {data.draw(scalars)}"
    outcome(folder, "\n".join(lines).encode())


TEAM = """\
format: 1
pack: team
extends: []
params: {high: {default: 3, min: 1, max: 9, help: high}}
change:
  jumped:
    set: {certainty: 0.6, params.jump: 5}
    was: {certainty: 0.9}
    add: {unless: [{optimizer: sgd}]}
    remove: {unless: [{task: regression}]}
    reason: It is so.
    review_by: 2027-03-01
  good: {set: {params.jump: 9}, reason: So.}
suppress:
  - {diagnosis: rate-too-high, where: {any: [{task: regression}]}, reason: So., expires: 2027-01-31}
rules:
  both:
    when:
      any: [{loss_jump: 1}, {all: [{shuffled: true}], none: [{task: regression}]}]
      at_least: {n: 1, of: [{loss_share: 1..2}, {optimizer: sgd}]}
      where: loss_jump / loss_share > {high}
    then: loss-jumped
    certainty: 1
    because: So.
"""
team_scalars = some.one_of(
    scalars,
    some.sampled_from(
        [
            "jumped",
            "good",
            "2027-13-01",
            "{n: 9, of: []}",
            "a ** b",
            '"loss_jump > {high}"',
            "{}",
            "[{}]",
            "[[[]]]",
            "pkg:x",
            "../../etc/passwd",
            "hostile.yaml",
            "x" * 300 + ".yaml",
            "{params.jump.x: 1}",
            "{certainty.x: 1}",
            "{when: {where: x}, then: x}",
            "{'': 1}",
            "{status: deprecated}",
            "{id: x, x: {id: x}}",
        ]
    ),
    some.text("{}[]()<>=*/.,:'\"ab1 _-", max_size=20),
)


@given(some.data())
def test_a_team_pack_with_anything_in_it_is_read_or_refused(folder, data):
    lines = TEAM.splitlines()
    for _ in range(data.draw(some.integers(1, 3))):
        n = data.draw(some.integers(0, len(lines) - 1))
        lines[n] = f"{lines[n].partition(':')[0]}: {data.draw(team_scalars)}"
    (folder / "good.yaml").write_text(GOOD)
    (folder / "hostile.yaml").write_text("\n".join(lines), encoding="utf-8", errors="replace")
    try:
        knowledge = load([folder / "good.yaml", folder / "hostile.yaml"], CATALOGUE)
    except PackError as error:
        assert str(error)  # noqa: PT017 - either way is right
    else:
        facts = [Fact("loss_jump", 4.0), Fact("loss_share", 0.0), Fact("task", "regression")]
        assert render(judge_facts(RunLog("run", "run.csv"), facts, knowledge), "json")


def test_a_team_pack_as_it_is_meant_is_read(folder):
    (folder / "good.yaml").write_text(GOOD)
    (folder / "team.yaml").write_text(TEAM)
    assert load([folder / "good.yaml", folder / "team.yaml"], CATALOGUE).rules["jumped"].certainty == 0.6


@pytest.mark.parametrize("form", ["html", "markdown", "json", "text"])
def test_hostile_words_of_a_change_are_inert(folder, form):
    words = "</script><script>x</script> [a](javascript:b) \u202e **c** <img src=x onerror=y> `d` | \u001b[31m"
    (folder / "good.yaml").write_text(GOOD)
    (folder / "team.yaml").write_text(TEAM.replace("reason: It is so.", f"reason: {json.dumps(words)}"))
    knowledge = load([folder / "good.yaml", folder / "team.yaml"], CATALOGUE)
    said = render(judge_facts(RunLog("run", "run.csv"), [Fact("loss_jump", 4.0)], knowledge), form)
    assert "javascript:b" in said
    assert "\u202e" not in said
    assert "\u001b" not in said
    if form == "html":
        assert "<script>x" not in said
        assert "<img src=x" not in said
    if form == "markdown":
        assert "[a](javascript" not in said
        assert "<script>" not in said.replace("\\<", "")


HOSTILE = {
    "brackets": b"a: " + b"[" * 900_000,
    "closed brackets": b"a: " + b"[" * 400_000 + b"]" * 400_000,
    "braces": b"{a: " * 200_000,
    "dashes": b"- " * 400_000,
    "questions": b"? " * 400_000,
    "indentation": b"\n".join(b" " * n + b"a:" for n in range(1300)),
    "laughs": b"a: &a [x,x]\n" + b"".join(b"%c: &%c [*%c,*%c]\n" % (c + 1, c + 1, c, c) for c in range(97, 120)),
    "a huge number": GOOD.replace("default: 8", "default: " + "9" * 4000).encode(),
    "a huge exponent": GOOD.replace("default: 8", "default: 1e" + "9" * 4000).encode(),
    "a huge text": GOOD.replace("Halve it.", "x" * 900_000).encode(),
    "a huge condition": GOOD.replace(">= {jump}", "." * 4900 + " x").encode(),
    "a huge key": b"format: 1\npack: one\n" + b"k" * 900 + b": 1",
    "a huge file": GOOD.encode() + b"# more\n" * 700_000,
    "a huge file of unknown keys": b"format: 1\npack: one\nsymptoms:\n  a: {title: A}\n"
    + b"".join(b"key-%d: 1\n" % n for n in range(60_000)),
    "a huge file of unknown facts": GOOD.encode().partition(b"remedies:\n  lower")[0]
    + b"".join(
        b"  r%d: {when: {loss_jmp%d: 1}, then: loss-jumped, certainty: 1, because: x}\n" % (n, n) for n in range(9000)
    ),
    "brackets without end in prose": GOOD.replace("Halve it.", '"' + "[{loss_jump}" * 400 + '"').encode(),
    "zero bytes": bytes(1000),
    "half a character": GOOD.encode() + b"x-note: \xe2\x82",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100,
    "tabs": GOOD.replace("    ", "\t").encode(),
    "two documents": GOOD.encode() + b"---\n" + GOOD.encode(),
    "nothing": b"",
    "a comment": b"# nothing\n",
    "a word": b"hello",
    "a list": b"[1, 2]",
    "a list as key": b"format: 1\npack: one\n[a, b]: c",
    "a mapping as key": b"format: 1\npack: one\n{a: b}: c",
    "python": b"format: 1\npack: !!python/object/apply:os.system [exit]\n",
    "a merge": b"format: 1\npack: one\nrules:\n  <<: {a: b}\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_place(folder, name):
    said = outcome(folder, HOSTILE[name])
    assert said.startswith(f"{folder / 'hostile.yaml'}:"), said[:300]
    assert max(map(len, said.splitlines())) < 1000


@given(some.text("{}[]:|.!a_1,%<>=\n ", max_size=60))
def test_any_braces_in_prose_are_read_or_refused(folder, prose):
    outcome(folder, GOOD.replace("Halve it.", json.dumps(prose)).replace("It jumped.", json.dumps(prose)).encode())


def test_braces_without_end_are_read_soon(folder):
    assert outcome(folder, GOOD.replace("Halve it.", '"[' + "{a" * 2400 + '"').encode()) == ""
