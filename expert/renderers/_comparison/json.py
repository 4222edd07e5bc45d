"""Comparison → JSON: one object, its rows keyed by name with one value for each run, null where a run has none."""

from __future__ import annotations

import orjson

from expert.comparison import Comparison, Row
from expert.renderers._words import clean


def render(found: Comparison) -> str:
    """One JSON object."""
    runs = zip(found.runs, found.verdicts, strict=True)
    content = {
        "schema": 1,
        "runs": [{"name": clean(name), "verdict": verdict} for name, verdict in runs],
        **{kind: _rows(getattr(found, kind)) for kind in ("findings", "results", "settings", "facts")},
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n"


def _rows(rows: tuple[Row, ...]) -> dict[str, list[str | None]]:
    return {clean(row.name): [clean(value) or None for value in row.values] for row in rows}
