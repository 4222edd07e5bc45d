"""`expert compare`: several runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from expert.cli import _given

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="A B...")
@click.option("-o", "--output", metavar="PATH", default="-", help="Where to write; '-' is standard output. [-]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "json", "markdown", "text"]),
    default="text",
    help="The format.",
    show_default=True,
)
@_given.options
@_given.judging
def compare(
    sources: tuple[str, ...],
    output: str,
    form: str,
    run_name: str,
    added: _given.Added,
    redact: bool,
    settled: Configuration,
) -> None:
    """Show where runs differ: findings, the best and last of each metric, settings and facts, side by side.

    \b
    expert compare good/ bad/
    expert compare runs/*.csv --format html -o compare.html
    """
    from expert.cli import _pages, _trip
    from expert.comparison import compare as compared
    from expert.renderers import render_comparison

    given = _given.given(added, settled)
    plans = _trip.judged(sources, given, redact, _given.knowledge(settled), run_name, True)
    read = [plan for plan in plans if plan.knowledge is not None]
    for plan in plans:
        if plan.knowledge is None:
            _given.say(_trip.complaint(plan), err=True)
    if len(read) < 2:
        raise click.UsageError(f"a comparison takes two runs at least; {len(read)} could be read")
    text = render_comparison(compared(read), form)
    if output == "-":
        click.echo(text, nl=False)
    else:
        _given.say(f"written: {_pages.saved(Path(output), text)}", err=True)
