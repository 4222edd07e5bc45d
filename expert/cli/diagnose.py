"""`expert diagnose`: from logs to plans and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from expert.cli import _given, _output

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--select", multiple=True, metavar="ID", help="Judge only this diagnosis or rule; may be repeated.")
@click.option("--ignore", multiple=True, metavar="ID", help="Leave this diagnosis or rule out; may be repeated.")
@_output.options
@_given.options
@_given.judging
def diagnose(
    sources: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    output: _output.Output,
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
    from expert.cli import _trip

    knowledge = _given.knowledge(settled, select, ignore)
    given = _given.given(added, settled)
    plans = _trip.judged(sources, given, redact, knowledge, run_name, output.quiet)
    selected = [*select, *(one.value for one in settled.select)]
    if selected:
        plans = [_trip.narrowed(plan, selected) for plan in plans]
    output.finish(plans, not _trip.nowhere(sources, plans))
