"""`expert demo`: the whole trip on a log that comes along."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "-o", "--output", default="report.html", metavar="PATH", help="Where to write the page.", show_default=True
)
@click.option("--open", "show", is_flag=True, help="Open the page in the browser.")
def demo(output: str, show: bool) -> None:
    """Judge a real run that comes along: print its plan and write report.html."""
    from expert.cli import _given, _trip
    from expert.configuration import Configuration
    from expert.shelf import shelf
    from expert.sources import Given

    log = str(shelf("reports") / "demo" / "digits.csv")
    plans = _trip.judged([log], Given(), False, _given.knowledge(Configuration()), "", False)
    _trip.deliver(plans, ["html"], Path(output), show, False)
    click.echo("next: expert diagnose YOUR_LOG", err=True)
