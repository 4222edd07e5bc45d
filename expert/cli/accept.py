"""`expert accept`: a finding that a person has looked at and lives with, until a day."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from expert.cli import _given


@click.command()
@click.argument("finding")
@click.option("--reason", required=True, help="Why; it stands on the site.")
@click.option("--until", required=True, metavar="DATE", help="The last day, as in 2026-12-31.")
@click.option(
    "--state",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="The state of the nightly site, SITE/.expert.",
)
def accept(finding: str, reason: str, until: str, state: Path) -> None:
    """Accept a FINDING of the nightly site: it is shown apart and is no news until the day is over.

    The finding's id is its anchor on the site (#finding-ID) and stands in index.json.

    \b
    expert accept 3f2a90c1d2e4 --reason 'known, fixed in v2' --until 2026-12-31 --state night/.expert
    """
    from expert.fleet import history, sightings

    try:
        last = datetime.date.fromisoformat(until)
    except ValueError as error:
        raise click.UsageError(f"--until {until!r}: a date is expected, as in 2026-12-31") from error
    if not reason.strip():
        raise click.UsageError("--reason is empty; say why the finding is accepted")
    try:
        with history.opened(state / "history.sqlite", wait=60) as known:
            end, today = last + datetime.timedelta(1), datetime.date.today()
            sightings.accept(known, finding, reason, end.isoformat(), today.isoformat())
    except KeyError as error:
        raise click.UsageError(f"there is no finding {finding!r} in {state}; index.json lists them") from error
    except history.HistoryError as error:
        raise _given.Failure(str(error)) from error
