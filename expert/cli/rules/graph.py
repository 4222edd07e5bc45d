"""`expert rules graph`: the chain from symptoms to remedies as a picture."""

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
@click.option("-o", "--output", metavar="FILE", default="rules.svg", help="Where to write.", show_default=True)
@click.option("--about", "ids", multiple=True, metavar="ID", help="Draw only what touches this; may be repeated.")
@_given.judging
def graph(paths: tuple[str, ...], output: str, ids: tuple[str, ...], settled: Configuration) -> None:
    """Draw symptoms, diagnoses and remedies, and what leads to what, as one SVG.

    Drawn is what the packs named define; without a name, all that is in force.

    \b
    expert rules graph
    expert rules graph house.yaml -o house.svg
    expert rules graph --about divergence -o divergence.svg
    """
    from expert.authoring.graph import drawing
    from expert.knowledge import Remedy, Symptom
    from expert.problems import nearest
    from expert.renderers import graph as drawn

    knowledge = _files.knowledge(settled, paths)
    things: dict[str, Symptom | Remedy] = {**knowledge.symptoms, **knowledge.diagnoses, **knowledge.remedies}
    for id_ in ids:
        if id_ not in things:
            raise click.UsageError(f"{id_!r} is no symptom, diagnosis or remedy{nearest(id_, things)}")
    files = {str(file) for file in _files.asked(settled, paths)} if paths else set()
    own = [id_ for id_, thing in things.items() if thing.where.rpartition(":")[0] in files]
    picture = drawing(knowledge, ids or own)
    _given.write(Path(output), drawn(picture))
    _given.say(f"written: {output}", err=True)
