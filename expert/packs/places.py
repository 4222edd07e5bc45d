"""Where in its file a thing stands: for those who speak of a pack that was read already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

from expert.packs.tree import Entry, compose
from expert.problems import Place, Problem


def document(file: Path | Traversable, problems: list[Problem]) -> Entry | None:
    """The one document of a file, or None with the problem noted."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Place(str(file), 1).problem("E101", f"cannot be read: {error}"))
        return None
    return compose(text, str(file), problems)


def place(where: str, section: str, id_: str, *words: str) -> Entry | None:
    """The key of a rule, symptom, diagnosis, remedy or param, or what stands under it; None where it is gone.

    `where` is that of the thing: its file and line.
    """
    key = _keys(where.rpartition(":")[0]).get((section, id_))
    return key.within(*words) if key is not None and words else key


def lines(where: str, section: str, id_: str) -> Mapping[str, str]:
    """File and line of each value of a thing, by its key."""
    key = place(where, section, id_)
    return {} if key is None else {name: value.where for name, value in _body(key)}


def values(where: str, section: str, id_: str) -> Mapping[str, tuple[str, str]]:
    """The plain values of a thing, by key: the text, and its file and line."""
    key = place(where, section, id_)
    found = {name: value for name, _, value in key.body.pairs()} if key and key.body else {}
    return {name: (value.text(), value.where) for name, value in found.items() if value.value is not None}


def _body(key: Entry) -> Iterator[tuple[str, Entry]]:
    return ((name, name_key) for name, name_key, _ in key.body.pairs()) if key.body else iter(())


@lru_cache(maxsize=64)
def _keys(file: str) -> Mapping[tuple[str, str], Entry]:
    """The key of everything that a file defines, by section and id."""
    root = document(Path(file), [])
    sections = [] if root is None else [(name, value) for name, _, value in root.pairs()]
    return {(name, id_): key for name, section in sections if section.is_mapping for id_, key, _ in section.pairs()}
