"""`expert rules check`: every mistake and every doubt of packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from expert.cli import _given
from expert.cli.rules import _files

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    help="sarif for code scanning, github for annotations of a pull request.",
    show_default=True,
)
@click.option("--strict", is_flag=True, help="Exit with 1 for a doubt too.")
@click.option("--explain", "code", metavar="CODE", help="Say what a code means, and check nothing.")
@_given.judging
def check(paths: tuple[str, ...], form: str, strict: bool, code: str | None, settled: Configuration) -> None:
    """Tell every mistake of packs, each with file, line, column and code; then what is doubtful about them.

    Checked are the packs named (a folder stands for those in it), together with all that are in force; without a
    name, all of them.

    Exit codes: 0 no mistake; 1 a doubt, with --strict; 2 a mistake.

    \b
    expert rules check house.yaml
    expert rules check rules/ --format sarif > rules.sarif
    expert rules check --explain W203
    """
    from expert.authoring import formats
    from expert.authoring.check import problems

    if code:
        try:
            _given.say(f"{code}: {formats.meaning(code)}")
        except KeyError:
            raise click.UsageError(f"there is no code {code!r}") from None
        return
    found = problems(_files.with_named(settled, paths), _files.asked(settled, paths))
    _given.say(formats.FORMATS[form](found), nl=False)
    raise SystemExit(2 if any(map(formats.is_mistake, found)) else int(strict and bool(found)))
