"""What a person points at, and what the person adds to it → run logs.

A source is a file, a folder, a glob, a URL, `-` (standard input), a mapping of names to lists, or a data frame.
"""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from expert import baselines, vocabulary
from expert.measured import Measured
from expert.readers import Refused, claim, read, told
from expert.readers._memory import from_mapping
from expert.readers._onward import Memory
from expert.readers.beside import NAMES
from expert.run import Direction, RunLog
from expert.words import Words

Source = str | Path | RunLog | Mapping[str, Sequence[float]] | Any
"""The last is a data frame of pandas or polars."""

_STDIN_NAMES = ("log.jsonl", "log.json", "log.csv", "log.tsv", "log.txt", "log.log")


@dataclass(frozen=True)
class Given:
    """What a person adds to a log: settings, names of columns, directions, runs to compare with, the reader to use, and
    what was measured of the data sets.

    `words` are what the team settled once; nobody is told where a log has none of them.
    """

    settings: Mapping[str, object] = field(default_factory=dict)
    mapped: Mapping[str, str] = field(default_factory=dict)
    directions: Mapping[str, Direction] = field(default_factory=dict)
    baselines: tuple[RunLog, ...] = ()
    reader: str = ""
    words: Words = field(default_factory=Words)
    data: Measured = field(default_factory=Measured)

    @property
    def understood(self) -> Words:
        """The team's words, and the names and directions that the person gives for this time."""
        return self.words.with_given(self.mapped, self.directions)


def runs(source: Source, given: Given, memory: Memory | None = None) -> Iterator[RunLog | Refused]:
    """The runs of one source, with what the person adds to them; a source that cannot be read is Refused.

    Logs of lines are read on from where the `memory` has them.
    """
    for run in _read(source, given, memory):
        if isinstance(run, Refused):
            yield run
            continue
        known = {**baselines.known(run, given.baselines), **vocabulary.settings(given.settings)}
        yield replace(
            run,
            settings={**given.data.settings, **run.settings, **known},
            facts=(*run.facts, *given.data.facts),
            exhibits=(*run.exhibits, *given.data.exhibits),
            notes=(*run.notes, *given.data.notes),
        )


def single(source: Source, given: Given) -> RunLog:
    """The only run of a source, or that of several whose name stands after a `#`, as in `sweep.csv#sweep trial 7`.

    Raises ValueError if it cannot be read, holds several, or none of that name.
    """
    place, name = _parted(source)
    found = list(runs(place, given))
    names = ", ".join(map(_name, found[:20])) + (", …" if len(found) > 20 else "")
    if not found:
        raise ValueError(f"{place}: it holds no run")
    if name:
        found = [run for run in found if isinstance(run, Refused) or run.name == name]
    if not found:
        raise ValueError(f"{place}: it holds no run {name!r}, but {names}")
    if len(found) > 1:
        example = f"{place}#{_name(found[0])}"
        raise ValueError(f"{place}: it holds {len(found)} runs, here one is needed, as in {example!r}: {names}")
    if isinstance(found[0], Refused):
        raise ValueError(f"{found[0].source}: {found[0].reason}")
    return found[0]


def _parted(source: Source) -> tuple[Source, str]:
    """A source and the name of one of its runs; no name where the whole is a source."""
    if not isinstance(source, str | Path) or "#" not in str(source) or Path(source).exists():
        return source, ""
    place, _, name = str(source).rpartition("#")
    return place, name


def expand(sources: Iterable[str | Path]) -> list[str | Path]:
    """The sources with each glob replaced by what it matches, each once; a glob without a match stays."""
    found: dict[str, str | Path] = {}
    for source in sources:
        text = str(source)
        if glob.has_magic(text) and not Path(text).exists():
            matches = sorted(match for match in glob.glob(text, recursive=True) if Path(match).name not in NAMES)
            found.update({str(Path(match).resolve()): match for match in matches or [text]})
        else:
            found.setdefault(text if text == "-" else str(Path(text).resolve()), source)
    return list(found.values())


def _read(source: Source, given: Given, memory: Memory | None) -> Iterator[RunLog | Refused]:
    if isinstance(source, RunLog):
        yield vocabulary.understand(source, given.understood)
    elif not isinstance(source, str | Path):
        yield vocabulary.understand(from_mapping(_columns(source)), given.understood)
    elif str(source) == "-":
        yield from _standard_input(given)
    elif "://" in str(source):
        yield from _remote(str(source), given)
    elif glob.has_magic(str(source)) and not Path(source).exists():
        matches = [match for match in expand([source]) if Path(match).exists()]
        for match in matches:
            yield from _of_path(Path(match), given, memory)
        if not matches:
            yield Refused(str(source), "no file or folder matches this pattern")
    else:
        yield from _of_path(Path(source), given, memory)


def _columns(source: Any) -> Any:
    """The frame that a lazy one of polars stands for; an index of pandas that is a clock becomes a column."""
    if type(source).__module__.startswith("polars") and hasattr(source, "collect"):
        return source.collect()
    clock = getattr(getattr(source, "index", None), "name", None)
    if isinstance(clock, str) and vocabulary.clock(clock) and clock not in source:
        return source.reset_index()
    return source


def _of_path(path: Path, given: Given, memory: Memory | None = None) -> Iterator[RunLog | Refused]:
    try:
        yield from read(path, given.understood, given.reader, memory)
    except Exception as error:  # a defect of one reader must not stop the other sources
        yield Refused(str(path), defect(error))


def defect(error: Exception) -> str:
    """How a mistake of this program is told to the person who met it."""
    return f"a defect of expert itself: {type(error).__name__}: {error}"


def _remote(url: str, given: Given) -> Iterator[RunLog | Refused]:
    """The runs of a file or folder that fsspec fetches, whatever it can speak to: s3, gs, https, memory."""
    import tempfile

    try:
        from fsspec.core import url_to_fs
    except ImportError:
        yield Refused(url, "a URL is fetched by fsspec; pip install 'training-expert[remote]' brings it")
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            files, place = url_to_fs(url)
            target = Path(folder, *place.strip("/").split("/")[-2:])
            target.parent.mkdir(parents=True, exist_ok=True)
            files.get(place, str(target), recursive=files.isdir(place))
        except Exception as error:  # each protocol has errors of its own
            yield Refused(url, f"{url}: it cannot be fetched: {error or type(error).__name__}")
            return
        for run in _of_path(target, given):
            yield told(run, target, url)


def _standard_input(given: Given) -> Iterator[RunLog | Refused]:
    """The run that is piped in; the first file name under which a reader recognizes it decides its form."""
    import tempfile

    content = sys.stdin.buffer.read()
    if not content.strip():
        yield Refused("-", "standard input is empty")
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in _STDIN_NAMES:
            path = Path(folder, name)
            path.write_bytes(content)
            if claim(path, given.reader):
                break
            path.unlink()
        else:
            path = Path(folder, _STDIN_NAMES[-1])
            path.write_bytes(content)
        for run in _of_path(path, given):
            if isinstance(run, Refused):
                yield Refused("-", run.reason.replace(str(path), "standard input"))
            else:
                series = tuple(replace(s, file="-" if s.file else "") for s in run.series)
                yield replace(run, name="standard input", source="-", series=series)


def _name(run: RunLog | Refused) -> str:
    return run.source if isinstance(run, Refused) else run.name
