"""`expert explain`: how a finding was concluded, and why one was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from expert.cli import _given

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.argument("source")
@click.argument("id_", metavar="[ID]", required=False)
@click.option(
    "--why-not",
    is_flag=False,
    flag_value="",
    metavar="[ID]",
    help="Why this diagnosis, symptom or rule was not concluded.",
)
@_given.options
@_given.judging
def explain(
    source: str,
    id_: str | None,
    why_not: str | None,
    run_name: str,
    added: _given.Added,
    redact: bool,
    settled: Configuration,
) -> None:
    """Say how a finding, symptom or rule was concluded: the facts, the rules they met, and the log's lines.

    Without an ID every finding is explained. --why-not ID names the first condition that failed, with what was
    observed and by how much, or the input that is missing.

    \b
    expert explain metrics.csv overfitting
    expert explain metrics.csv overfitting --why-not
    """
    from expert import explain as explanations
    from expert.cli import _trip
    from expert.diagnose import plans

    knowledge = _given.knowledge(settled)
    if why_not == "":
        if not id_:
            raise click.UsageError("--why-not needs an ID, as in expert explain metrics.csv overfitting --why-not")
        id_, why_not = None, id_
    for asked in filter(None, (id_, why_not)):
        _given.check_id(asked, knowledge)
    given = _given.given(added, settled)
    with _given.mistakes():
        found = list(plans(source, given, redact, knowledge, run_name))
    if run_name and not any(plan.run.name == run_name for plan in found):
        raise click.UsageError(_given.no_such_run(run_name, [source], given))
    judged = [plan for plan in found if plan.knowledge is not None]
    _given.check_columns(given, [plan.run for plan in judged])
    for plan in found:
        if plan not in judged:
            _given.say(_trip.complaint(plan), err=True)
    for plan in judged:
        if len(judged) > 1:
            _given.say(f"{'' if plan is judged[0] else chr(10)}run {plan.run.name}")
        if why_not:
            _given.say(explanations.why_not(plan, why_not))
        if id_:
            _given.say(explanations.how(plan, id_))
        if not id_ and not why_not:
            told = [explanations.how(plan, finding.diagnosis.id) for finding in plan.findings]
            _given.say("\n\n".join(told) or f"{plan.verdict}: nothing to explain; --why-not ID says why not")
    if all(plan.verdict == "Not judged" for plan in found):
        raise SystemExit(3)
