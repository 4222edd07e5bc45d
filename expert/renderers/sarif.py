"""Plan → SARIF 2.1.0, for tools that show results of analysis; its items alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import orjson

from expert.plan import Plan
from expert.renderers import _words as words
from expert.renderers._items import Noted, noted

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(plan: Plan) -> str:
    """A log with one run, one result for each item."""
    items = noted(plan)
    rules = {one.finding.diagnosis.id: one.finding.diagnosis for one in items}
    driver = {
        "name": "training-expert",
        "rules": [
            {
                "id": id_,
                "shortDescription": {"text": words.clean(diagnosis.title)},
                "fullDescription": {"text": words.clean(diagnosis.about or diagnosis.title)},
            }
            for id_, diagnosis in sorted(rules.items())
        ],
    }
    run = {"tool": {"driver": driver}, "results": [_result(one) for one in items]}
    return _written([run])


def joined(texts: Sequence[str]) -> str:
    """One log with the runs of all."""
    return _written([run for text in texts for run in orjson.loads(text)["runs"]])


def _written(runs: Sequence[Any]) -> str:
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": list(runs)}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2).decode() + "\n"


def _result(one: Noted) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": PurePath(one.file).as_posix()}}
    if one.line is not None:
        place["region"] = {"startLine": max(1, one.line)}
    return {
        "ruleId": one.finding.diagnosis.id,
        "level": one.level,
        "message": {"text": one.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"remedy": one.item.remedy.id},
    }
