"""`expert rules list`, `show`, `schema` and `new`."""

import json

import jsonschema
import pytest

from expert.authoring.schema import schema
from expert.authoring.starter import starter
from expert.layers import builtin
from expert.packs.places import document
from expert.shelf import shelf
from expert.signals import catalogue

PACKS = sorted(file for file in shelf("rules").iterdir() if file.name.endswith(".yaml"))


@pytest.fixture(scope="module")
def validator():
    document = schema(builtin(), catalogue())
    jsonschema.Draft7Validator.check_schema(document)
    return jsonschema.Draft7Validator(document)


def plain(entry):
    """The data of a file, as an editor sees them."""
    if entry.is_mapping:
        return {name: plain(value) for name, _, value in entry.pairs()}
    items = entry.items()
    return entry.value if items and items[0] is entry else [plain(item) for item in items]


def complaints(validator, file):
    return [(list(e.absolute_path), e.message[:200]) for e in validator.iter_errors(plain(document(file, [])))]


@pytest.mark.parametrize("file", PACKS, ids=lambda file: file.name)
def test_every_pack_that_comes_along_fits_the_schema(file, validator):
    assert complaints(validator, file) == []


def test_the_starter_fits_the_schema_and_a_typo_does_not(validator, house):
    assert complaints(validator, house()) == []
    for typo in (
        ("severity: high", "severity: hihg"),
        ("batch_size: 64,", "batchsize: 64,"),
        ("because: The g", "becuase: The g"),
    ):
        assert complaints(validator, house(typo)) != []


def test_the_schema_helps_with_every_fact_and_its_unit():
    facts = schema(builtin(), catalogue())["definitions"]["conditions"]["properties"]
    combining = {"all", "any", "none", "at_least", "where"}
    assert set(facts) == {*catalogue(), *builtin().symptoms, *builtin().diagnoses, *combining}
    assert facts["step_seconds"]["description"].endswith("(seconds)")
    assert all(fact["description"].strip() for fact in facts.values())


def test_the_schema_is_written_and_knows_the_ids_of_a_pack(command, house, tmp_path):
    assert command("rules", "schema", house(), "-o", "pack.schema.json").exit_code == 0
    written = json.loads((tmp_path / "pack.schema.json").read_text(encoding="utf-8"))
    assert "house-add-warm-up" in json.dumps(written["definitions"]["remedy-id"])


def test_show_names_the_place_of_every_value(command, house):
    lines = command("rules", "show", "house-norm-jumped-after-a-cold-start", house()).stdout.splitlines()
    assert [line.split(maxsplit=2) for line in lines[1:3]] == [
        ["house.yaml:45", "when", "A large batch was started without a warm-up"],
        ["house.yaml:45", "when", "gradient norm peak ratio ≥ 10  (house_jump)"],
    ]
    assert "house.yaml:12  param house_jump  10" in lines


def test_show_and_the_page_tell_who_changed_what_and_why(command, house, tmp_path):
    override = (
        "change:\n  optimization:\n    set: {params.spike_ratio: 12}\n    reason: Ours spike.\n    owner: vision\n"
    )
    house(("\ntests:", f"\n{override}\ntests:"))
    told = "params.spike_ratio from 8 to 12 · Ours spike. · vision"
    shown = command("rules", "show", "gradient-norm-jumped", "house.yaml").stdout
    assert shown.splitlines()[-1].split(maxsplit=2)[1:] == ["changed", told]
    assert "param spike_ratio  12" in shown
    assert command("rules", "doc", "site", "--rules", "house.yaml").exit_code == 0
    page = (tmp_path / "site/rule-gradient-norm-jumped.html").read_text(encoding="utf-8")
    assert told in page


@pytest.mark.parametrize("id_", ["overfitting", "gradient-jump", "clip-gradients", "jump-before-climb"])
def test_whatever_has_an_id_is_shown(command, id_):
    done = command("rules", "show", id_)
    assert done.exit_code == 0
    assert id_ in done.stdout.splitlines()[0]


def test_an_id_that_is_not_there_is_answered_with_the_nearest(command):
    assert "did you mean 'overfitting'" in command("rules", "show", "overfiting").stderr


def test_all_rules_are_listed_or_those_of_a_pack(command, house):
    assert len(command("rules", "list").stdout.splitlines()) == len(builtin().rules)
    first, _ = command("rules", "list", house()).stdout.splitlines()
    assert first.split() == ["house-batch-large-and-no-warm-up", "+0.9", "house-cold-start", "stable", "house.yaml:36"]


@pytest.mark.parametrize("name", ["house", "Our Vision", "a-b-c", "x"])
def test_a_new_pack_passes_its_check_and_its_tests(command, name):
    assert command("rules", "new", name).exit_code == 0
    assert command("rules", "check", f"{name}.yaml", "--strict").exit_code == 0
    assert command("rules", "test", f"{name}.yaml").exit_code == 0


def test_a_new_pack_overwrites_nothing_and_has_a_name(command, house):
    house()
    assert "exists already" in command("rules", "new", "house").stderr
    assert command("rules", "new", "123").exit_code == 2
    with pytest.raises(ValueError, match="is no name for a pack"):
        starter("!!")
