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


def line(where: str) -> Place:
    """The place that file and line name, at the first letter of the line."""
    file, _, number = where.rpartition(":")
    if not number.isdigit():
        return Place(where)
    text = dict(enumerate(_text(file).splitlines(), 1)).get(int(number), "")
    return Place(file, int(number), len(text) - len(text.lstrip()) + 1, text)


def lines(where: str, section: str, id_: str) -> Mapping[str, str]:
    """File and line of each value of a thing, by its key."""
    key = place(where, section, id_)
    return {} if key is None else {name: value.where for name, value in _body(key)}


def _body(key: Entry) -> Iterator[tuple[str, Entry]]:
    return ((name, name_key) for name, name_key, _ in key.body.pairs()) if key.body else iter(())


@lru_cache(maxsize=64)
def _text(file: str) -> str:
    path = Path(file)
    return path.read_text("utf-8", errors="replace") if path.is_file() else ""


@lru_cache(maxsize=64)
def _keys(file: str) -> Mapping[tuple[str, str], Entry]:
    """The key of everything that a file defines, by section and id."""
    root = document(Path(file), [])
    sections = [] if root is None else [(name, value) for name, _, value in root.pairs()]
    return {(name, id_): key for name, section in sections if section.is_mapping for id_, key, _ in section.pairs()}
