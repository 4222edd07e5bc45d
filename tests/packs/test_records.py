"""How right a rule was on labelled runs stands beside what it says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from expert import records
from expert.configuration import Configuration, also
from expert.diagnose import diagnose
from expert.explain import how
from expert.knowledge import KnowledgeBase, Record
from expert.layers import builtin, in_force
from expert.renderers import render
from expert.shelf import shelf

RUN = Path(__file__).parents[1] / "runs" / "learning-rate-too-high"


def recorded() -> KnowledgeBase:
    known = builtin()
    return replace(known, rules={id_: replace(rule, record=Record(41, 1, 43)) for id_, rule in known.rules.items()})


@pytest.mark.parametrize("form", ["html", "json"])
def test_a_record_stands_beside_the_reason(form: str) -> None:
    said = {"html": "right in 41 of 43 labelled runs", "json": '"hits": 41'}[form]
    assert said in render(diagnose(RUN, knowledge=recorded()), form)


def test_an_explanation_quotes_the_record_of_each_rule() -> None:
    assert "right in 41 of 43 labelled runs" in how(diagnose(RUN, knowledge=recorded()), "learning-rate-too-high")


def test_no_file_is_no_record(tmp_path: Path) -> None:
    assert records.read(tmp_path / "records.json") == {}


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "records.json").write_text('{"rules": {"spike": {"hits": 1}}}')
    with pytest.raises(ValueError, match=r"records\.json is no record of rules"):
        records.read(tmp_path / "records.json")


def test_a_rule_that_a_team_has_changed_has_no_record() -> None:
    rule = builtin().rules["absurd-rate"]
    changed = in_force(also(Configuration(), [(("params", rule.pack, "absurdly_above"), 81.0)], "--param"))
    assert rule.record
    assert changed.rules[rule.id].record is None
    assert any(rule.record for rule in changed.rules.values())


def test_no_record_claims_more_than_its_runs() -> None:
    found = records.read(shelf("rules") / "records.json")
    assert found
    assert all(record.hits + record.false_alarms <= record.n for record in found.values())
