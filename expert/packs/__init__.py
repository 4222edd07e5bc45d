"""YAML packs → KnowledgeBase: read, change, parse, check, and say every mistake of every file at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from expert.configuration import Settled
from expert.facts import Quantity
from expert.knowledge import KnowledgeBase
from expert.packs import sheets
from expert.packs.changes import set_params
from expert.packs.check import check
from expert.packs.parse import parse
from expert.packs.tree import PackError
from expert.problems import Problem

__all__ = ["PackError", "Problem", "load"]


def load(
    files: Iterable[Path | Traversable],
    catalogue: Mapping[str, Quantity],
    params: Mapping[tuple[str, str], Settled] | None = None,
) -> KnowledgeBase:
    """All the files as one knowledge base; their order does not matter.

    `catalogue` holds every fact that a run can have, `params` the values by pack and name that are to stand in place
    of the defaults. Raises PackError with all problems of all files, each with its file, line and column. While a file
    cannot be read at all, what the others name is not looked up.
    """
    problems: list[Problem] = []
    found, is_whole = sheets.read(files, problems)
    set_params(found, params or {}, problems if is_whole else [])
    parsed = [parse(sheet) for sheet in found]
    knowledge = check(parsed, catalogue, problems) if is_whole else None
    if knowledge is None or problems:
        raise PackError(problems)
    return knowledge
