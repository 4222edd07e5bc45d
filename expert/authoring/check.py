"""Everything that is wrong or doubtful about packs, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

from expert.authoring.lints import doubts
from expert.configuration import Configuration
from expert.layers import everything
from expert.packs.tests import pack_tests
from expert.problems import Problem, ProblemsError
from expert.signals import catalogue


def problems(configuration: Configuration, asked: Sequence[Path | Traversable]) -> tuple[Problem, ...]:
    """The mistakes of all packs; where there is none, the mistakes of the tests of those asked, and the doubts."""
    try:
        knowledge = everything(configuration)
        pack_tests(asked, knowledge, catalogue())
    except ProblemsError as error:
        return error.problems
    names = {str(file) for file in asked}
    return tuple(problem for problem in doubts(knowledge) if problem.file in names)
