"""Files → sheets: each pack as it is written, before anybody understands it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path

from expert.knowledge import Pack
from expert.packs.tree import LARGEST, Entry, compose
from expert.problems import Place, Problem

FORMAT = 1
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TOP = ("format", "pack", "version", "about", "params", "unless", "symptoms", "diagnoses", "rules", "remedies", "tests")


@dataclass
class Sheet:
    """One file: the pack's name and place, its own place, and what stands under its keys."""

    pack: Pack
    root: Entry
    top: dict[str, Entry]


def read(files: Iterable[Path | Traversable], problems: list[Problem]) -> tuple[list[Sheet], bool]:
    """The sheets of the files in an order that does not depend on theirs, and whether every file has one.

    Every mistake is noted in `problems`.
    """
    sheets = [_sheet(file, problems) for file in sorted(files, key=str)]
    return [sheet for sheet in sheets if sheet is not None], None not in sheets


def checked_id(name: str, entry: Entry) -> str:
    """The name; if it is no id, that is noted."""
    if not _ID.fullmatch(name):
        entry.problem("E114", f"{name!r} is no id: lower-case words joined by '-', as in 'loss-climbed'")
    return name


def _sheet(file: Path | Traversable, problems: list[Problem]) -> Sheet | None:
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
    return Sheet(Pack(name, version, file.name, sha256(content).hexdigest()[:12]), root, top)


def _content(file: Path | Traversable) -> bytes:
    """At most a little more than a pack may hold. Raises OSError, also for what is no ordinary file."""
    if not file.is_file():
        raise OSError("there is no such file")
    with file.open("rb") as opened:
        return bytes(opened.read(4 * LARGEST + 1))
