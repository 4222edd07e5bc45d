"""`expert rules migrate`: packs of an older format, rewritten."""

from __future__ import annotations

import click

from expert.cli import _given
from expert.cli.rules import _files


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
def migrate(paths: tuple[str, ...]) -> None:
    """Rewrite packs of an older format in the format of today. Comments, and all that the format leaves alone, stay.

    \b
    expert rules migrate house.yaml
    expert rules migrate rules/
    """
    from expert.packs.migrate import migrated

    for file in _files.named(paths):
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise _given.Failure(f"{file} cannot be read: {error}") from error
        with _given.mistakes():
            new, version = migrated(text, str(file))
        if new == text:
            _given.say(f"{file}: is of format {version} already")
            continue
        _given.write(file, new)
        _given.say(f"{file}: format {version} rewritten; next: expert rules check {file}")
