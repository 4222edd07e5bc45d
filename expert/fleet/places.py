"""Where the runs of a fleet lie: every log and run folder below the roots, with a signature that tells whether it grew.

Only what has changed since it was last seen is opened: a file whose size and time of change are the same is the same.
"""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from expert.readers import claim
from expert.readers._unpacked import packed
from expert.readers.beside import NAMES

_DEEPEST = 12
_MOST_FILES = 20_000
_LOGS = (".csv", ".tsv", ".jsonl", ".log", ".out")
"""What is called so is meant to be a log: if no reader takes it, that is said."""
_OF_TRACKERS = ("debug.log", "debug-internal.log", "debug-core.log", "debug-cli.root.log")
"""What W&B writes for its own developers, beside the runs."""
UNKNOWN = "none"
"""The reader of a file that is called like a log and that no reader takes."""


@dataclass(frozen=True)
class Seen:
    """What is known of a path from an earlier night: its signature then, and the reader that took it (none if '')."""

    signature: str
    reader: str


@dataclass(frozen=True)
class Place:
    """A file, or a folder that one reader takes as a whole. `key` names it below its root, with `/` on every system.

    `modified` is the time of its last change in seconds since 1970, `signature` a digest of the sizes and times of all
    its files and of the settings beside it.
    """

    path: str
    key: str
    signature: str
    reader: str
    modified: float


@dataclass(frozen=True)
class Lost:
    """A path that could not be looked at, and why."""

    path: str
    key: str
    reason: str


@dataclass(frozen=True)
class Selection:
    """Which of the files below a root count: patterns on the path below it, and the greatest age in days."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_age_days: float = 0
    """0: however old."""

    def admits(self, key: str) -> bool:
        """Whether a path below a root is included and not excluded."""
        included = not self.include or any(matches(key, pattern) for pattern in self.include)
        return included and not any(matches(key, pattern) for pattern in self.exclude)

    def enters(self, key: str) -> bool:
        """Whether a folder is worth looking into."""
        return not any(matches(key, pattern) or matches(f"{key}/", pattern) for pattern in self.exclude)


def places(roots: Sequence[str], selection: Selection, now: float, seen: Mapping[str, Seen]) -> Iterator[Place | Lost]:
    """Every place below the roots (folders, files, globs), in the order of their keys, each once.

    `seen` is what an earlier night knows by path. A root that does not exist is Lost.
    """
    found: dict[str, Place | Lost] = {}
    bases = _bases(roots)
    for base, prefix in bases:
        if isinstance(base, Lost):
            found.setdefault(base.path, base)
            continue
        for place in _Walk(prefix, selection, seen).below(base):
            found.setdefault(place.path, place)
    oldest = now - selection.max_age_days * 86_400 if selection.max_age_days else float("-inf")
    fresh = (place for place in found.values() if isinstance(place, Lost) or place.modified >= oldest)
    yield from sorted(fresh, key=lambda place: (place.key, place.path))


def _bases(roots: Sequence[str]) -> list[tuple[Path | Lost, str]]:
    """The files and folders that the roots name, with what their keys begin with where there are several."""
    named: list[Path | Lost] = []
    for root in roots:
        matches = [root] if Path(root).exists() else sorted(glob.glob(root, recursive=True))
        named += [Path(match) for match in matches] or [
            Lost(
                root,
                root,
                "no file or folder matches this pattern" if glob.has_magic(root) else "there is no such file or folder",
            )
        ]
    if len(named) == 1:
        return [(named[0], "")]
    names = [str(base.path) if isinstance(base, Lost) else base.resolve().name for base in named]
    return [
        (base, name if names.count(name) == 1 else str(base if isinstance(base, Path) else base.path).strip("/."))
        for base, name in zip(named, names, strict=True)
    ]


@dataclass
class _Walk:
    """One walk below one root. Symbolic links to folders are not followed, so there is no loop."""

    prefix: str
    selection: Selection
    seen: Mapping[str, Seen]
    entered: set[tuple[int, int]] = field(default_factory=set)

    def below(self, base: Path) -> Iterator[Place | Lost]:
        if base.is_file():
            yield from self._file(base, base.name, base.parent)
        else:
            yield from self._folder(base, "", 0)

    def _folder(self, folder: Path, key: str, depth: int) -> Iterator[Place | Lost]:
        try:
            status = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield Lost(str(folder), self._key(key), error.strerror or str(error))
            return
        if (status.st_dev, status.st_ino) in self.entered or depth > _DEEPEST:
            return
        self.entered.add((status.st_dev, status.st_ino))
        reader = self._reader(folder, f"folder {status.st_mtime_ns}")
        if reader:
            if not key or self.selection.admits(key):
                signature, modified = _of_folder(folder)
                yield Place(str(folder), self._key(key), signature, reader, modified)
            return
        for entry in entries:
            inner = f"{key}/{entry.name}" if key else entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if self.selection.enters(inner):
                    yield from self._folder(Path(entry.path), inner, depth + 1)
            elif entry.is_file() and entry.name not in NAMES:
                yield from self._file(Path(entry.path), inner, folder)

    def _file(self, path: Path, key: str, folder: Path) -> Iterator[Place | Lost]:
        if not self.selection.admits(key):
            return
        try:
            signature, modified = _of_file(path, folder)
            reader = self._reader(path, signature)
        except OSError as error:
            yield Lost(str(path), self._key(key), error.strerror or str(error))
            return
        if reader:
            yield Place(str(path), self._key(key), signature, reader, modified)

    def _key(self, key: str) -> str:
        return "/".join(part for part in (self.prefix, key) if part) or "."

    def _reader(self, path: Path, signature: str) -> str:
        """The reader that takes the path, or ''; known already if it has not changed."""
        known = self.seen.get(str(path))
        if known and known.reader not in ("", UNKNOWN) and path.is_file():
            return known.reader  # a log that grows remains one of its kind
        if known and known.signature == signature:
            return known.reader
        claims = claim(path)
        if claims:
            return claims[0][0]
        if path.is_dir():
            return ""
        named = path.suffix.lower() in _LOGS and path.name not in _OF_TRACKERS
        return "packed" if packed(path) else UNKNOWN if named else ""


def _of_file(path: Path, folder: Path) -> tuple[str, float]:
    """Signature and time of a file; the settings beside it belong to it."""
    beside = [folder / name for name in NAMES if (folder / name).is_file()]
    stats = [file.stat() for file in (path, *beside)]
    text = " ".join(f"{s.st_size}.{s.st_mtime_ns}" for s in stats)
    return sha256(text.encode()).hexdigest()[:16], stats[0].st_mtime


def _of_folder(folder: Path) -> tuple[str, float]:
    digest, modified = sha256(), 0.0
    for n, file in enumerate(_files(folder)):
        if n > _MOST_FILES:
            break
        status = file.stat()
        digest.update(f"{file.relative_to(folder)} {status.st_size}.{status.st_mtime_ns}\n".encode(errors="replace"))
        modified = max(modified, status.st_mtime)
    return digest.hexdigest()[:16], modified


def _files(folder: Path) -> Iterator[Path]:
    for inner, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(inner, name) for name in sorted(names) if Path(inner, name).is_file())


def content(place: Path) -> str:
    """The digest of everything that is read of a place: its bytes and those of the settings beside it, and its path.

    The path is part of it because a run is named after it. Raises OSError for a place that is not there any more.
    """
    place.stat()
    digest = sha256(f"{place}\0".encode(errors="replace"))
    files = list(_files(place)) if place.is_dir() else [place, *(place.parent / name for name in NAMES)]
    for file in files:
        if file.is_file():
            digest.update(f"{file.name}\0".encode(errors="replace"))
            with file.open("rb") as stream:
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
    return digest.hexdigest()[:32]


def matches(key: str, pattern: str) -> bool:
    """Whether a key, or its last part, matches a pattern of the shell; `*` and `**` cross folders."""
    if fnmatch.fnmatchcase(key, pattern) or fnmatch.fnmatchcase(key.rsplit("/", 1)[-1], pattern):
        return True
    return pattern.startswith("**/") and fnmatch.fnmatchcase(key, pattern[3:])


_STAMPS = re.compile(
    r"(?<![0-9])(?:19|20)\d\d[-_.]?[01]\d[-_.]?[0-3]\d(?:[-_T.]?[0-2]\d[-_.:h]?[0-5]\d(?:[-_.:m]?[0-5]\d)?)?(?![0-9])"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|(?<=version_)\d+|(?<![0-9])1[5-9]\d{8}(?![0-9])"
)


def family(key: str) -> str:
    """What a run is one of: its key with dates, times, UUIDs and Lightning's version numbers taken out.

    The runs of one family are one experiment repeated, night after night; the newest of them speaks for it.
    """
    return _STAMPS.sub("*", key)
