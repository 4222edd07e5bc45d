"""`expert rules doc`: pages about the rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from expert.cli import _given
from expert.cli.rules import _files

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_given.judging
def doc(folder: Path, paths: tuple[str, ...], settled: Configuration) -> None:
    """Write one page per rule into a folder, an index, and the graph of all: rules of the packs named, or all.

    \b
    expert rules doc docs/rules
    expert rules doc docs/house house.yaml
    """
    from expert.authoring.document import pages
    from expert.authoring.graph import drawing
    from expert.packs.tests import pack_tests
    from expert.renderers import graph
    from expert.signals import catalogue

    knowledge, asked = _files.knowledge(settled, paths), _files.asked(settled, paths)
    with _given.mistakes():
        tests = pack_tests(asked, knowledge, catalogue())
    files = {str(file) for file in asked}
    for name, text in pages(knowledge, tests, files).items():
        _given.write(folder / name, text)
    _given.write(folder / "rules.svg", graph(drawing(knowledge)))
    _given.say(f"written: {folder / 'index.html'}", err=True)
