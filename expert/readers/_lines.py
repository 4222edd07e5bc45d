"""A text file → the lines that a person would have seen last on the terminal, in bounded memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from expert.readers._onward import Span
from expert.readers._text import encoding

_LONGEST = 4000
_CHUNK = 2**20
_ANSI = re.compile(r"\x1b(?:\[[0-9;?]{0,40}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,400}(?:\x07|\x1b\\)|[()][A-Z0-9])")
_DRAWN = re.compile(r"\r|\x08+")
_BAR_EPOCH = re.compile(r"\W{0,9}epoch\W{0,9}(\d{1,9})", re.IGNORECASE)


def lines(path: Path, notes: list[str], span: Span | None = None) -> Iterator[tuple[int, str]]:
    """The lines of a file, or of a span of it, with their numbers, without colors; `notes` say what is left out.

    Of a bar that was drawn over and over the last state of each epoch counts; where nothing but carriage returns ends
    the lines, each is a line. A line is cut after 4000 letters. What is written after the file was opened is not read.
    """
    span = span or Span(0, path.stat().st_size)
    with path.open("rb") as file:
        returns = span.begin == 0 and _only_returns(file, span.end)
        file.seek(span.begin)
        yield from _shown(_texts(file, span, path, notes), returns, span.line)


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text, as `lines` gives those of a file."""
    yield from _shown([text], "\n" not in text and "\r" in text)


def _only_returns(file: BinaryIO, size: int) -> bool:
    """Whether carriage returns end the lines, and nothing else does."""
    returns = newlines = False
    while not newlines and file.tell() < size and (chunk := file.read(_CHUNK)):
        newlines, returns = b"\n" in chunk, returns or b"\r" in chunk
    return returns and not newlines


def _texts(file: BinaryIO, span: Span, path: Path, notes: list[str]) -> Iterator[str]:
    """The text in parts that end with a line or a state of a bar; noise without an end is cut."""
    left = span.end - span.begin
    chunk = file.read(min(left, _CHUNK))
    decoder = codecs.getincrementaldecoder("utf-8" if span.begin else encoding(chunk))("replace")
    carried, left = "", left - len(chunk)
    while chunk:
        text = carried + decoder.decode(chunk)
        end = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1  # a return at the end may belong to a newline
        if end:
            yield text[:end]
        carried = text[end:] if len(text) - end <= _CHUNK else text[end : end + _LONGEST]
        chunk = file.read(min(left, _CHUNK))
        left -= len(chunk)
    carried += decoder.decode(b"", final=True)
    if carried and path.stat().st_size > span.end:
        notes.append("the file grew while it was read; it is read up to the last whole line that stood there before")
    elif carried:
        yield carried


def _shown(texts: Iterable[str], returns: bool, number: int = 1) -> Iterator[tuple[int, str]]:
    waiting = ""
    for text in texts:
        text = text.replace("\r", "\n") if returns else text.replace("\r\n", "\n")
        if "\x1b" in text:
            text = _ANSI.sub("", text)
        drawn = bool(waiting) or "\r" in text or "\b" in text
        *whole, rest = text.split("\n")
        for line in whole:
            if drawn:
                waiting = yield from _states(number, waiting, line)
                if waiting:
                    yield number, waiting[:_LONGEST]
                    waiting = ""
            elif line and not line.isspace():
                yield number, line[:_LONGEST]
            number += 1
        waiting = yield from _states(number, waiting, rest)
    if waiting:
        yield number, waiting[:_LONGEST]


def _states(number: int, waiting: str, line: str) -> Generator[tuple[int, str], None, str]:
    """Of the states of a bar those that end an epoch; the last one is given back, for it may be drawn over."""
    for state in _DRAWN.split(line) if "\r" in line or "\b" in line else (line,):
        if not state or state.isspace():
            continue
        if waiting:
            before, after = _BAR_EPOCH.match(waiting), _BAR_EPOCH.match(state)
            if before and after and before[1] != after[1]:
                yield number, waiting[:_LONGEST]
        waiting = state
    return waiting
