"""Mistakes and doubts as text for a person, as JSON, SARIF 2.1.0 or GitHub annotations for a machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from expert.authoring.lints import lints
from expert.packs import Problem
from expert.packs.codes import CODES


def meaning(code: str) -> str:
    """What a code means, in a sentence. Raises KeyError for one that does not exist."""
    return CODES[code] if code in CODES else lints()[code].about


def is_mistake(problem: Problem) -> bool:
    """Whether it keeps the pack from being read; else it is a doubt."""
    return problem.code.startswith("E")


def in_text(problems: Sequence[Problem]) -> str:
    """Each with its place, the line and a caret, and a line that counts."""
    mistakes = sum(map(is_mistake, problems))
    counts = [(mistakes, "mistake"), (len(problems) - mistakes, "doubt")]
    total = ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n) or "no mistakes, no doubts"
    return "\n".join([*map(str, problems), total]) + "\n"


def in_json(problems: Sequence[Problem]) -> str:
    """A list of objects with code, kind, file, line, column, message and what the code means."""
    found = [
        {
            "code": p.code,
            "kind": "mistake" if is_mistake(p) else "doubt",
            "file": p.file,
            "line": p.line,
            "column": p.column,
            "message": p.message,
            "meaning": meaning(p.code),
        }
        for p in problems
    ]
    return json.dumps({"schema": 1, "problems": found}, indent=2) + "\n"


def in_sarif(problems: Sequence[Problem]) -> str:
    """SARIF 2.1.0, as code scanning reads it; files below the working folder are named relative to it."""
    codes = sorted({p.code for p in problems})
    driver = {
        "name": "expert rules check",
        "rules": [{"id": code, "shortDescription": {"text": meaning(code)}} for code in codes],
    }
    results = [
        {
            "ruleId": p.code,
            "ruleIndex": codes.index(p.code),
            "level": "error" if is_mistake(p) else "warning",
            "message": {"text": p.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(_relative(p.file).replace("\\", "/"))},
                        "region": {"startLine": max(1, p.line), "startColumn": p.column},
                    }
                }
            ],
        }
        for p in problems
    ]
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def in_github(problems: Sequence[Problem]) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request."""
    return "".join(
        f"::{'error' if is_mistake(p) else 'warning'} file={_property(_relative(p.file))},line={p.line},"
        f"col={p.column},title={_property(p.code)}::{_data(p.message)}\n"
        for p in problems
    )


FORMATS: Mapping[str, Callable[[Sequence[Problem]], str]] = {
    "text": in_text,
    "json": in_json,
    "sarif": in_sarif,
    "github": in_github,
}


def _relative(file: str) -> str:
    path, here = Path(file).resolve(), Path.cwd().resolve()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
