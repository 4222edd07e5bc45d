"""ProblemsError in what people write, each with its place: file, line, column and the line itself."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where something stands. A place on the command line has its option as `file` and no line (0)."""

    file: str
    line: int = 0
    column: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def problem(self, code: str, message: str) -> Problem:
        """A mistake at this place."""
        return Problem(code, self.file, self.line, self.column, message, self.text)


@dataclass(frozen=True)
class Problem:
    """One mistake in one file, with its code (see `packs/codes.py`) and the line of text that it stands in."""

    code: str
    file: str
    line: int
    column: int
    message: str
    text: str

    def __str__(self) -> str:
        if not self.line:
            return f"{self.file}: {self.code} {self.message}"
        head = f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}"
        if not self.text:
            return head
        start = max(0, self.column - 120)
        shown = self.text[start : start + 200].replace("\t", " ")
        return f"{head}\n{self.line:>6} | {shown}\n       | {' ' * (self.column - 1 - start)}^"


class ProblemsError(ValueError):
    """All the mistakes of all the files that were read together; `of` says of what."""

    of = "the files"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[ProblemsError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


def nearest(name: str, known: Iterable[str]) -> str:
    """A question that offers the nearest known name, if one is near."""
    close = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean {close[0]!r}?" if close else ""
