"""`expert diagnose`: from logs to plans and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from expert.cli import _given

if TYPE_CHECKING:
    from expert.configuration import Configuration

SEVERITIES = ("critical", "high", "medium", "low", "note")


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("-o", "--output", metavar="PATH", help="Where to write; '-' is standard output. [report.html]")
@click.option(
    "--format",
    "formats",
    metavar="LIST",
    help="html, json, markdown, text, sarif, junit, github; several with commas. [html]",
)
@click.option("--open", "show", is_flag=True, help="Open the page in the browser.")
@click.option("--select", multiple=True, metavar="ID", help="Judge only this diagnosis or rule; may be repeated.")
@click.option("--ignore", multiple=True, metavar="ID", help="Leave this diagnosis or rule out; may be repeated.")
@click.option(
    "--fail-on",
    type=click.Choice(["never", *SEVERITIES]),
    default="never",
    help="Exit with 1 if a finding is at least this severe.",
    show_default=True,
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but mistakes.")
@_given.options
@_given.judging
def diagnose(
    sources: tuple[str, ...],
    output: str | None,
    formats: str | None,
    show: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    quiet: bool,
    run_name: str,
    added: _given.Added,
    redact: bool,
    settled: Configuration,
) -> None:
    """Judge runs: print the plan and write it as a page, report.html.

    A SOURCE is a file, a folder, a pattern, or '-' for standard input. Several runs make a folder, report/, with an
    index and one page per run.

    \b
    expert diagnose metrics.csv
    expert diagnose runs/ --format html,json -o nightly
    expert diagnose log.txt --set num_classes=10 --map col7=val_loss
    expert diagnose metrics.csv -o - --format json | jq .verdict
    tail -n 5000 train.log | expert diagnose -
    """
    from expert.cli import _pages, _trip

    forms = _trip.formats(formats, output)
    knowledge = _given.knowledge(settled, select, ignore)
    given = _given.given(added, settled)
    plans = _trip.judged(sources, given, redact, knowledge, run_name, quiet)
    selected = [*select, *(one.value for one in settled.select)]
    if selected:
        plans = [_trip.narrowed(plan, selected) for plan in plans]
    if output == "-":
        if forms[0] == "html" and len(plans) > 1:
            raise _given.Failure("several pages need a folder: -o DIR")
        if quiet or forms[0] != "text":
            _trip.complain(plans)
        click.echo(_pages.rendered(plans, forms[0]), nl=False)
    elif _trip.nowhere(sources, plans):
        _trip.complain(plans)
    else:
        _trip.deliver(plans, forms, _pages.target(output, forms), show, quiet)
    raise SystemExit(_trip.exit_code(plans, fail_on))
