"""JSON → numbers: documents that hold NaN, records cut in the middle, values nested one in another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from expert.readers._text import number

DEEPEST = 6
_BARE = re.compile(r"(?<=[:\[,\s])([-+]?(?:nan|inf|infinity))(?=\s*[,}\]])", re.IGNORECASE)
_MARK = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\],]', re.DOTALL)
"""Strings, in which nothing counts, and where a value begins or ends."""
_DECODER = json.JSONDecoder()


def parsed(text: bytes | str) -> Any:
    """The value of a JSON text, in which NaN and infinity may stand in any spelling. Raises ValueError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    try:
        return json.loads(plain)
    except ValueError:
        return json.loads(_BARE.sub(lambda found: _standard(found[1]), plain))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def recovered(text: str) -> tuple[Any, int | None]:
    """The value of a JSON text, or of what stands before its damage, and the line of the damage if there is one.

    Raises ValueError if nothing stands before it.
    """
    try:
        return parsed(text), None
    except ValueError:
        plain = _BARE.sub(lambda found: _standard(found[1]), text)
    try:
        return json.loads(plain), None
    except json.JSONDecodeError as error:
        damage = error.pos
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    whole, closing = 0, list[str]()
    for found in _MARK.finditer(plain, 0, damage):
        match found[0]:
            case "{" | "[":
                closing.append("}" if found[0] == "{" else "]")
                whole = found.end()
            case "}" | "]":
                closing.pop()
                whole = found.end()
            case ",":
                whole = found.start()
    return parsed(plain[:whole] + "".join(reversed(closing))), plain.count("\n", 0, damage) + 1


def records(text: str, start: int) -> Iterator[tuple[dict[str, Any], int]]:
    """The objects of the list that begins at `start`, each with its offset, as far as they are whole."""
    place = start + 1
    while True:
        found = re.compile(r"[\s,]*").match(text, place)
        place = found.end() if found else place
        if not text.startswith("{", place):
            return
        try:
            value, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            return
        yield value, place
        place = end


def flat(record: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The values of a record, those of nested ones under `outer/inner`."""
    for name, value in record.items():
        if isinstance(value, dict) and depth < DEEPEST:
            yield from flat(value, f"{prefix}{name}/", depth + 1)
        else:
            yield f"{prefix}{name}", value


def numeric(value: Any) -> float | None:
    """A JSON value as a number: numbers, and text that spells one; truths, nulls and lists are none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return float("inf") if value > 0 else float("-inf")
    return number(value) if isinstance(value, str) and len(value) < 64 else None


def _standard(spelling: str) -> str:
    word = spelling.lower()
    return "NaN" if "nan" in word else "-Infinity" if word.startswith("-") else "Infinity"
