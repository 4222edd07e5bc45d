"""What the text formats and the JSON say of a plan."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import sample_plans as sample

from expert.plan import CONSIDERABLE, Plan, refused
from expert.renderers import formats, index, joined, render
from expert.shelf import shelf

REFUSED = refused("empty.csv", "empty", "the file is empty")
CONTRACT = ["schema", "run", "verdict", "findings", "plan", "rejected", "unexplained", "checked", "not_judged", "rules"]


def plans() -> list[Plan]:
    runs = (sample.broken(300), sample.overfitted(), sample.healthy(), sample.hostile())
    shown = (sample.exhibited(), sample.strangers_exhibits())
    return [REFUSED, *(sample.plan(run) for run in (*runs, *shown))]


def test_the_formats_are_found_by_their_place() -> None:
    assert formats() == ("github", "html", "json", "junit", "markdown", "sarif", "text")


@pytest.mark.parametrize("plan", plans(), ids=lambda plan: plan.verdict)
def test_json_keeps_its_schema(plan: Plan) -> None:
    schema = json.loads((shelf("reports") / "result.schema.json").read_text("utf-8"))
    result = json.loads(render(plan, "json"))
    jsonschema.validate(result, schema)
    jsonschema.validate([result, result], schema)
    assert set(CONTRACT) <= set(result)


def test_findings_stand_in_the_order_of_the_plan_with_rounded_certainties() -> None:
    plan = sample.plan(sample.broken())
    result = json.loads(render(plan, "json"))
    assert [f["diagnosis"] for f in result["findings"]] == [f.diagnosis.id for f in plan.findings]
    assert all(f["certainty"] == round(f["certainty"], 3) for f in result["findings"])
    assert result["findings"][0]["because"][-1].startswith("The gradient norm jumped and the loss was lost")


def test_a_refused_source_is_an_object_like_the_others() -> None:
    result = json.loads(render(REFUSED, "json"))
    assert result["verdict"] == "Not judged"
    assert result["not_judged"][0]["reason"] == "the file is empty"


def test_the_verdict_says_what_was_not_looked_at() -> None:
    assert "No problem found in 5 checks (3 not possible)" in render(sample.plan(sample.healthy()), "text")


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_what_is_not_certain_is_called_a_suspicion(form: str) -> None:
    said = render(sample.doubtful(), form)
    assert "1 suspicion, not certain" in said
    assert "Do this first" not in said
    assert json.loads(render(sample.doubtful(), "json"))["verdict"] == "No problem found"


def test_the_terminal_names_what_would_help_against_a_suspicion_without_urging_it() -> None:
    text = render(sample.doubtful(), "text")
    assert "1. Keep" in text.split("If that holds: ")[1]
    assert "\n1. " not in text


def test_the_index_marks_suspicions() -> None:
    html = index([sample.doubtful()], ["small.html"])
    assert '<span class="suspicions">1 suspicion, not certain</span>' in html
    assert "Perhaps: The model overfits" in html


def test_a_run_of_epochs_has_no_steps() -> None:
    for form in ("text", "markdown", "html"):
        assert not re.search(r"\bsteps? \d", render(sample.plan(sample.overfitted()), form))


def test_what_began_at_the_end_cost_nothing() -> None:
    plan = sample.plan(sample.broken(300))
    last = replace(plan.findings[0], steps=(299.0, 299.0))
    assert "after it began" not in render(replace(plan, findings=(last,)), "text")


def test_the_headline_says_since_when_and_what_was_lost() -> None:
    text = render(sample.plan(sample.broken()), "text")
    assert "Broken from step 1,601 on: The learning rate is too high." in text
    assert "**Broken** from step 1,601 on:" in render(sample.plan(sample.broken()), "markdown")
    assert "2.8 of 14.0 hours were spent after it began" in text


def test_the_terminal_shows_a_short_plan() -> None:
    text = render(sample.plan(sample.broken()), "text")
    assert len(text.splitlines()) < 60
    assert all(len(line) <= 100 for line in text.splitlines())
    assert text.index("1. Lower the peak") < text.index("2. Clip the gradient")


@pytest.mark.parametrize("form", ["text", "markdown", "json", "html"])
def test_no_format_lets_control_characters_through(form: str) -> None:
    text = render(sample.plan(sample.hostile()), form)
    assert not {c for c in text if ord(c) < 32 and c != "\n"} | (set(text) & set("\u202e\x7f"))
    text.encode("utf-8")


def test_markdown_makes_nothing_of_hostile_names() -> None:
    text = render(sample.plan(sample.hostile()), "markdown")
    assert "\n## " not in text.removeprefix("## ")
    assert "\\<script\\>alert(1)" in text


def test_the_framework_of_the_log_comes_first() -> None:
    run = replace(sample.broken(), reader="hf_trainer_state: a trainer_state.json")
    html = render(sample.plan(run), "html")
    assert html.index('data-title="Hugging Face"') < html.index('data-title="PyTorch"')


def test_no_format_depends_on_where_the_product_stands() -> None:
    for form in formats():
        assert str(Path(__file__).parent) not in render(sample.plan(sample.broken()), form)


def test_the_index_puts_the_worst_run_first() -> None:
    found = [sample.plan(sample.healthy()), REFUSED, sample.plan(sample.broken(300)), sample.plan(sample.overfitted())]
    html = index(found, ["fine.html", "empty.html", "broken.html", "small.html"])
    assert sorted(["fine", "empty", "broken", "small"], key=lambda name: html.index(f'href="{name}.html"')) == [
        "broken",
        "small",
        "empty",
        "fine",
    ]
    assert "Lower the peak learning rate" in html


@pytest.mark.parametrize("plan", plans(), ids=lambda plan: plan.verdict)
def test_every_finding_above_low_is_one_result_one_failed_test_one_annotation(plan: Plan) -> None:
    wanted = {f.diagnosis.id for f in plan.findings if f.severity in CONSIDERABLE and f.diagnosis.remedies}
    results = json.loads(render(plan, "sarif"))["runs"][0]["results"]
    failures = ElementTree.fromstring(render(plan, "junit")).iter("failure")
    assert {result["ruleId"] for result in results} == wanted
    assert {failure.get("type", "").split()[-1] for failure in failures} == wanted
    assert len(render(plan, "github").splitlines()) == max(1, len(wanted))


def test_several_plans_are_one_log_of_several_runs() -> None:
    texts = {form: joined([render(plan, form) for plan in plans()], form) for form in ("sarif", "junit", "json")}
    assert len(json.loads(texts["sarif"])["runs"]) == len(json.loads(texts["json"])) == len(plans())
    assert len(ElementTree.fromstring(texts["junit"])) == len(plans())
