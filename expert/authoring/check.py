"""Everything that is wrong or doubtful about packs, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

from expert.authoring.lints import doubts
from expert.packs import PackError, Problem, load
from expert.packs.tests import pack_tests
from expert.signals import catalogue


def problems(known: Sequence[Path | Traversable], asked: Sequence[Path | Traversable]) -> tuple[Problem, ...]:
    """The mistakes of all files; where there is none, the mistakes of their tests and the doubts about those asked.

    `known` are the packs that those asked build on.
    """
    files = {str(file): file for file in (*known, *asked)}
    try:
        knowledge = load(files.values(), catalogue())
        pack_tests(asked, knowledge, catalogue())
    except PackError as error:
        return error.problems
    names = {str(file) for file in asked}
    return tuple(problem for problem in doubts(knowledge) if problem.file in names)
