"""`expert rules test`: what the tests and examples of packs come to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from expert.cli import _given
from expert.cli.rules import _files

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write JUnit XML too.")
@_given.judging
def test(paths: tuple[str, ...], junit: Path | None, settled: Configuration) -> None:
    """Run the tests and examples of packs: of the files named, else of all that are in force.

    Exit codes: 0 all pass; 1 one does not; 2 a pack holds a mistake.

    \b
    expert rules test house.yaml
    expert rules test rules/ --junit rules.xml
    """
    from expert.authoring import examples, trials
    from expert.authoring.outcomes import in_junit, in_text
    from expert.packs.tests import pack_tests
    from expert.selection import in_profile
    from expert.signals import catalogue

    knowledge, asked = _files.knowledge(settled, paths), _files.asked(settled, paths)
    with _given.mistakes():
        found = pack_tests(asked, knowledge, catalogue())
    names, judging = {str(file) for file in asked}, in_profile(knowledge, "explore")
    outcomes = [*examples.outcomes(knowledge, names), *trials.outcomes(found, judging)]
    outcomes.sort(key=lambda outcome: outcome.where.rpartition(":")[0])
    _given.say(in_text(outcomes))
    if junit:
        _given.write(junit, in_junit(outcomes))
    raise SystemExit(int(any(outcome.failed for outcome in outcomes)))
