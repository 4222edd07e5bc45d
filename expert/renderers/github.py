"""Plan → GitHub's workflow commands: each item of the plan an annotation, at the line of the log where it shows."""

from __future__ import annotations

from pathlib import PurePath

from expert.plan import Plan
from expert.renderers import _words as words
from expert.renderers._items import Noted, noted

_KINDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(plan: Plan) -> str:
    """One line for each item; one notice with the verdict where there is none."""
    name = words.short(plan.run.name) or "run"
    lines = [_line(one, name) for one in noted(plan)]
    return "\n".join(lines or [f"::notice title={_property(name)}::{_data(words.verdict(plan))}"]) + "\n"


def _line(one: Noted, name: str) -> str:
    place = f"file={_property(PurePath(one.file).as_posix())},"
    if one.line is not None:
        place += f"line={max(1, one.line)},"
    title = f"{name}: {one.finding.diagnosis.title}"
    return f"::{_KINDS[one.level]} {place}title={_property(words.short(title))}::{_data(one.message)}"


def _data(text: str) -> str:
    return words.clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
