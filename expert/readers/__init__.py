"""A log → RunLogs. One kind of log per file of this folder; exactly one of them recognizes each log.

A reader is a module with two functions: `recognizes(path)` says in a few words why the log is of its kind, or None;
`read(path)` yields the runs that it holds, with the columns under their own names, or raises `Unreadable`. It is found
by its place. Which metric a column is, is `vocabulary.py`'s to say.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from expert import vocabulary
from expert.readers.beside import settings_beside
from expert.run import Direction, RunLog

HEAD = 65_536
"""A log is recognized by at most this many of its first bytes."""
_DEEPEST = 6


class Unreadable(ValueError):  # noqa: N818 - it says what the log is, not what went wrong here
    """A log that cannot be read; the message names the file, the line where there is one, and the mend."""


class Reader(Protocol):
    """What every module of this folder offers whose name has no underscore, apart from `beside`."""

    def recognizes(self, path: Path) -> str | None:
        """Why the file or folder is of this kind, in a few words, or None."""

    def read(self, path: Path) -> Iterable[RunLog]:
        """The runs that it holds. Raises Unreadable."""


@dataclass(frozen=True)
class Refused:
    """A source that could not be read, and why."""

    source: str
    reason: str


@cache
def readers() -> Mapping[str, Reader]:
    """All readers by name."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    modules = {n: importlib.import_module(f"{__name__}.{n}") for n in names if not n.startswith("_")}
    return {n: cast(Reader, m) for n, m in sorted(modules.items()) if hasattr(m, "recognizes")}


def read(
    path: Path,
    mapped: Mapping[str, str] | None = None,
    directions: Mapping[str, Direction] | None = None,
    reader: str = "",
) -> Iterator[RunLog | Refused]:
    """The runs of a file or a folder, with their metrics named and with the settings that lie beside them.

    A folder that no reader takes as a whole is searched for logs. A log that cannot be read is Refused and does not
    stop the others. `reader` names the reader to use instead of the one that recognizes the log.
    """
    if not path.exists():
        yield Refused(str(path), "there is no such file or folder")
        return
    claims = claim(path) if not reader else [(reader, "asked for")]
    if not claims and path.is_dir():
        found = [run for inner in _inside(path) if claim(inner) for run in read(inner, mapped, directions)]
        yield from found or [Refused(str(path), "no log that any reader recognizes lies in this folder")]
        return
    if not claims:
        yield Refused(str(path), _unrecognized(path))
        return
    name, why = claims[0]
    try:
        for run in readers()[name].read(path):
            beside = vocabulary.settings(settings_beside(path))
            run = replace(run, settings={**beside, **vocabulary.settings(run.settings)}, reader=f"{name}: {why}")
            yield vocabulary.understand(run, mapped, directions)
    except (Unreadable, OSError) as error:
        yield Refused(str(path), str(error))


def claim(path: Path) -> list[tuple[str, str]]:
    """The readers that recognize a log, each with why; more than one is a defect of theirs."""
    found = ((name, reader.recognizes(path)) for name, reader in readers().items())
    return [(name, why) for name, why in found if why is not None]


def _inside(folder: Path, depth: int = 0) -> Iterator[Path]:
    """Every file and folder below that may be a log, the folders that a reader takes as a whole not entered."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir() and not claim(path):
            if depth < _DEEPEST:
                yield from _inside(path, depth + 1)
        else:
            yield path


def _unrecognized(path: Path) -> str:
    if not path.stat().st_size:
        return "the file is empty"
    return f"no reader recognizes it; the readers are {', '.join(readers())}"
