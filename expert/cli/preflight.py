"""`expert preflight`: look at a model, its loss and one batch before they train."""

from __future__ import annotations

import click

from expert.cli import _given
from expert.cli.diagnose import SEVERITIES


@click.command()
@click.argument("target", metavar="MODULE:FUNCTION")
@click.option("-o", "--output", metavar="PATH", help="Where to write; '-' is standard output. [report.html]")
@click.option("--format", "formats", metavar="LIST", help="html, json, markdown, text; several with commas. [html]")
@click.option("--open", "show", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=60,
    show_default=True,
    help="How long the checks may take at most; importing the script and writing the page come on top.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["never", *SEVERITIES]),
    default="never",
    help="Exit with 1 if a finding is at least this severe.",
    show_default=True,
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but mistakes.")
def preflight(
    target: str, output: str | None, formats: str | None, show: bool, seconds: float, fail_on: str, quiet: bool
) -> None:
    """Look at a PyTorch model, its loss and one batch before they train: print the plan and write it as a page.

    The function of a module or a file returns (model, loss_fn, batch), and if you like an optimizer and a dict of
    settings after them. Everything is tried on copies.

    \b
    expert preflight train:parts
    expert preflight scripts/train.py:parts --seconds 20 --fail-on high
    """
    from expert.cli import _pages, _trip

    forms = _trip.formats(formats, output)
    try:
        from expert.live.preflight import preflight as look
        from expert.live.script import parts
        from expert.script import ScriptError
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise _given.Failure("preflight needs PyTorch: pip install 'training-expert[live]'") from error
    with _given.mistakes(), _given.busy("loading", quiet) as tell:
        try:
            given = parts(target)
            plan = look(**given, seconds=seconds, tell=tell)
        except (ScriptError, TypeError, ValueError) as error:
            raise _given.Failure(str(error)) from error
    if output == "-":
        click.echo(_pages.rendered([plan], forms[0]), nl=False)
    else:
        _trip.deliver([plan], forms, _pages.target(output, forms), show, quiet)
    raise SystemExit(_trip.exit_code([plan], fail_on))
