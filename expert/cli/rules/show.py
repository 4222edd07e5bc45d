"""`expert rules show`: one rule, symptom, diagnosis or remedy, with the place of every value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from expert.cli import _given
from expert.cli.rules import _files

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.argument("id_", metavar="ID")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_given.judging
def show(id_: str, paths: tuple[str, ...], settled: Configuration) -> None:
    """Print a rule, symptom, diagnosis or remedy as it is in force, with file and line of every value.

    \b
    expert rules show overfitting
    expert rules show house-cold-start house.yaml
    """
    from expert.authoring.cards import card, in_text
    from expert.layers import origins
    from expert.problems import nearest

    knowledge = _files.knowledge(settled, paths)
    try:
        _given.say(in_text(card(id_, knowledge, origins(_files.with_named(settled, paths)))))
    except KeyError:
        known = [*knowledge.rules, *knowledge.symptoms, *knowledge.diagnoses, *knowledge.remedies]
        raise click.UsageError(f"{id_!r} is no rule, symptom, diagnosis or remedy{nearest(id_, known)}") from None
