"""`expert facts`: everything that was measured."""

from __future__ import annotations

from pathlib import Path

import click

from expert.cli import _given


@click.command()
@click.argument("source")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "parquet"]),
    default="text",
    help="csv or parquet: the series that were read, one row per point.",
    show_default=True,
)
@click.option("-o", "--output", metavar="PATH", default="-", help="Where to write; '-' is standard output. [-]")
@_given.options
@_given.NO_CONFIG
def facts(
    source: str,
    form: str,
    output: str,
    run_name: str,
    added: _given.Added,
    redact: bool,
    no_config: bool,
) -> None:
    """Print every fact of a run, with the series and steps it was read from; or export the series themselves.

    Also how the columns were understood, which reader took the log and why, what it skipped, and what could not be
    measured.

    \b
    expert facts metrics.csv
    expert facts runs/ --run seed-3
    expert facts runs/ --format parquet -o series.parquet
    """
    from expert.diagnose import shareable
    from expert.export import exported
    from expert.listing import listing
    from expert.readers import Refused
    from expert.redact import identity_masked, secrets_masked
    from expert.sources import runs

    settled = _given.configuration((), (), None, no_config)
    given = _given.given(added, settled)
    chosen, read = [], 0
    for run in runs(source, given):
        if isinstance(run, Refused):
            refused = f"{run.source}: {run.reason}"
            _given.say(secrets_masked(identity_masked(refused) if redact else refused), err=True)
            continue
        read += 1
        if run_name in ("", run.name):
            chosen.append(shareable(run, redact))
    if read and not chosen:
        raise click.UsageError(_given.no_such_run(run_name, [source], given))
    if not chosen:
        raise SystemExit(3)
    _given.check_columns(given, chosen)
    listed = _given.harmless("\n".join(f"{listing(run)}\n" for run in chosen)) if form == "text" else ""
    content = listed.encode() or exported(chosen, form)
    if output == "-":
        click.echo(content if form == "parquet" else _given.harmless(content.decode()), nl=False)
    else:
        try:
            Path(output).write_bytes(content)
        except OSError as error:
            raise _given.Failure(f"{output} cannot be written: {error.strerror or error}") from error
