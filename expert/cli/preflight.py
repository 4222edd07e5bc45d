"""`expert preflight`: look at a model, its loss and one batch before they train."""

from __future__ import annotations

import click

from expert.cli import _given, _output


@click.command()
@click.argument("target", metavar="MODULE:FUNCTION")
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=60,
    show_default=True,
    help="How long the checks may take at most; importing the script and writing the page come on top.",
)
@_output.options
def preflight(target: str, seconds: float, output: _output.Output) -> None:
    """Look at a PyTorch model, its loss and one batch before they train: print the plan and write it as a page.

    The function of a module or a file returns (model, loss_fn, batch), and if you like an optimizer and a dict of
    settings after them. Everything is tried on copies.

    \b
    expert preflight train:parts
    expert preflight scripts/train.py:parts --seconds 20 --fail-on high
    """
    try:
        from expert.live.preflight import preflight as look
        from expert.live.script import parts
        from expert.script import ScriptError
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise _given.Failure("preflight needs PyTorch: pip install 'training-expert[live]'") from error
    with _given.mistakes(), _given.busy("loading", output.quiet) as tell:
        try:
            given = parts(target)
            plan = look(**given, seconds=seconds, tell=tell)
        except (ScriptError, TypeError, ValueError) as error:
            raise _given.Failure(str(error)) from error
    output.finish([plan])
