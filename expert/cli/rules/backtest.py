"""`expert rules backtest`: what a change of rules would have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from expert.cli import _given
from expert.cli.rules import _files

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("--against", "revision", metavar="REV", default="HEAD", help="What git calls before.", show_default=True)
@click.option("--fail-on-change", is_flag=True, help="Exit with 1 if a finding changes.")
@_given.judging
def backtest(runs: tuple[str, ...], revision: str, fail_on_change: bool, settled: Configuration) -> None:
    """Judge runs under the rules as they were committed and as they stand here, and tell which findings change.

    Rules that git does not track yet were not there before; those outside this repository do not change.

    \b
    expert rules backtest runs/ --rules house.yaml
    expert rules backtest 'runs/*.csv' --rules packs/ --against main
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from expert.authoring.backtest import HistoryError, changes, committed, table
    from expert.layers import packs
    from expert.packs import load
    from expert.signals import catalogue
    from expert.sources import expand

    after = _files.knowledge(settled, ())
    with _given.mistakes(), TemporaryDirectory() as folder:
        try:
            before = load(committed(packs(settled), revision, Path(folder)), catalogue(), settled.params)
        except HistoryError as error:
            raise _given.Failure(str(error)) from error
        found = list(changes(expand(runs), before, after))
    if not found:
        raise _given.Failure(f"no run can be read: {', '.join(runs)}")
    _given.say(table(found))
    raise SystemExit(int(fail_on_change and any(inside for _, inside in found)))
