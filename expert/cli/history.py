"""`expert history`: what a nightly site knows, for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from expert.cli import _given


@click.group()
def history() -> None:
    """What a nightly site knows of its runs and findings."""


@history.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--state",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="The state of the nightly site, SITE/.expert.",
)
def export(folder: Path, state: Path) -> None:
    """Write every table of the history into FOLDER as Parquet.

    \b
    expert history export tables/ --state night/.expert
    """
    from expert.fleet.history import HistoryError, opened

    try:
        with opened(state / "history.sqlite", wait=60) as known:
            written = known.export(folder)
    except HistoryError as error:
        raise _given.Failure(str(error)) from error
    except OSError as error:
        raise _given.Failure(f"{folder} cannot be written: {error.strerror or error}") from error
    _given.say("\n".join(map(str, written)))
