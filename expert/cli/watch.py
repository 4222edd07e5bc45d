"""`expert watch`: judge a run while it trains."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from expert.cli import _given
from expert.cli._output import SEVERITIES

if TYPE_CHECKING:
    from expert.configuration import Configuration
    from expert.fleet.watch import Look
    from expert.readers._onward import Memory


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--every", type=click.FloatRange(0.1), default=30.0, metavar="SECONDS", show_default=True)
@click.option(
    "--idle",
    type=click.FloatRange(0),
    default=1800.0,
    metavar="SECONDS",
    show_default=True,
    help="End once the log has not changed for so long.",
)
@click.option("--until", type=click.Choice(SEVERITIES), help="End with exit code 1 at a finding as severe as this.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Keep the page here up to date.")
@_given.judging
@_given.options
def watch(
    source: Path,
    every: float,
    idle: float,
    until: str | None,
    output: Path | None,
    run_name: str,
    added: _given.Added,
    redact: bool,
    settled: Configuration,
) -> None:
    """Judge a run in progress whenever its log grows; tell what is new.

    What is found while the run goes on is provisional. Ends when the log is idle, or at --until, so that a supervisor
    can stop the job.

    \b
    expert watch runs/today/ --every 60 -o report.html
    expert watch train.log --until high || scancel $SLURM_JOB_ID
    """
    from expert.fleet.watch import looks
    from expert.plan import Plan

    given = _given.given(added, settled)
    knowledge = _given.knowledge(settled)
    memory: Memory = {}

    def judge() -> Plan:
        from expert.cli import _trip

        return _trip.judged([str(source)], given, redact, knowledge, run_name, True, memory)[0]

    for look in looks(source, judge, every, idle):
        _tell(look)
        if output is not None:
            from expert.files import save
            from expert.renderers import render

            save(output, render(look.plan, "html").encode())
        counted = SEVERITIES[: SEVERITIES.index(until) + 1] if until else ()
        if any(finding.severity in counted for finding in look.plan.findings):
            raise SystemExit(1)


def _tell(look: Look) -> None:
    from expert.renderers import _words as words

    whole = words.span(look.plan.run)
    at = f"{look.plan.run.clock} {words.step(whole[1])}" if whole else "no step yet"
    provisional = " (provisional)" if look.growing else ""
    for finding in look.appeared:
        about = f" ({words.short(finding.about)})" if finding.about else ""
        title = finding.diagnosis.title.rstrip(".")
        _given.say(
            f"{at}: {finding.severity}: {title}{about}{provisional}. {' '.join(words.strongest(finding, look.plan, 1))}"
        )
    for finding in look.gone:
        _given.say(f"{at}: no longer found: {finding.diagnosis.title.rstrip('.')}")
    if not look.appeared and not look.gone:
        _given.say(f"{at}: {words.verdict(look.plan)}", err=True)
