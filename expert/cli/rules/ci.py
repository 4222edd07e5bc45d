"""`expert rules ci`: a workflow that checks packs with each change."""

from __future__ import annotations

import click


@click.command()
@click.argument("folder", metavar="[FOLDER]", default="packs")
def ci(folder: str) -> None:
    """Print a GitHub workflow that checks, tests and documents the packs of a folder. [packs]

    For pre-commit there are the hooks expert-rules-check and expert-rules-test.

    \b
    expert rules ci > .github/workflows/rules.yml
    """
    import json
    import re

    from expert.shelf import shelf

    if not re.fullmatch(r"[\w./-]+", folder):
        raise click.UsageError(f"{folder!r} is no folder that a workflow can name plainly")
    text = (shelf("reports") / "rules.yml").read_text("utf-8")
    text = text.replace('"packs/**"', json.dumps(f"{folder}/**"))
    click.echo(re.sub(r"\bpacks\b(?= --|$)", folder, text, flags=re.MULTILINE), nl=False)
