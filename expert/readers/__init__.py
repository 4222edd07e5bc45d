"""A log → RunLogs. One kind of log per file of this folder; exactly one of them recognizes each log.

A reader is a module with two functions: `recognizes(path)` says in a few words why the log is of its kind, or None;
`read(path)` yields the runs that it holds, with the columns under their own names, or raises `Unreadable`. It is found
by its place. A reader of a form that others write in too (any table, any JSON Lines, any text) says `GENERAL = True`,
and a log that a reader of one program's form recognizes is not offered to it; one that can go on where a log ended
says `GROWS = True` and takes a memory (`_onward.py`). Which metric a column is, is
`vocabulary.py`'s to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from expert import rooms, vocabulary
from expert.readers._columns import head
from expert.readers._onward import Memory
from expert.readers._text import decoded, is_text
from expert.readers._unpacked import BROKEN, is_log, packed, unpacked
from expert.readers.beside import NAMES, settings_beside
from expert.run import RunLog
from expert.words import Words

_DEEPEST = 6


class Unreadable(ValueError):  # noqa: N818 - it says what the log is, not what went wrong here
    """A log that cannot be read; the message names the file, the line where there is one, and the mend."""


class Reader(Protocol):
    """What every module of this folder offers whose name has no underscore, apart from `beside`."""

    def recognizes(self, path: Path) -> str | None:
        """Why the file or folder is of this kind, in a few words, or None."""

    def read(self, path: Path) -> Iterable[RunLog]:
        """The runs that it holds. Raises Unreadable."""


@runtime_checkable
class ReaderOfLines(Protocol):
    """A reader that takes a log line by line, and can go on where it ended; it says `GROWS = True`."""

    GROWS: bool

    def read(self, path: Path, memory: Memory | None = None) -> Iterable[RunLog]:
        """The runs that the log holds. Raises Unreadable."""


@dataclass(frozen=True)
class Refused:
    """A source that could not be read, and why."""

    source: str
    reason: str


@cache
def readers() -> Mapping[str, Reader]:
    """All readers by name."""
    return {n: cast(Reader, m) for n, m in rooms.modules(__name__).items() if hasattr(m, "recognizes")}


def read(
    path: Path,
    words: Words = Words(),  # noqa: B008 - frozen and empty
    reader: str = "",
    memory: Memory | None = None,
) -> Iterator[RunLog | Refused]:
    """The runs of a file or a folder, with their metrics named and with the settings that lie beside them.

    A folder that no reader takes as a whole is searched for logs; tables there without a known metric are Refused. A
    log that cannot be read is Refused and does not stop the others. `reader` names the only reader that is used: for a
    file whether it recognizes it or not, in a folder for what it recognizes. Logs of lines are read on from where the
    `memory` has them, as if they were read whole.
    """
    if not path.exists():
        yield Refused(str(path), "there is no such file or folder")
        return
    if path.is_file() and packed(path):
        yield from _of_packed(path, words, reader)
        return
    claims = claim(path, reader) or ([(reader, "asked for")] if reader and path.is_file() else [])
    if claims:
        yield from _runs(path, *claims[0], words, memory)
    elif path.is_dir():
        found = [
            run
            for inner, name, why in _inside(path, reader)
            for run in (_runs(inner, name, why, words, memory) if name else _of_packed(inner, words, reader))
        ]
        judged = any(isinstance(run, RunLog) and _has_metric(run) for run in found)
        yield from [_without_metric(run) if judged else run for run in found] or [Refused(str(path), _no_log(path))]
    else:
        yield Refused(str(path), _unrecognized(path))


def claim(path: Path, only: str = "") -> list[tuple[str, str]]:
    """The readers that recognize a log, each with why; more than one is a defect of theirs. `only` asks one of them."""
    asked = {only: readers()[only]} if only else readers()
    found = [(n, reader, reader.recognizes(path)) for n, reader in asked.items()]
    claims = [(name, why, getattr(reader, "GENERAL", False)) for name, reader, why in found if why is not None]
    general = all(only for _, _, only in claims)
    return [(name, why) for name, why, only in claims if general or not only]


def _runs(path: Path, name: str, why: str, words: Words, memory: Memory | None) -> Iterator[RunLog | Refused]:
    try:
        reader = readers()[name]
        for run in reader.read(path, memory) if isinstance(reader, ReaderOfLines) else reader.read(path):
            beside, notes = settings_beside(Path(run.source))
            settings = {**vocabulary.settings(beside), **vocabulary.settings(run.settings)}
            spelled = {**vocabulary.spelled(beside), **vocabulary.spelled(run.settings)}
            notes = (*run.notes, *notes)
            run = replace(run, settings=settings, spelled=spelled, notes=notes, reader=f"{name}: {why}")
            yield vocabulary.understand(run, words)
    except (Unreadable, OSError) as error:
        yield Refused(str(path), str(error))
    except RecursionError:
        yield Refused(str(path), f"{path}: it is nested too deeply")


def told(run: RunLog | Refused, inner: Path, origin: str) -> RunLog | Refused:
    """The run with the source that a person knows instead of the place where it was put for a while."""
    source = run.source.replace(str(inner), origin)
    if isinstance(run, Refused):
        return Refused(source, run.reason.replace(str(inner), origin))
    return replace(run, source=source)


def _of_packed(path: Path, words: Words, reader: str) -> Iterator[RunLog | Refused]:
    """The runs of a compressed log or an archive."""
    try:
        with unpacked(path) as (inner, notes):
            for run in read(inner, words, reader) if not packed(inner) else ():
                named = told(run, inner, str(path))
                yield named if isinstance(named, Refused) else replace(named, notes=(*notes, *named.notes))
            if packed(inner):
                yield Refused(str(path), f"{path}: it is packed twice; unpack it once yourself")
    except BROKEN as error:
        yield Refused(str(path), str(error) if str(path) in str(error) else f"{path}: {error}")


def _inside(folder: Path, reader: str = "", depth: int = 0) -> Iterator[tuple[Path, str, str]]:
    """Every log below with its reader and why; the folders that a reader takes as a whole are not entered."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink() or (path.name in NAMES and path.is_file()):
            continue
        claims = claim(path, reader)
        if claims:
            yield path, *claims[0]
        elif path.is_dir() and depth < _DEEPEST:
            yield from _inside(path, reader, depth + 1)
        elif is_log(path):
            yield path, "", ""


def _has_metric(run: RunLog) -> bool:
    return any(series.role for series in run.series)


def _without_metric(run: RunLog | Refused) -> RunLog | Refused:
    """A table that lies among logs and holds no metric is data, not a run."""
    if isinstance(run, Refused) or _has_metric(run):
        return run
    columns = ", ".join(series.column for series in run.series[:8])
    return Refused(run.source, f"no column of it is a known metric ({columns}); name one with --map COLUMN=val_loss")


def _no_log(folder: Path) -> str:
    names = [path.name for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    if not names:
        return "the folder is empty"
    some = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return f"no log that any reader recognizes lies in this folder; it holds {some}"


def _unrecognized(path: Path) -> str:
    start = head(path)
    if not start.strip():
        return "the file is empty"
    kind = next((what for mark, what in _FOREIGN.items() if start.startswith(mark)), "")
    if kind:
        return f"it is {kind}, not a log"
    if not is_text(start):
        return "it holds bytes of an unknown kind, not text"
    first = next(iter(decoded(start).strip().splitlines()), "")[:60]
    if first.startswith(("{", "[")):
        return f"it is JSON of a form that no reader knows; it begins with {first!r}"
    return f"no line of it gives a metric a value, as in 'epoch 1 loss: 0.5'; it begins with {first!r}"


_FOREIGN = {
    b"PK\x03\x04": "a zip archive or a PyTorch checkpoint",
    b"\x1f\x8b": "compressed with gzip",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"%PDF": "a PDF document",
    b"\x80\x02": "a Python pickle",
    b"\x80\x04": "a Python pickle",
    b"\x89HDF": "an HDF5 file",
    b"SQLite format 3": "an SQLite database",
}
