"""`expert tune`: from many runs and their settings to the next search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from expert.cli import _given, _output

if TYPE_CHECKING:
    from expert.configuration import Configuration

_EXTRA = {"optuna", "sklearn", "scipy", "threadpoolctl"}


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="RUNS...")
@click.option("--metric", metavar="NAME", default="", help="The result of a trial. [what validation says]")
@click.option("--select", multiple=True, metavar="ID", help="Judge only this diagnosis or rule; may be repeated.")
@click.option("--ignore", multiple=True, metavar="ID", help="Leave this diagnosis or rule out; may be repeated.")
@_output.options
@_given.options
@_given.judging
def tune(
    sources: tuple[str, ...],
    metric: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    output: _output.Output,
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
    from expert.cli import _trip

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
    output.finish(found, not _trip.nowhere(sources, found))
