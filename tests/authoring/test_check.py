"""`expert rules check`: every mistake and every doubt, for people and for machines."""

import json

from expert.authoring.formats import FORMATS
from expert.packs import Problem

WRONG = [("then: house-cold-start", "then: house-cold-strat"), ("warmup_steps: 500", "warm_steps: 500")]
DOUBTFUL = [("  house_jump: {", "  house_idle: {default: 1, help: nothing}\n  house_jump: {")]


def test_a_sound_pack_is_said_to_be_sound(command, house):
    done = command("rules", "check", house())
    assert (done.exit_code, done.stdout) == (0, "no mistakes, no doubts\n")


def test_all_mistakes_are_told_with_place_code_caret_and_nearest_name(command, house):
    done = command("rules", "check", house(*WRONG))
    assert done.exit_code == 2
    assert (
        "house.yaml:37:11: E140 symptom or diagnosis 'house-cold-strat' is not defined; did you mean 'house"
        in done.stdout
    )
    assert "    37 |     then: house-cold-strat\n       |           ^" in done.stdout
    assert "did you mean 'warmup_steps'?" in done.stdout
    assert done.stdout.endswith("2 mistakes\n")


def test_a_doubt_fails_only_the_strict(command, house):
    file = house(*DOUBTFUL)
    assert command("rules", "check", file).exit_code == 0
    assert command("rules", "check", file, "--strict").exit_code == 1
    assert "W206" in command("rules", "check", file).stdout


def test_a_mistake_in_a_test_is_a_mistake_of_the_pack(command, house):
    done = command("rules", "check", house(("2*0.98x50", "x"), ('grad_norm: "1x100 30x5 1x95"', 'grad_norm: "1y100"')))
    assert done.exit_code == 2
    assert "E181 '1y100' is no part of a series" in done.stdout


def test_a_folder_stands_for_its_packs_and_nothing_at_all_is_a_wrong_call(command, house, tmp_path):
    house(*WRONG)
    assert command("rules", "check", tmp_path).exit_code == 2
    assert "no such file" in command("rules", "check", "nowhere.yaml").stderr


def test_the_packs_that_come_along_are_sound(command):
    assert command("rules", "check", "--strict").exit_code == 0


def test_a_code_is_explained(command):
    assert (
        command("rules", "check", "--explain", "E170").stdout == "E170: Conclusions wait for each other in a circle.\n"
    )
    assert command("rules", "check", "--explain", "W203").stdout.startswith("W203: A rule reads the same facts")
    assert command("rules", "check", "--explain", "E999").exit_code == 2


def test_circles_are_mistakes(command, house):
    circle = ('when: {batch_size: ">=', 'when: {house-warm-up-missing: true, batch_size: ">=')
    assert "E170 these conclusions wait for each other in a circle" in command("rules", "check", house(circle)).stdout


def test_json_holds_what_the_text_tells(command, house):
    (found,) = json.loads(command("rules", "check", house(*DOUBTFUL), "--format", "json").stdout)["problems"]
    assert (found["code"], found["kind"], found["column"]) == ("W206", "doubt", 3)
    assert "house_idle" in found["message"]
    assert found["meaning"].startswith("A param is of no use")


def test_sarif_names_files_relative_to_the_folder_and_each_rule_once(command, house):
    document = json.loads(command("rules", "check", house(*WRONG), "--format", "sarif").stdout)
    (run,) = document["runs"]
    assert document["version"] == "2.1.0"
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["E140"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {"house.yaml"}
    assert places[0]["region"] == {"startLine": 37, "startColumn": 11}
    assert all(
        result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] for result in run["results"]
    )


def test_github_annotations_keep_to_one_line_each_whatever_is_said():
    hostile = Problem("E111", "a,b:c\n.yaml", 3, 5, "100% of\r\n::error::it", "")
    (line,) = FORMATS["github"]([hostile]).splitlines()
    assert line == "::error file=a%2Cb%3Ac%0A.yaml,line=3,col=5,title=E111::100%25 of%0D%0A::error::it"
