"""`expert rules backtest`: what a change of rules would have changed."""

from __future__ import annotations

import click

from expert.cli import _given
from expert.cli.rules import _files


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("--rules", "paths", multiple=True, metavar="PATH", help="A pack, or a folder of packs; may be repeated.")
@click.option("--against", "revision", metavar="REV", default="HEAD", help="What git calls before.", show_default=True)
@click.option("--fail-on-change", is_flag=True, help="Exit with 1 if a finding changes.")
def backtest(runs: tuple[str, ...], paths: tuple[str, ...], revision: str, fail_on_change: bool) -> None:
    """Judge runs under the rules as they were committed and as they stand here, and tell which findings change.

    Rules that git does not track yet were not there before; those outside this repository do not change.

    \b
    expert rules backtest runs/ --rules house.yaml
    expert rules backtest 'runs/*.csv' --rules packs/ --against main
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from expert.authoring.backtest import HistoryError, changes, committed, table
    from expert.packs import load
    from expert.signals import catalogue
    from expert.sources import expand

    given = _files.named(paths)
    files = [*_files.builtin(given), *given]
    with _given.mistakes(), TemporaryDirectory() as folder:
        after = load(files, catalogue())
        try:
            before = load(committed(files, revision, Path(folder)), catalogue())
        except HistoryError as error:
            raise _given.Failure(str(error)) from error
        found = list(changes(expand(runs), before, after))
    if not found:
        raise _given.Failure(f"no run can be read: {', '.join(runs)}")
    _given.say(table(found))
    raise SystemExit(int(fail_on_change and any(inside for _, inside in found)))
