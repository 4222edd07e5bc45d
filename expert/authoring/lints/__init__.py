"""Lints: doubts about packs that hold no mistake. One lint per file, found by its place.

A module has the stable `CODE` of its doubts and a function `lint(knowledge)`; the first line of its docstring says
what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from expert import rooms
from expert.knowledge import KnowledgeBase
from expert.packs import Problem
from expert.packs.places import line, place


@dataclass(frozen=True)
class Doubt:
    """What is doubtful about one thing of a pack.

    `where` is the thing's file and line, `section` (rules, symptoms …) and `id` name it, `words` lead to the key or
    item below it that is meant.
    """

    where: str
    section: str
    id: str
    message: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lint:
    """One kind of doubt: its code, what it finds, and the function that does."""

    code: str
    about: str
    find: Callable[[KnowledgeBase], Iterator[Doubt]]


@cache
def lints() -> Mapping[str, Lint]:
    """Every lint of this folder, by its code."""
    found = {}
    for module in rooms.modules(__name__).values():
        found[module.CODE] = Lint(module.CODE, (module.__doc__ or "").split("\n")[0], module.lint)
    return dict(sorted(found.items()))


def doubts(knowledge: KnowledgeBase) -> tuple[Problem, ...]:
    """What all lints find, in the order of files and lines."""
    found = [_problem(lint.code, doubt) for lint in lints().values() for doubt in lint.find(knowledge)]
    return tuple(sorted(found, key=lambda p: (p.file, p.line, p.column, p.code)))


def _problem(code: str, doubt: Doubt) -> Problem:
    entry = place(doubt.where, doubt.section, doubt.id, *doubt.words)
    if entry is not None:
        return entry.as_problem(code, doubt.message)
    return line(doubt.where).problem(code, doubt.message)
