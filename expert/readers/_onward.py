"""Logs of lines that only grow: read on from where they ended, with the same result as if they were read whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from expert.readers._text import encoding

_CHUNK, _LONGEST = 2**20, 2**26
_T = TypeVar("_T")


@dataclass(frozen=True)
class Span:
    """A stretch of a file in bytes, up to `end` without it; the first of its lines has the number `line`."""

    begin: int
    end: int
    line: int = 1

    def lines(self, file: BinaryIO) -> Iterator[bytes]:
        """The lines of the span; of one that is longer than 64 MB, which is noise, the beginning."""
        file.seek(self.begin)
        left = self.end - self.begin
        while text := file.readline(min(_LONGEST, left)):
            left -= len(text)
            whole = len(text) < _LONGEST or text.endswith(b"\n")
            yield text if whole else text[:100] + b"\n"
            while not whole and text and not text.endswith(b"\n"):
                text = file.readline(min(_LONGEST, left))
                left -= len(text)


@dataclass(frozen=True)
class Mark:
    """How far a log was read: so many bytes, all of whole lines, the line that comes next, and the bytes' digest.

    `known` is what its reader knew there, for this reader alone.
    """

    size: int
    line: int
    digest: bytes
    known: Any


Memory = MutableMapping[str, Mark]
"""The marks of logs, by reader and path: what is kept from one look at a log to the next."""


def read_on(path: Path, fresh: type[_T], take: Callable[[_T, Span], None], memory: Memory | None) -> _T:
    """What a reader knows of a log once it has taken all of it, as it was when it was opened.

    `fresh()` is what a reader knows before the first line; `take` adds what a span of whole lines says, or what stands
    behind the last of them. Where the memory has a mark of this log and its bytes are the same, only the rest is taken.
    """
    if memory is None:
        known = fresh()
        take(known, Span(0, path.stat().st_size))
        return known
    with path.open("rb") as file:
        size = path.stat().st_size
        whole = _whole_lines(file, size)
        place = f"{fresh.__module__} {path}"
        mark = memory.pop(place, None)
        digest, lines = sha256(), 0
        if mark is not None and mark.size <= whole:
            _count(file, 0, mark.size, digest)
        if mark is None or mark.size > whole or digest.digest() != mark.digest:
            mark, digest = Mark(0, 1, b"", fresh()), sha256()
        lines = _count(file, mark.size, whole, digest)
    known = mark.known
    take(known, Span(mark.size, whole, mark.line))
    memory[place] = Mark(whole, mark.line + lines, digest.digest(), deepcopy(known))
    if whole < size:
        take(known, Span(whole, size, mark.line + lines))
    return known


def _whole_lines(file: BinaryIO, size: int) -> int:
    """How many bytes stand before the end of the last whole line; none of a text whose letters are two bytes."""
    file.seek(0)
    if encoding(file.read(64)) != "utf-8-sig":
        return 0
    end = size
    while end > 0:
        begin = max(0, end - _CHUNK)
        file.seek(begin)
        last = file.read(end - begin).rfind(b"\n")
        if last >= 0:
            return begin + last + 1
        end = begin
    return 0


def _count(file: BinaryIO, begin: int, end: int, digest: Any) -> int:
    """The lines of a span, whose bytes go into the digest."""
    file.seek(begin)
    left, lines = end - begin, 0
    while left > 0 and (chunk := file.read(min(left, _CHUNK))):
        digest.update(chunk)
        lines += chunk.count(b"\n")
        left -= len(chunk)
    return lines
