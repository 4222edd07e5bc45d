"""The packs that a command is about: all that are in force, or those that a person names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from expert.cli import _given

if TYPE_CHECKING:
    from expert.configuration import Configuration
    from expert.knowledge import KnowledgeBase


def with_named(settled: Configuration, paths: Iterable[str]) -> Configuration:
    """The configuration with the packs of the paths. Raises click.UsageError for paths that hold none."""
    from expert.configuration import also

    return also(settled, ((("rules",), str(file)) for file in named(paths)), "PATH")


def asked(settled: Configuration, paths: Collection[str]) -> list[Path | Traversable]:
    """The files of the paths; without any, all that the configuration has in force."""
    from expert.layers import packs

    with _given.mistakes():
        return [*named(paths)] if paths else packs(settled)


def knowledge(settled: Configuration, paths: Iterable[str]) -> KnowledgeBase:
    """What all packs of the configuration and of the paths know. Raises Failure for mistakes in them."""
    from expert.layers import everything

    with _given.mistakes():
        return everything(with_named(settled, paths))


def named(paths: Iterable[str]) -> list[Path]:
    """The pack files of the paths; a folder stands for the packs in it."""
    found: dict[Path, Path] = {}
    for text in paths:
        path = Path(text)
        if not path.exists():
            raise click.UsageError(f"{text}: there is no such file or folder")
        inside = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        if not inside:
            raise click.UsageError(f"{text}: no pack (*.yaml) lies in it")
        found.update({file.resolve(): file for file in inside})
    return list(found.values())
