"""`expert rules list`: all rules that are in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from expert.cli import _given
from expert.cli.rules import _files

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_given.judging
def list(paths: tuple[str, ...], settled: Configuration) -> None:  # the command's name
    """Print the rules in force: id, certainty, what it concludes, status and place; of the packs named, or of all."""
    from expert.authoring.places import shown

    knowledge = _files.knowledge(settled, paths)
    files = {str(file) for file in _files.asked(settled, paths)}
    rules = [rule for rule in knowledge.rules.values() if rule.where.rpartition(":")[0] in files]
    rows = [(r.id, f"{r.certainty:+g}", r.then, r.status, shown(r.where)) for r in rules]
    widths = [max((len(row[n]) for row in rows), default=0) for n in range(5)]
    for row in rows:
        _given.say("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    _given.say(f"{len(rows)} rules", err=True)
