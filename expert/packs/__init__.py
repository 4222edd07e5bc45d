"""YAML packs → KnowledgeBase: parse, check, and say every mistake of every file at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path

from expert.facts import Quantity
from expert.knowledge import KnowledgeBase
from expert.packs.check import check
from expert.packs.parse import Parsed, parse
from expert.packs.tree import PackError, Problem

__all__ = ["PackError", "Problem", "load"]


def load(files: Iterable[Path | Traversable], catalogue: Mapping[str, Quantity]) -> KnowledgeBase:
    """All the files as one knowledge base; their order does not matter.

    `catalogue` holds every fact that a run can have. Raises PackError with all problems of all files, each with its
    file, line and column. While a file cannot be read at all, what the others name is not looked up.
    """
    problems: list[Problem] = []
    parsed: list[Parsed | None] = []
    for file in sorted(files, key=str):
        try:
            content = file.read_bytes()
            text = content.decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem("E101", str(file), 1, 1, f"cannot be read: {error}", ""))
            parsed.append(None)
            continue
        parsed.append(parse(text, str(file), file.name, sha256(content).hexdigest()[:12], problems))
    whole = [pack for pack in parsed if pack is not None]
    if len(whole) < len(parsed):
        raise PackError(problems)
    knowledge = check(whole, catalogue, problems)
    if problems:
        raise PackError(problems)
    return knowledge
