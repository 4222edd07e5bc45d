"""`expert rules`: for people who write packs. One file per command, found by its place."""

from __future__ import annotations

import click

from expert.cli import Commands


@click.command(cls=Commands)
def rules() -> None:
    """Write rules of your own: check, test, look at and document them.

    \b
    expert rules new house.yaml        a commented pack to begin with
    expert rules check house.yaml      every mistake and every doubt, with its place
    expert rules test house.yaml       what its examples and tests come to
    """
