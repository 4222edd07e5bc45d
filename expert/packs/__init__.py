"""YAML packs → KnowledgeBase: read, change, parse, check, and say every mistake of every file at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from expert.configuration import Settled
from expert.facts import Quantity
from expert.knowledge import KnowledgeBase
from expert.packs import sheets
from expert.packs.changes import apply
from expert.packs.check import check
from expert.packs.parse import parse
from expert.packs.sheets import File
from expert.packs.tree import Entry, PackError
from expert.problems import Place, Problem

__all__ = ["PackError", "Problem", "Stated", "load", "stated"]


@dataclass(frozen=True)
class Stated:
    """One value of a thing: its keys, as in ("when", "loss_jump"), what is written, and where."""

    path: tuple[str, ...]
    text: str
    place: Place


def load(
    files: Iterable[File],
    catalogue: Mapping[str, Quantity],
    params: Mapping[tuple[str, str], Settled] | None = None,
    packages: Mapping[str, Sequence[File]] | None = None,
) -> KnowledgeBase:
    """All the files, and those that they extend, as one knowledge base; their order does not matter.

    `catalogue` holds every fact that a run can have, `params` the values by pack (or rule) and name that are to stand
    in place of the defaults, `packages` the files of installed packs, which `extends: pkg:name` means. Raises PackError
    with all problems of all files, each with its file, line and column. While a file cannot be read at all, what the
    others name is not looked up.
    """
    problems: list[Problem] = []
    found, is_whole = sheets.read(files, packages or {}, problems)
    changes = apply(found, params or {}, problems) if is_whole else ()
    parsed = [parse(sheet) for sheet in found]
    knowledge = check(parsed, changes, catalogue, problems) if is_whole else None
    if knowledge is None or problems:
        raise PackError(problems)
    return knowledge


def stated(
    files: Iterable[File],
    params: Mapping[tuple[str, str], Settled] | None = None,
    packages: Mapping[str, Sequence[File]] | None = None,
) -> Mapping[str, tuple[Stated, ...]]:
    """Every value of every rule, symptom, diagnosis and remedy after all changes, with its place, by id.

    The params of a pack stand under its name.
    """
    problems: list[Problem] = []
    found, _ = sheets.read(files, packages or {}, problems)
    apply(found, params or {}, problems)
    params_of = {s.pack.name: tuple(_stated(s.top["params"], ("params",))) for s in found if "params" in s.top}
    return params_of | {
        id_: tuple(_stated(value, ()))
        for sheet in found
        for section in ("symptoms", "diagnoses", "rules", "remedies")
        if section in sheet.top
        for id_, _, value in sheet.top[section].pairs()
    }


def _stated(entry: Entry, path: tuple[str, ...]) -> Iterator[Stated]:
    if isinstance(entry.content, str) or not entry.content:
        yield Stated(path, entry.shown(), entry.place)
    for name, _, value in entry.pairs() if entry.is_mapping else ():
        yield from _stated(value, (*path, name))
    for n, item in enumerate(entry.items() if entry.is_sequence else ()):
        yield from _stated(item, (*path, str(n)))
