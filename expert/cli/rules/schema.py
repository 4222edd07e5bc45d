"""`expert rules schema`: completion and help for packs in editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from expert.cli import _given
from expert.cli.rules import _files

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--output", metavar="FILE", default="-", help="Where to write; '-' is standard output. [-]")
@_given.judging
def schema(paths: tuple[str, ...], output: str, settled: Configuration) -> None:
    """Print a JSON Schema of packs, which knows every fact with its meaning and unit.

    An editor with YAML support offers and checks keys, facts and ids when a pack begins with
    '# yaml-language-server: $schema=./pack.schema.json'. The ids of the packs named are offered too.

    \b
    expert rules schema -o pack.schema.json
    """
    from expert.authoring.schema import schema as of
    from expert.signals import catalogue

    knowledge = _files.knowledge(settled, paths)
    text = json.dumps(of(knowledge, catalogue()), indent=1, ensure_ascii=False) + "\n"
    if output == "-":
        _given.say(text, nl=False)
    else:
        _given.write(Path(output), text)
