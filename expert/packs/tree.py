"""YAML as a tree in which every entry knows its place, and the mistakes that are found in it.

PyYAML only composes the nodes. Plain words are resolved as YAML 1.2 has them: `1e-3` is a number, `no` is a word, and a
key may stand only once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import yaml

_NUMBER = re.compile(r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_DEEPEST = 12


@dataclass(frozen=True)
class Problem:
    """One mistake in one file, with the line of text that it stands in."""

    file: str
    line: int
    column: int
    message: str
    text: str

    def __str__(self) -> str:
        head = f"{self.file}:{self.line}:{self.column}: {self.message}"
        if not self.text:
            return head
        return f"{head}\n{self.line:>6} | {self.text}\n       | {' ' * (self.column - 1)}^"


class PackError(ValueError):
    """All the mistakes of all the files that were read together."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column)))
        super().__init__("\n".join(map(str, self.problems)))


class Entry:
    """One value of a file, with its place. Asking for what it is not notes a problem and gives the default."""

    def __init__(self, node: yaml.Node, file: str, lines: list[str], problems: list[Problem]) -> None:
        self.node, self.file, self.lines, self.problems = node, file, lines, problems
        self.asked: set[str] = set()

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.file}:{self.node.start_mark.line + 1}"

    def problem(self, message: str) -> None:
        """Note a mistake at this place."""
        line, column = self.node.start_mark.line, self.node.start_mark.column
        text = self.lines[line] if line < len(self.lines) else ""
        self.problems.append(Problem(self.file, line + 1, column + 1, message, text[:200]))

    def unknown(self, kind: str, name: str, allowed: Iterable[str]) -> None:
        """Note that a name is not one of those allowed, with the nearest that is."""
        self.problem(f"{kind} {name!r} is not defined{nearest(name, allowed)}")

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
        if _NUMBER.fullmatch(text):
            return float(text.replace("_", ""))
        return None if text in ("", "~", "null") else text

    def text(self) -> str:
        """The scalar as it is written, folded white space and all."""
        if isinstance(self.node, yaml.ScalarNode):
            return str(self.node.value).strip()
        self.problem("here a text is expected")
        return ""

    def number(self) -> float:
        """The scalar as a number."""
        if isinstance(self.value, float) and abs(self.value) < 1e300:
            return self.value
        self.problem("here a number is expected")
        return 0.0

    def choice(self, kind: str, allowed: tuple[str, ...]) -> str:
        """The scalar as one of the allowed words."""
        word = self.text()
        if word in allowed:
            return word
        self.problem(f"{kind} must be one of {', '.join(allowed)}{nearest(word, allowed)}")
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
                self.problem("here a mapping (key: value) is expected")
            return
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            key = self._entry(key_node)
            name = key.text()
            if name in seen:
                key.problem(f"key {name!r} stands twice")
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
                key.problem(f"key {name!r} is not known here{nearest(name, allowed)}")
        return found

    def _entry(self, node: yaml.Node) -> Entry:
        return Entry(node, self.file, self.lines, self.problems)


def compose(text: str, file: str, problems: list[Problem]) -> Entry | None:
    """The file's one document, or None with the problem noted."""
    lines = text.splitlines()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        shown = lines[line] if line < len(lines) else ""
        problems.append(Problem(file, line + 1, column + 1, f"not YAML: {error.problem or error.context}", shown[:200]))
        return None
    except (yaml.YAMLError, RecursionError) as error:
        problems.append(Problem(file, 1, 1, f"not YAML: {error}", ""))
        return None
    if node is None:
        problems.append(Problem(file, 1, 1, "the file is empty; a pack begins with 'format: 1'", ""))
        return None
    entry = Entry(node, file, lines, problems)
    return entry if _plain(entry, set(), 0) else None


def nearest(name: str, allowed: Iterable[str]) -> str:
    """A question that offers the nearest allowed name, if one is near."""
    close = difflib.get_close_matches(name, list(allowed), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _plain(entry: Entry, seen: set[int], depth: int) -> bool:
    """Whether the tree is a tree: no node reached twice (an alias), none too deep."""
    node = entry.node
    if isinstance(node, yaml.ScalarNode):
        return True
    if id(node) in seen:
        entry.problem("anchors and aliases have no place in a pack; write the value out")
        return False
    if depth > _DEEPEST:
        entry.problem("nested too deeply")
        return False
    seen.add(id(node))
    children = [n for pair in node.value for n in pair] if isinstance(node, yaml.MappingNode) else node.value
    return all(_plain(entry._entry(child), seen, depth + 1) for child in children)
