"""Comparison → Markdown that fits a ticket."""

from __future__ import annotations

from expert.comparison import Comparison
from expert.renderers._comparison import letter, sections
from expert.renderers.markdown import plain


def render(found: Comparison) -> str:
    """A list of the runs, then a table of each kind."""
    runs = zip(found.runs, found.verdicts, strict=True)
    blocks = ["\n".join(f"- **{letter(n)}** {plain(name)}: {verdict}" for n, (name, verdict) in enumerate(runs))]
    heads = " | ".join(letter(n) for n in range(len(found.runs)))
    for title, rows in sections(found):
        if rows:
            lines = (f"| {plain(row.meaning or row.name)} | {' | '.join(map(plain, row.values))} |" for row in rows)
            rule = " --- |" * (len(found.runs) + 1)
            blocks.append("\n".join([f"### {title}", "", f"| | {heads} |", f"|{rule}", *lines]))
    return "\n\n".join(blocks) + "\n"
