"""Packs of older formats, rewritten; what the format does not touch, comments and all, stays as it was.

Format 0 is that of the drafts: without a `format`, params as plain numbers, `cf` for the certainty of a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from expert.packs.sheets import FORMAT
from expert.packs.tree import Entry, PackError, compose
from expert.problems import Problem


class _Replacement(NamedTuple):
    """Another text at a place, lines and columns from 0."""

    line: int
    column: int
    old: str
    new: str


def migrated(text: str, file: str) -> tuple[str, int]:
    """The pack in the format of today, and the format that it was written in.

    Raises PackError for what is no YAML, for a format that is newer, and for a value that no migration understands.
    """
    problems: list[Problem] = []
    first: int | None = None
    while True:
        root = compose(text, file, problems)
        version = _version(root) if root is not None else FORMAT
        first = version if first is None else first
        if root is None or problems:
            raise PackError(problems)
        if version > FORMAT:
            found = root.below("format") or root
            raise PackError(
                [found.as_problem("E105", f"format {version} is newer than {FORMAT}, which this version reads")]
            )
        if version == FORMAT:
            return text, first
        replacements = sorted(_MIGRATIONS[version](root), reverse=True)
        if problems:
            raise PackError(problems)
        text = _replaced(text, replacements)


def _version(root: Entry) -> int:
    """The format that a pack is written in; 0 without any."""
    entry = root.below("format")
    if entry is None:
        return 0
    value = entry.value
    if not isinstance(value, float) or value < 0 or value != int(value):
        entry.problem("E105", f"a format is a whole number, as in 'format: {FORMAT}'")
        return FORMAT
    return int(value)


def _from_0(root: Entry) -> Iterator[_Replacement]:
    """Format 0 to 1: the format is told, params have a default and a help, `cf` is called certainty."""
    known = root.below("format")
    if known is not None:
        yield _Replacement(known.line, known.column, known.shown(), "1")
    else:
        yield _Replacement(root.line, root.column, "", "format: 1\n")
    params, rules = root.below("params"), root.below("rules")
    for name, _, value in params.pairs() if params is not None else ():
        if not value.is_mapping:
            value.number()  # what is none is noted
            written = f"{{default: {value.shown()}, help: {name.replace('_', ' ')}}}"
            yield _Replacement(value.line, value.column, value.shown(), written)
    for _, _, rule in rules.pairs() if rules is not None else ():
        for key, place, _ in rule.pairs():
            if key == "cf":
                yield _Replacement(place.line, place.column, "cf", "certainty")


_MIGRATIONS: Mapping[int, Callable[[Entry], Iterator[_Replacement]]] = {0: _from_0}
"""From each older format to the next."""


def _replaced(text: str, replacements: list[_Replacement]) -> str:
    """The text with its replacements, the last of which come first."""
    lines = text.split("\n")
    for line, column, old, new in replacements:
        whole = lines[line]
        lines[line] = f"{whole[:column]}{new}{whole[column + len(old) :]}"
    return "\n".join(lines)
