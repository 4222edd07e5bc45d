"""What a team settles is found in the nearest file, with its place; every mistake is named at its own."""

import tomllib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from expert.configuration import Configuration, ConfigurationError, also, nearest_configuration, read
from expert.layers import builtin, in_force

GOOD = """\
# for everyone
[tool.other]
rules = 1

[tool.expert]
rules = ["rules", "pkg:acme"]
ignore = [
    "overfitting",
    "label-noise",
]
profile = "core"

[tool.expert.params]
optimization.spike_ratio = 12

[tool.expert.vocabulary]
directions = {"my score" = "higher"}
names.col7 = "val_loss"

[tool.expert.nightly.mail]
to = ["team@example.org"]
"""
MISTAKES = [
    ("profile =", "profil = 1\nprofile =", 11, 1, "key 'profil' is not known here; did you mean 'profile'?"),
    ('"core"', '"cores"', 11, 1, "profile must be one of core, strict, explore; did you mean 'core'?"),
    ('"label-noise"', "7", 7, 1, "'ignore' is a list of texts"),
    ("= 12", '= "high"', 14, 14, "param 'optimization.spike_ratio' is a number, not 'high'"),
    ("optimization.spike", "spike", 14, 1, "a param stands under its pack"),
    ("= {", "= {loss = 'lowr', ", 17, 15, "'loss' must be one of higher, lower; did you mean 'lower'?"),
    ("names.", "name.", 18, 6, "vocabulary has the tables directions, splits, roles, names, not 'name'; did you mean"),
    ("# for", "for", 1, 5, "not TOML"),
]


@pytest.fixture
def file(tmp_path):
    (tmp_path / "pyproject.toml").write_text(GOOD)
    return tmp_path / "pyproject.toml"


def test_every_value_knows_its_line(file):
    places = {".".join(path): one.place.line for path, one in read(file).settled.items()}
    assert places == {
        "rules.0": 6,
        "rules.1": 6,
        "ignore.0": 8,
        "ignore.1": 9,
        "profile": 11,
        "params.optimization.spike_ratio": 14,
        "vocabulary.directions.my score": 17,
        "vocabulary.names.col7": 18,
        "nightly.mail.to": 21,
    }


def test_what_is_settled_is_read_as_it_was_meant(file):
    found = read(file)
    assert [one.value for one in found.rules] == [str(file.parent / "rules"), "pkg:acme"]
    assert found.params["optimization", "spike_ratio"].value == 12
    assert found.vocabulary["directions"] == {"my score": "higher"}
    assert found.nightly == {"mail": {"to": ["team@example.org"]}}
    assert found.profile == "core"


@pytest.mark.parametrize(("right", "wrong", "line", "column", "said"), MISTAKES, ids=[m[-1] for m in MISTAKES])
def test_a_mistake_is_named_at_its_place(file, right, wrong, line, column, said):
    file.write_text(GOOD.replace(right, wrong))
    with pytest.raises(ConfigurationError) as raised:
        read(file)
    (problem,) = raised.value.problems
    assert problem.message.startswith(said)
    assert (problem.line, problem.column) == (line, column)


def test_the_nearest_file_wins_and_nothing_of_the_others_is_read(file):
    inner = file.parent / "inner" / "deep"
    inner.mkdir(parents=True)
    assert nearest_configuration(inner).profile == "core"
    (inner.parent / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    assert nearest_configuration(inner).profile == "core"
    (inner.parent / "expert.toml").write_text("[params]\nlog.few = 3\n")
    assert [".".join(path) for path in nearest_configuration(inner).settled] == ["params.log.few"]


def test_what_extends_outdoes_what_it_extends_key_by_key(file):
    other = file.parent / "expert.toml"
    other.write_text('extend = "pyproject.toml"\nrules = []\nprofile = "explore"\nignore = ["overfitting"]\n')
    found = read(other)
    assert found.profile == "explore"
    assert [one.value for one in found.ignore] == ["overfitting"]
    assert str(found.params["optimization", "spike_ratio"].place) == f"{file}:14"


def test_a_file_that_extends_itself_or_nothing_is_a_mistake(file):
    other = file.parent / "expert.toml"
    for extended, said in (("expert.toml", "extends itself"), ("none.toml", "cannot be read")):
        other.write_text(f'extend = "{extended}"')
        with pytest.raises(ConfigurationError, match=rf"expert.toml:1:1: .*{said}"):
            read(other)


keys = some.text("ab-_ é\"'#[]", min_size=1, max_size=6)


@given(some.dictionaries(keys, some.dictionaries(keys, some.one_of(some.text("a#[]=\"'\n"), some.integers()))))
def test_every_key_of_a_table_is_found_at_its_own_line(tmp_path_factory, tables):
    file = tmp_path_factory.mktemp("any") / "expert.toml"
    lines, expected = [], {}
    for table, pairs in tables.items():
        lines.append(f"[nightly.{_quoted(table)}]")
        for key, value in pairs.items():
            lines.append(f"{_quoted(key)} = {_quoted(value) if isinstance(value, str) else value}")
            expected["nightly", table, key] = len(lines)
    file.write_text("\n".join(lines), encoding="utf-8")
    tomllib.loads(file.read_text(encoding="utf-8"))
    assert {path: one.place.line for path, one in read(file).settled.items()} == expected


@given(some.text(max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("any") / "expert.toml"
    file.write_text(text, encoding="utf-8", newline="")
    with suppress(ConfigurationError):
        read(file)


def test_a_param_stands_in_place_of_its_default_within_its_bounds():
    spiky = [rule for rule in builtin().rules.values() if "spike_ratio" in rule.params]
    changed = in_force(also(Configuration(), [(("params", spiky[0].pack, "spike_ratio"), 12.0)], "--param"))
    assert changed.rules[spiky[0].id].params["spike_ratio"] == 12
    with pytest.raises(ValueError, match=r"^--param: E120 the value of 'spike_ratio' is outside its bounds 2..1000"):
        in_force(also(Configuration(), [(("params", spiky[0].pack, "spike_ratio"), 1.0)], "--param"))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("params", "optimisation", "x"), 1.0, "there is no pack or rule 'optimisation'; did you mean 'optimization'?"),
        (("params", "optimization", "spike_rato"), 1.0, "has no param 'spike_rato'; did you mean 'spike_ratio'?"),
        (("ignore",), "overfiting", "'overfiting' is no diagnosis and no rule; did you mean 'overfitting'?"),
        (("rules",), "nowhere.yaml", "nowhere.yaml is no file and no folder of rules"),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest_that_is(path, value, said):
    with pytest.raises(ValueError, match=r"^--it: ") as raised:
        in_force(also(Configuration(), [(path, value)], "--it"))
    assert said in str(raised.value)


def _quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
