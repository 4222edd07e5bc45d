"""`expert facts`: everything that was measured."""

from __future__ import annotations

from pathlib import Path

import click

from expert.cli import _given


@click.command()
@click.argument("source")
@_given.options
def facts(
    source: str,
    run_name: str,
    settings_file: Path | None,
    assignments: tuple[str, ...],
    mapping: tuple[str, ...],
    baseline: str | None,
    redact: bool,
) -> None:
    """Print every fact of a run, with the series and steps it was read from.

    Also how the columns were understood, which reader took the log and why, what it skipped, and what could not be
    measured.

    \b
    expert facts metrics.csv
    expert facts runs/ --run seed-3
    """
    from expert.diagnose import shareable
    from expert.listing import listing
    from expert.readers import Refused
    from expert.sources import runs

    given = _given.given(settings_file, assignments, mapping, baseline)
    listed = read = 0
    for run in runs(source, given):
        if isinstance(run, Refused):
            click.echo(f"{run.source}: {run.reason}", err=True)
            continue
        read += 1
        if run_name in ("", run.name):
            click.echo(("\n" if listed else "") + listing(shareable(run, redact)))
            listed += 1
    if read and not listed:
        raise click.UsageError(_given.no_such_run(run_name, [source], given))
    if not listed:
        raise SystemExit(3)
