"""Bytes → text, and text → number, in every spelling that programs write."""

from __future__ import annotations

import re

_NAN = re.compile(r"[-+]?(nan([(\s]*(ind|snan|qnan|0x[0-9a-f]*|\d*)\)?)?|1\.#(qnan|snan|ind|nan)\w*)", re.IGNORECASE)
_INF = re.compile(r"([-+]?)(inf|infinity|∞|1\.#inf\w*)", re.IGNORECASE)
_WRAPPED = re.compile(r"(?:tensor|np\.float\d+|array|float)\(\s*([^,)\s]+)[^)]*\)|\[\s*([^,\]\s]+)\s*\]")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_STRANGE = bytes((*range(1, 8), *range(14, 27)))
"""Control characters that no text holds."""


def number(text: str) -> float | None:
    """What a text says as a number: digits, any spelling of NaN and infinity, `tensor(0.5)`, `92%`; else None.

    A percentage is given as it stands: 92.
    """
    bare = text.strip().strip("\"'").strip()
    if _NUMBER.fullmatch(bare):
        return float(bare)
    if _NAN.fullmatch(bare):
        return float("nan")
    infinite = _INF.fullmatch(bare)
    if infinite:
        return float("-inf") if infinite[1] == "-" else float("inf")
    wrapped = _WRAPPED.fullmatch(bare)
    if wrapped:
        return number(wrapped[1] or wrapped[2])
    if bare.endswith("%") and bare != "%":
        return number(bare[:-1])
    return None


def spelled(text: str) -> bool:
    """Whether a text is a number in some spelling."""
    return number(text) is not None


def is_text(start: bytes) -> bool:
    """Whether the first bytes of a file are text, UTF-16 included."""
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    if b"\0" in start:
        return start.count(b"\0") * 5 > len(start) * 2 and not start[0::2].count(b"\0") * start[1::2].count(b"\0")
    return (len(start) - len(start.translate(None, _STRANGE))) * 50 <= len(start)


def encoding(start: bytes) -> str:
    """The encoding of a text that begins with those bytes."""
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if b"\0" in start[:64]:
        return "utf-16-be" if start[:1] == b"\0" else "utf-16-le"
    return "utf-8-sig"


def decoded(data: bytes) -> str:
    """The text of bytes, whatever the encoding; what cannot be decoded becomes a mark."""
    return data.decode(encoding(data[:64]), "replace")
