"""`expert rules new`: a pack to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from expert.cli import _given


@click.command()
@click.argument("name", metavar="NAME")
def new(name: str) -> None:
    """Write a commented pack to begin with, which passes its check and its tests.

    \b
    expert rules new house             writes house.yaml
    expert rules new packs/house.yaml
    """
    from expert.authoring.starter import starter

    path = Path(name) if name.endswith((".yaml", ".yml")) else Path(f"{name}.yaml")
    if path.exists():
        raise _given.Failure(f"{path} exists already; nothing was written")
    try:
        text = starter(path.stem)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    _given.write(path, text)
    _given.say(f"written: {path}; next: expert rules check {path}", err=True)
