"""`expert verify`: whether what was advised was done, and whether it worked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from expert.cli import _given

if TYPE_CHECKING:
    from expert.plan import Plan
    from expert.verify import Trial


@click.command()
@click.argument("before")
@click.argument("after")
@click.option(
    "--state",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The state of a nightly site: write the outcomes to its ledger.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify(before: str, after: str, state: Path | None, form: str) -> None:
    """Compare a run with the one after the change: which remedies were applied, which conditions hold now.

    Of a source of several runs the name of one stands after a #. Exits with 1 if a remedy was applied and its
    conditions failed.

    \b
    expert verify runs/monday/ runs/tuesday/
    expert verify old.csv new.csv --state night/.expert
    expert verify 'sweep.csv#sweep trial 3' 'sweep.csv#sweep trial 7'
    """
    from expert.verify import changes, verified

    plans = [_plan(source) for source in (before, after)]
    trials = verified(*plans)
    if state is not None:
        _keep(state, plans, trials)
    if form == "json":
        import dataclasses

        import orjson

        found = [{**dataclasses.asdict(trial), "result": trial.result} for trial in trials]
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2, default=str).decode())
    else:
        differ = ", ".join(map(str, changes(*plans))) or "none"
        _given.say(f"settings that differ: {differ}")
        for trial in trials:
            _given.say("\n".join(_lines(trial)))
        if not trials:
            _given.say(f"{plans[0].run.name} has nothing to remedy")
    raise SystemExit(int(any(trial.applied == "applied" and trial.result == "failed" for trial in trials)))


def _plan(source: str) -> Plan:
    from expert.diagnose import judge, shareable
    from expert.sources import Given, single

    try:
        with _given.mistakes():
            return judge(shareable(single(source, Given()), redact=False))
    except ValueError as error:
        raise _given.Failure(str(error)) from error


def _keep(state: Path, plans: list[Plan], trials: tuple[Trial, ...]) -> None:
    from expert.fleet import history, ledger

    try:
        with history.opened(state / "history.sqlite", wait=60) as known:
            ledger.record(known, plans[0].run.source, plans[1].run.source, trials)
    except history.HistoryError as error:
        raise _given.Failure(str(error)) from error


def _lines(trial: Trial) -> list[str]:
    turned = f" ({', '.join(map(str, trial.changes))})" if trial.changes else ""
    lines = [f"\n{trial.title}", f"  {_applied(trial)}{turned}; {trial.result}"]
    for check in trial.checks:
        seen = f"; observed: {check.observed}" if check.observed else ""
        lacks = f"; the later run lacks {', '.join(check.lacks)}" if check.lacks else ""
        lines.append(f"  {check.result:<11} {check.condition}{seen}{lacks}")
    if trial.gone:
        lines.append(f"  no longer found: {', '.join(trial.gone)}")
    return lines


def _applied(trial: Trial) -> str:
    if trial.applied != "cannot tell":
        return trial.applied
    if not trial.settings:
        return "whether it was applied does not show in the settings"
    return f"cannot tell whether it was applied: neither run gives {' or '.join(trial.settings)}"
