"""YAML as a tree in which every entry knows its place, and the mistakes that are found in it.

PyYAML only gives the nodes. Plain words are resolved as YAML 1.2 has them: `1e-3` is a number, `no` is a word, and a
key may stand only once.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

_NUMBER = re.compile(r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_LINE_ENDS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_LARGEST, _LONGEST, _DEEPEST, _MOST = 1_000_000, 5_000, 12, 200  # a file, a text, its nesting; problems worth a hint
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class Problem:
    """One mistake in one file, with its code (see `codes.py`) and the line of text that it stands in."""

    code: str
    file: str
    line: int
    column: int
    message: str
    text: str

    def __str__(self) -> str:
        head = f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}"
        if not self.text:
            return head
        start = max(0, self.column - 120)
        shown = self.text[start : start + 200].replace("\t", " ")
        return f"{head}\n{self.line:>6} | {shown}\n       | {' ' * (self.column - 1 - start)}^"


class PackError(ValueError):
    """All the mistakes of all the files that were read together."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[PackError], tuple[tuple[Problem, ...]]]:
        return PackError, (self.problems,)


class Entry:
    """One value of a file, with its place. Asking for what it is not notes a problem and gives the default.

    The entry of a key knows the `body` that stands under it.
    """

    def __init__(
        self, node: yaml.Node, file: str, lines: list[str], problems: list[Problem], body: yaml.Node | None = None
    ) -> None:
        self.node, self.file, self.lines, self.problems, self.body = node, file, lines, problems, body

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.file}:{self.node.start_mark.line + 1}"

    def problem(self, code: str, message: str) -> None:
        """Note a mistake at this place."""
        self.problems.append(self.as_problem(code, message))

    def as_problem(self, code: str, message: str) -> Problem:
        """A mistake, or a doubt, at this place."""
        line, column = self.node.start_mark.line, self.node.start_mark.column
        text = self.lines[line] if line < len(self.lines) else ""
        return Problem(code, self.file, line + 1, column + 1, message, text)

    def unknown(self, code: str, kind: str, name: str, allowed: Iterable[str]) -> None:
        """Note that a name is not one of those allowed, with the nearest that is."""
        self.problem(code, f"{kind} {name[:60]!r} is not defined{self._hint(name, allowed)}")

    def within(self, *words: str) -> Entry:
        """The place of a key, or an item of a list, in what stands under this key; as near to it as there is one."""
        place, node = self.node, self.body
        for word in words:
            for candidate, below in _places(node):
                if isinstance(candidate, yaml.ScalarNode) and candidate.value.strip() == word:
                    place, node = candidate, below
                    break
        return self._entry(place)

    @property
    def value(self) -> float | bool | str | None:
        """The scalar as YAML 1.2 resolves it; None for null and for what is no scalar."""
        if not isinstance(self.node, yaml.ScalarNode):
            return None
        text: str = self.node.value
        if self.node.style:
            return text
        if text in ("true", "false"):
            return text == "true"
        if _NUMBER.fullmatch(text) and math.isfinite(number := float(text.replace("_", ""))):
            return number
        return None if text in ("", "~", "null") else text

    @property
    def is_mapping(self) -> bool:
        """Whether keys and values stand here."""
        return isinstance(self.node, yaml.MappingNode)

    def text(self) -> str:
        """The scalar as it is written, folded white space and all."""
        if isinstance(self.node, yaml.ScalarNode):
            return str(self.node.value).strip()
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

    def items(self) -> list[Entry]:
        """The entries of a sequence; a single value stands for a sequence of one."""
        if isinstance(self.node, yaml.SequenceNode):
            return [self._entry(node) for node in self.node.value]
        return [self]

    def pairs(self) -> Iterator[tuple[str, Entry, Entry]]:
        """Key, its place, and value of a mapping; a repeated key is a mistake."""
        if not isinstance(self.node, yaml.MappingNode):
            if not (isinstance(self.node, yaml.ScalarNode) and self.value is None):
                self.problem("E110", "here a mapping (key: value) is expected")
            return
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            key = Entry(key_node, self.file, self.lines, self.problems, value_node)
            name = key.text()
            if name in seen:
                key.problem("E113", f"key {name!r} stands twice")
            elif name:
                yield name, key, self._entry(value_node)
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
        return nearest(name, allowed) if len(self.problems) < _MOST else ""

    def _entry(self, node: yaml.Node) -> Entry:
        return Entry(node, self.file, self.lines, self.problems)


def compose(text: str, file: str, problems: list[Problem]) -> Entry | None:
    """The file's one document, or None with the problem noted."""
    lines = _LINE_ENDS.split(text)

    def problem(code: str, message: str, line: int = 0, column: int = 0) -> None:
        shown = lines[line] if line < len(lines) else ""
        problems.append(Problem(code, file, line + 1, column + 1, message, shown))

    if len(text) > _LARGEST:
        problem("E103", f"a pack has at most {_LARGEST:,} characters; this file has {len(text):,}")
        return None
    try:
        node = _tree(text)
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
    if node is None:
        problem("E105", "the file is empty; a pack begins with 'format: 1'")
        return None
    return Entry(node, file, lines, problems)


def nearest(name: str, allowed: Iterable[str]) -> str:
    """A question that offers the nearest allowed name, if one is near."""
    close = difflib.get_close_matches(name, list(allowed), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


class _OutOfPlaceError(Exception):
    """What YAML allows and a pack does not: a code, a message, its line and its column."""


def _tree(text: str) -> yaml.Node | None:
    """The nodes of the document, made of libyaml's events; None for an empty one.

    libyaml itself composes by recursion, and deep nesting would end the process. Raises
    _OutOfPlaceError and yaml.YAMLError.
    """
    opened: list[tuple[Any, list[yaml.Node]]] = []
    root: list[yaml.Node] = []
    events: Iterable[Any] = yaml.parse(text, _LOADER)
    for event in events:
        kind, inside = type(event), opened[-1][1] if opened else root
        starts = kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent)
        _check_place(event, len(opened) + starts)
        if starts:
            opened.append((event, []))
        elif kind is yaml.ScalarEvent:
            inside.append(yaml.ScalarNode("", event.value, event.start_mark, event.end_mark, style=event.style))
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            begin, children = opened.pop()
            outside = opened[-1][1] if opened else root
            if kind is yaml.MappingEndEvent:
                pairs = list(zip(children[::2], children[1::2], strict=True))
                outside.append(yaml.MappingNode("", pairs, begin.start_mark, event.end_mark))
            else:
                outside.append(yaml.SequenceNode("", children, begin.start_mark, event.end_mark))
        elif kind is yaml.DocumentStartEvent and root:
            raise _OutOfPlaceError("E104", "a pack is one document", event.start_mark.line, event.start_mark.column)
    return root[0] if root else None


def _check_place(event: Any, depth: int) -> None:
    """Raise _OutOfPlaceError for what a pack does not take."""
    code, message = "", ""
    if getattr(event, "anchor", None):
        code, message = "E104", "anchors and aliases have no place in a pack; write the value out"
    elif getattr(event, "tag", None):
        code, message = "E104", "tags have no place in a pack; quotes make a word of a number"
    elif depth > _DEEPEST:
        code, message = "E103", "nested too deeply"
    elif len(getattr(event, "value", "")) > _LONGEST:
        code, message = "E103", f"a text has at most {_LONGEST:,} characters; this one has {len(event.value):,}"
    if message:
        raise _OutOfPlaceError(code, message, event.start_mark.line, event.start_mark.column)


def _places(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The keys of a mapping, the items of a sequence and the keys of those, each with what stands under it."""
    if isinstance(node, yaml.MappingNode):
        yield from node.value
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _places(item)
    elif node is not None:
        yield node, node
