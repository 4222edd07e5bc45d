"""`expert config`: what was settled for this folder, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from expert.cli import _given

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.option("--origin", is_flag=True, help="Say of each value the file and line that settled it.")
@_given.judging
def config(origin: bool, settled: Configuration) -> None:
    """Print what the nearest pyproject.toml or expert.toml and the options settle.

    \b
    expert config --origin
    expert config --param optimization.spike_ratio=12 --origin
    """
    rows = [(".".join(path), _shown(one.value), str(one.place)) for path, one in sorted(settled.settled.items())]
    width = max((len(f"{key} = {value}") for key, value, _ in rows), default=0)
    for key, value, place in rows:
        _given.say(f"{f'{key} = {value}':<{width}}  {place}" if origin else f"{key} = {value}")
    if not rows:
        _given.say("nothing is settled: no [tool.expert] in a pyproject.toml and no expert.toml from here upward")


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)
