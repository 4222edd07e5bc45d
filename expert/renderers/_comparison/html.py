"""Comparison → one self-contained page, as readable as the page of a run."""

from __future__ import annotations

from expert.comparison import Comparison
from expert.renderers._comparison import letter, sections
from expert.renderers.html import page


def render(found: Comparison) -> str:
    """The page."""
    runs = [(letter(n), *run) for n, run in enumerate(zip(found.runs, found.verdicts, strict=True))]
    return page("compare.html", {"runs": runs, "sections": [one for one in sections(found) if one[1]]})
