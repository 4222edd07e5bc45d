"""Comparison → text. One format per file: a module with `render(comparison) -> str`."""

from __future__ import annotations

from collections.abc import Iterator

from expert.comparison import Comparison, Row

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def sections(found: Comparison) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """The titled tables of a comparison, in their order."""
    yield "Findings", found.findings
    yield "Results", found.results
    yield "Settings that differ", found.settings
    yield "Facts that differ", found.facts


def letter(n: int) -> str:
    """The short name of the run at a place: A to Z, then A2, B2, …"""
    return LETTERS[n % 26] + (str(n // 26 + 1) if n >= 26 else "")
