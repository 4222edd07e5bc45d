"""Files → sheets: each pack as it is written, before anybody understands it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path

from expert.knowledge import Pack
from expert.packs.tree import LARGEST, Entry, compose
from expert.problems import Place, Problem, nearest

File = Path | Traversable
FORMAT = 1
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TOP = (
    "format",
    "pack",
    "version",
    "about",
    "params",
    "unless",
    "symptoms",
    "diagnoses",
    "rules",
    "remedies",
    "tests",
    "extends",
    "change",
    "suppress",
)


@dataclass
class Sheet:
    """One file: its pack, what stands under its keys, and the keys of the sheets that it extends."""

    key: str
    pack: Pack
    root: Entry
    top: dict[str, Entry]
    extends: tuple[str, ...] = ()
    above: frozenset[str] = frozenset()

    def at(self, *path: str) -> Entry | None:
        """The value under a path of keys."""
        entry = self.top.get(path[0])
        for key in path[1:]:
            entry = entry.below(key) if entry is not None else None
        return entry

    def put(self, path: tuple[str, ...], value: Entry) -> None:
        """Another value under a path of keys."""
        self.top[path[0]] = self.top[path[0]].with_value(path[1:], value)


def read(
    files: Iterable[File], packages: Mapping[str, Sequence[File]], problems: list[Problem]
) -> tuple[list[Sheet], bool]:
    """The sheets of the files and of all that they extend, sorted, and whether every file has one.

    `packages` are the installed packs, by name. Every mistake is noted in `problems`.
    """
    waiting = {key_of(file): file for file in files}
    found: dict[str, Sheet | None] = {}
    while waiting:
        key, file = waiting.popitem()
        sheet = found[key] = _sheet(key, file, problems)
        extended = _extended(sheet, file, packages) if sheet else []
        if sheet:
            sheet.extends = tuple(key_of(other) for other in extended)
        waiting |= {key_of(other): other for other in extended if key_of(other) not in found}
    sheets = sorted((sheet for sheet in found.values() if sheet is not None), key=lambda s: (s.pack.name, s.key))
    for sheet in sheets:
        sheet.above = _above(sheet, {s.key: s for s in sheets})
        if sheet.key in sheet.above:
            sheet.top["extends"].problem("E106", "this pack extends itself")
    for one, other in pairwise(sheets):
        if one.pack.name == other.pack.name:
            other.top["pack"].problem("E144", f"pack {one.pack.name!r} is defined already, in {one.root.file}")
    return sheets, None not in found.values()


def key_of(file: File) -> str:
    """What tells a file from all others."""
    return str(file.resolve()) if isinstance(file, Path) else str(file)


def _extended(sheet: Sheet, file: File, packages: Mapping[str, Sequence[File]]) -> list[File]:
    """The files that a pack builds on: those beside it, and those of installed packs."""
    found: list[File] = []
    for entry in sheet.top["extends"].items() if "extends" in sheet.top else ():
        name = entry.text()
        if name.startswith("pkg:"):
            if name[4:] not in packages:
                entry.problem("E143", f"no pack {name[4:][:60]!r} is installed{nearest(name[4:], packages)}")
            found += packages.get(name[4:], ())
            continue
        path = Path(str(file)).parent / name
        if path.suffix not in (".yaml", ".yml") or "\0" in name:
            entry.problem("E107", f"a pack extends packs: {name[:60]!r} does not end in .yaml")
        elif not path.is_file():
            entry.problem("E101", f"there is no file {name[:200]!r} beside this pack")
        else:
            found.append(path)
    return found


def _above(sheet: Sheet, sheets: Mapping[str, Sheet]) -> frozenset[str]:
    """All that a sheet extends, through others too."""
    todo, found = list(sheet.extends), set()
    while todo:
        key = todo.pop()
        if key not in found and key in sheets:
            found.add(key)
            todo += sheets[key].extends
    return frozenset(found)


def checked_id(name: str, entry: Entry) -> str:
    """The name; if it is no id, that is noted."""
    if not _ID.fullmatch(name):
        entry.problem("E114", f"{name!r} is no id: lower-case words joined by '-', as in 'loss-climbed'")
    return name


def _sheet(key: str, file: File, problems: list[Problem]) -> Sheet | None:
    try:
        content = _content(file)
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Place(str(file), 1).problem("E101", f"cannot be read: {error}"))
        return None
    root = compose(text, str(file), problems)
    if root is None:
        return None
    top = root.keys(*_TOP)
    if "format" not in top or top["format"].value != FORMAT:
        (top.get("format") or root).problem(
            "E105", f"a pack begins with 'format: {FORMAT}', the only format this version reads"
        )
        return None
    if "pack" not in top:
        root.problem("E112", "a pack has a name, as in 'pack: optimization'")
        return None
    name = checked_id(top["pack"].text(), top["pack"])
    version = top["version"].text() if "version" in top else "1"
    return Sheet(key, Pack(name, version, file.name, sha256(content).hexdigest()[:12]), root, top)


def _content(file: File) -> bytes:
    """At most a little more than a pack may hold. Raises OSError, also for what is no ordinary file."""
    if not file.is_file():
        raise OSError("there is no such file")
    with file.open("rb") as opened:
        return bytes(opened.read(4 * LARGEST + 1))
