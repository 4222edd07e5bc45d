"""What all commands that end in plans have in common: where these go, and what a finding does to the exit code."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import click

from expert.cli._given import Failure

if TYPE_CHECKING:
    from expert.plan import Plan

SEVERITIES = ("critical", "high", "medium", "low", "note")

_OPTIONS = (
    click.option("-o", "--output", metavar="PATH", help="Where to write; '-' is standard output. [report.html]"),
    click.option(
        "--format",
        "formats",
        metavar="LIST",
        help="html, json, markdown, text, sarif, junit, github; several with commas. [html]",
    ),
    click.option("--open", "show", is_flag=True, help="Open the page in the browser."),
    click.option(
        "--fail-on",
        type=click.Choice(["never", *SEVERITIES]),
        default="never",
        help="Exit with 1 if a finding is at least this severe.",
        show_default=True,
    ),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but mistakes."),
)


@dataclass(frozen=True)
class Output:
    """Where plans go: a path, `-` or nothing said, in which forms; whether to open the page, and what makes it fail."""

    path: str | None
    forms: list[str]
    show: bool
    fail_on: str
    quiet: bool

    def finish(self, plans: Sequence[Plan], something_there: bool = True) -> NoReturn:
        """Print the plans, write them and end the command; where nothing was there to judge, nothing is written."""
        from expert.cli import _pages, _trip

        if self.path == "-":
            if self.forms[0] == "html" and len(plans) > 1:
                raise Failure("several pages need a folder: -o DIR")
            if self.quiet or self.forms[0] != "text":
                _trip.complain(plans)
            click.echo(_pages.rendered(plans, self.forms[0]), nl=False)
        elif not something_there:
            _trip.complain(plans)
        else:
            _trip.deliver(plans, self.forms, _pages.target(self.path, self.forms), self.show, self.quiet)
        raise SystemExit(_trip.exit_code(plans, self.fail_on))


def options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say where plans go; the command gets them as `output`. A format that is none ends it at once."""

    @functools.wraps(command)
    def collected(
        *given: object,
        output: str | None,
        formats: str | None,
        show: bool,
        fail_on: str,
        quiet: bool,
        **others: object,
    ) -> None:
        from expert.cli import _trip

        command(*given, output=Output(output, _trip.formats(formats, output), show, fail_on, quiet), **others)

    for option in reversed(_OPTIONS):
        collected = option(collected)
    return collected
