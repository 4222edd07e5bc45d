"""YAML as a tree in which every entry knows its place, and the mistakes that are found in it.

PyYAML only gives the events. Plain words are resolved as YAML 1.2 has them: `1e-3` is a number, `no` is a word, and a
key may stand only once.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import yaml

from expert.problems import Place, Problem, ProblemsError, nearest

LARGEST = 4_000_000
"""A pack has at most so many characters."""
_NUMBER = re.compile(r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_LINE_ENDS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_LONGEST, _DEEPEST, _MOST, _SHOWN = (
    5_000,
    20,
    200,
    200,
)  # a text, its nesting; problems worth a hint; letters of a change
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class PackError(ProblemsError):
    """All the mistakes of all the packs that were read together."""

    of = "the rules"


class Document:
    """One file's text, and where the mistakes in it are noted."""

    def __init__(self, file: str, text: str, problems: list[Problem]) -> None:
        self.file, self.text, self.problems = file, text, problems

    @cached_property
    def lines(self) -> list[str]:
        """The lines as YAML counts them."""
        return _LINE_ENDS.split(self.text)

    def place(self, line: int, column: int) -> Place:
        """The place of a line and a column, both from 0."""
        return Place(self.file, line + 1, column + 1, self.lines[line] if 0 <= line < len(self.lines) else "")


class Entry:
    """One value of a file, with its place. Asking for what it is not notes a problem and gives the default.

    `content` is a text, the entries of a sequence, or the pairs of a mapping; `is_plain` tells a text without quotes.
    The entry of a key knows the `body` that stands under it.
    """

    __slots__ = ("body", "column", "content", "document", "is_plain", "line")

    def __init__(self, document: Document, mark: Any, content: Any, is_plain: bool = False) -> None:
        self.document, self.line, self.column = document, mark.line, mark.column
        self.content: str | tuple[Entry, ...] | list[tuple[Entry, Entry]] = content
        self.is_plain = is_plain
        self.body: Entry | None = None

    @property
    def place(self) -> Place:
        """File, line, column and the line's text."""
        return self.document.place(self.line, self.column)

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.document.file}:{self.line + 1}" if self.line >= 0 else self.document.file

    @property
    def file(self) -> str:
        """The file that it stands in."""
        return self.document.file

    @property
    def is_mapping(self) -> bool:
        """Whether keys and values stand here."""
        return isinstance(self.content, list)

    @property
    def is_sequence(self) -> bool:
        """Whether a list stands here."""
        return isinstance(self.content, tuple)

    def problem(self, code: str, message: str) -> None:
        """Note a mistake at this place."""
        self.document.problems.append(self.as_problem(code, message))

    def as_problem(self, code: str, message: str) -> Problem:
        """A mistake, or a doubt, at this place."""
        return self.place.problem(code, message)

    def unknown(self, code: str, kind: str, name: str, allowed: Iterable[str]) -> None:
        """Note that a name is not one of those allowed, with the nearest that is."""
        self.problem(code, f"{kind} {name[:60]!r} is not defined{self._hint(name, allowed)}")

    def within(self, *words: str) -> Entry:
        """The place of a key, or of a scalar, in what stands under this key; as near to it as there is one."""
        place, under = self, self.body
        for word in words:
            for candidate, below in _places(under):
                if isinstance(candidate.content, str) and candidate.content.strip() == word:
                    place, under = candidate, below
                    break
        return place

    def find(self, text: str) -> Entry:
        """The first scalar in what stands here that is this text; this entry itself if there is none."""
        places = (place for place, _ in _places(self))
        return next((p for p in places if isinstance(p.content, str) and p.content.strip() == text), self)

    def at(self, text: str, offset: int) -> Entry:
        """The place of a character of the text that stands here, if it stands in one line."""
        start = self.place.text.find(text, self.column) + offset
        if start < offset:
            return self
        return Entry(self.document, SimpleNamespace(line=self.line, column=start), self.content)

    def below(self, key: str) -> Entry | None:
        """The value under a key of this mapping."""
        pairs = self.content if isinstance(self.content, list) else ()
        return next((value for name, value in pairs if name.content == key), None)

    def names(self) -> tuple[str, ...]:
        """The keys of this mapping."""
        pairs = self.content if isinstance(self.content, list) else ()
        return tuple(key.content for key, _ in pairs if isinstance(key.content, str))

    def plain(self) -> object:
        """What stands here without its place and spelling: a value, a list, or a mapping."""
        if isinstance(self.content, list):
            return {key.text(): value.plain() for key, value in self.content}
        if isinstance(self.content, tuple):
            return [item.plain() for item in self.content]
        return self.content.strip() if isinstance(self.value, str) else self.value

    def shown(self) -> str:
        """What stands here, in one short line."""
        if isinstance(self.content, list):
            return f"{{{', '.join(f'{key.shown()}: {value.shown()}' for key, value in self.content)}}}"[:_SHOWN]
        if isinstance(self.content, tuple):
            return f"[{', '.join(item.shown() for item in self.content)}]"[:_SHOWN]
        return " ".join(self.content.split())[:_SHOWN]

    def with_content(self, content: str | tuple[Entry, ...] | list[tuple[Entry, Entry]]) -> Entry:
        """An entry of this place that holds something else."""
        return Entry(self.document, self, content, self.is_plain)

    def with_value(self, path: tuple[str, ...], value: Entry) -> Entry:
        """This mapping with another value under a path of keys; keys that it lacks are added."""
        key, rest = path[0], path[1:]
        pairs = list(self.content) if isinstance(self.content, list) else []
        for n, (place, old) in enumerate(pairs):
            if place.content == key:
                pairs[n] = place.with_body(old.with_value(rest, value) if rest else value)
                return self.with_content(pairs)
        inner = value.with_content([]).with_value(rest, value) if rest else value
        return self.with_content([*pairs, value.with_content(key).with_body(inner)])

    def with_body(self, body: Entry) -> tuple[Entry, Entry]:
        """This key with something else under it, as a pair of a mapping."""
        key = Entry(self.document, self, self.content, self.is_plain)
        key.body = body
        return key, body

    @property
    def value(self) -> float | bool | str | None:
        """The scalar as YAML 1.2 resolves it; None for null and for what is no scalar."""
        text = self.content
        if not isinstance(text, str):
            return None
        if not self.is_plain:
            return text
        if text in ("true", "false"):
            return text == "true"
        if _NUMBER.fullmatch(text) and math.isfinite(number := float(text.replace("_", ""))):
            return number
        return None if text in ("", "~", "null") else text

    def text(self) -> str:
        """The scalar as it is written, folded white space and all."""
        if isinstance(self.content, str):
            return self.content.strip()
        self.problem("E110", "here a text is expected")
        return ""

    def number(self) -> float:
        """The scalar as a number."""
        if isinstance(self.value, float):
            return self.value
        self.problem("E110", "here a number is expected")
        return 0.0

    def choice(self, kind: str, allowed: tuple[str, ...]) -> str:
        """The scalar as one of the allowed words."""
        word = self.text()
        if word in allowed:
            return word
        self.problem("E115", f"{kind} must be one of {', '.join(allowed)}{nearest(word, allowed)}")
        return allowed[0]

    def items(self) -> tuple[Entry, ...]:
        """The entries of a sequence; a single value stands for a sequence of one."""
        return self.content if isinstance(self.content, tuple) else (self,)

    def pairs(self) -> Iterator[tuple[str, Entry, Entry]]:
        """Key, its place, and value of a mapping; a repeated key is a mistake."""
        if not isinstance(self.content, list):
            if self.is_sequence or self.value is not None:
                self.problem("E110", "here a mapping (key: value) is expected")
            return
        seen: set[str] = set()
        for key, value in self.content:
            name = key.text()
            if name in seen:
                key.problem("E113", f"key {name!r} stands twice")
            elif name:
                yield name, key, value
            seen.add(name)

    def keys(self, *allowed: str) -> dict[str, Entry]:
        """The values of a mapping with known keys; `x-` keys are free."""
        found = {}
        for name, key, value in self.pairs():
            if name in allowed:
                found[name] = value
            elif not name.startswith("x-"):
                key.problem("E111", f"key {name[:60]!r} is not known here{self._hint(name, allowed)}")
        return found

    def _hint(self, name: str, allowed: Iterable[str]) -> str:
        return nearest(name, allowed) if len(self.document.problems) < _MOST else ""


def compose(text: str, file: str, problems: list[Problem]) -> Entry | None:
    """The file's one document, or None with the problem noted."""
    document = Document(file, text, problems)

    def problem(code: str, message: str, line: int = 0, column: int = 0) -> None:
        problems.append(document.place(line, column).problem(code, message))

    if len(text) > LARGEST:
        problem("E103", f"a pack has at most {LARGEST:,} characters; this file has {len(text):,}")
        return None
    try:
        root = _tree(document)
    except _OutOfPlaceError as mistake:
        problem(*mistake.args)
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem("E102", f"not YAML: {error.problem or error.context}", *((mark.line, mark.column) if mark else ()))
        return None
    except yaml.reader.ReaderError as error:
        before = _LINE_ENDS.split(text[: error.position])
        problem("E102", f"not YAML: {str(error).splitlines()[0]}", len(before) - 1, len(before[-1]))
        return None
    if root is None:
        problem("E105", "the file is empty; a pack begins with 'format: 1'")
    return root


def day(entry: Entry) -> date | None:
    """The day that stands there, or None with the problem noted."""
    try:
        return date.fromisoformat(entry.text())
    except ValueError:
        entry.problem("E110", "here a day is expected, as in 2027-01-31")
        return None


def written(number: float, place: Place, problems: list[Problem]) -> Entry:
    """A number that stands in no pack, as an entry of the place that it comes from."""
    above = "\n" * (place.line - 1)
    mark = SimpleNamespace(line=place.line - 1, column=place.column - 1)
    return Entry(Document(place.file, f"{above}{place.text}", problems), mark, f"{number:.17g}", True)


class _OutOfPlaceError(Exception):
    """What YAML allows and a pack does not: a code, a message, its line and its column."""


def _tree(document: Document) -> Entry | None:
    """The entries of the document, made of libyaml's events; None for an empty one.

    libyaml itself composes by recursion, and deep nesting would end the process. Raises
    _OutOfPlaceError and yaml.YAMLError.
    """
    opened: list[tuple[Any, list[Entry]]] = []
    inside: list[Entry] = []
    root = inside
    events: Iterable[Any] = yaml.parse(document.text, _LOADER)
    for event in events:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            if event.anchor or event.tag or len(event.value) > _LONGEST:
                raise _out_of_place(event)
            inside.append(Entry(document, event.start_mark, event.value, not event.style))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if event.anchor or event.tag or len(opened) >= _DEEPEST:
                raise _out_of_place(event)
            opened.append((event.start_mark, inside))
            inside = []
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            mark, outside = opened.pop()
            content = _paired(inside) if kind is yaml.MappingEndEvent else tuple(inside)
            outside.append(Entry(document, mark, content))
            inside = outside
        elif kind is yaml.AliasEvent:
            raise _out_of_place(event)
        elif kind is yaml.DocumentStartEvent and root:
            raise _OutOfPlaceError("E104", "a pack is one document", event.start_mark.line, event.start_mark.column)
    return root[0] if root else None


def _paired(inside: list[Entry]) -> list[tuple[Entry, Entry]]:
    """Keys with their values; each key knows what stands under it."""
    pairs = list(zip(inside[::2], inside[1::2], strict=True))
    for key, value in pairs:
        key.body = value
    return pairs


def _out_of_place(event: Any) -> _OutOfPlaceError:
    """Why a pack does not take what stands here."""
    if getattr(event, "anchor", None):
        code, message = "E104", "anchors and aliases have no place in a pack; write the value out"
    elif getattr(event, "tag", None):
        code, message = "E104", "tags have no place in a pack; quotes make a word of a number"
    elif isinstance(event, yaml.ScalarEvent):
        code, message = "E103", f"a text has at most {_LONGEST:,} characters; this one has {len(event.value):,}"
    else:
        code, message = "E103", "nested too deeply"
    return _OutOfPlaceError(code, message, event.start_mark.line, event.start_mark.column)


def _places(entry: Entry | None) -> Iterator[tuple[Entry, Entry]]:
    """Every scalar in an entry, the nearest first; each with what stands under it."""
    todo = deque([entry] if entry else [])
    while todo:
        here = todo.popleft()
        content = here.content
        if isinstance(content, list):
            yield from content
            todo.extend(value for _, value in content)
        elif isinstance(content, tuple):
            todo.extend(content)
        else:
            yield here, here
