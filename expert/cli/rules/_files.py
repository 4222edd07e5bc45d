"""The packs that a command is about: those that come with the product, and those that a person names."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from expert.cli import _given

if TYPE_CHECKING:
    from expert.knowledge import KnowledgeBase


def named(paths: Iterable[str]) -> list[Path]:
    """The pack files of the paths; a folder stands for the packs in it. Raises click.UsageError for none."""
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


def builtin(given: Iterable[Path]) -> list[Path | Traversable]:
    """The packs that come with the product, without those that are given themselves."""
    from expert.shelf import shelf

    taken = {path.resolve() for path in given}
    files = (file for file in shelf("rules").iterdir() if file.name.endswith(".yaml"))
    return sorted((file for file in files if Path(str(file)).resolve() not in taken), key=str)


def knowledge(paths: Iterable[str]) -> KnowledgeBase:
    """The knowledge of the packs that come along and of those named. Raises Failure for mistakes in them."""
    from expert.packs import load
    from expert.signals import catalogue

    given = named(paths)
    with _given.mistakes():
        return load([*builtin(given), *given], catalogue())
