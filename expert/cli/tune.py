"""`expert tune`: from many runs and their settings to the next search."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from expert.cli import _given
from expert.cli.diagnose import SEVERITIES

if TYPE_CHECKING:
    from expert.configuration import Configuration

_EXTRA = {"optuna", "sklearn", "scipy", "threadpoolctl"}


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="RUNS...")
@click.option("-o", "--output", metavar="PATH", help="Where to write; '-' is standard output. [report.html]")
@click.option(
    "--format",
    "formats",
    metavar="LIST",
    help="html, json, markdown, text, sarif, junit, github; several with commas. [html]",
)
@click.option("--open", "show", is_flag=True, help="Open the page in the browser.")
@click.option("--metric", metavar="NAME", default="", help="The result of a trial. [what validation says]")
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
def tune(
    sources: tuple[str, ...],
    output: str | None,
    formats: str | None,
    show: bool,
    metric: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    quiet: bool,
    run_name: str,
    added: _given.Added,
    redact: bool,
    settled: Configuration,
) -> None:
    """Judge a search over many runs: which knobs mattered, and what to search next.

    RUNS are folders or files of runs with their settings, a table with one row per trial (an export of Optuna, Ray
    Tune, W&B or MLflow, or your own), or a storage of Optuna (SQLite or journal).

    \b
    expert tune runs/
    expert tune sweep.csv --metric val_loss
    expert tune study.db --format html,json -o next
    expert tune sweep.csv --set direction.score=higher -o - --format text
    """
    from expert.cli import _pages, _trip

    forms = _trip.formats(formats, output)
    knowledge = _given.knowledge(settled, select, ignore)
    given = _given.given(added, settled)
    try:
        from expert.tune.results import UnclearResultError
        from expert.tune.sweep import plans

        with _given.mistakes():
            found = [p for p in plans(sources, given, metric, redact, knowledge) if run_name in ("", p.run.name)]
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _EXTRA:
            raise
        raise _given.Failure("tune needs Optuna and scikit-learn: pip install 'training-expert[tune]'") from error
    except UnclearResultError as error:
        raise click.UsageError(_given.harmless(str(error))) from error
    if not found:
        raise click.UsageError(f"there is no sweep {run_name!r}")
    if output == "-":
        if quiet or forms[0] != "text":
            _trip.complain(found)
        click.echo(_pages.rendered(found, forms[0]), nl=False)
    elif all(plan.knowledge is None for plan in found) and not any(Path(source).exists() for source in sources):
        _trip.complain(found)
    else:
        _trip.deliver(found, forms, _pages.target(output, forms), show, quiet)
    raise SystemExit(_trip.exit_code(found, fail_on))
