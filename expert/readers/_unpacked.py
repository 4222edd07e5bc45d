"""Compressed logs and archives of run folders, unpacked for a while and within bounds."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath, PurePosixPath
from typing import IO, Any

from expert.readers._columns import head
from expert.readers.beside import NAMES

LEAST_ALLOWED, TIMES_ALLOWED, MOST_FILES = 256 * 2**20, 100, 10_000
"""What is unpacked may be this large in any case, or this many times as large as the file; an archive holds so many."""
BROKEN = (ValueError, OSError, EOFError, RuntimeError, tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
"""What the standard library raises for files that are damaged, locked, or not what they seem."""
_CHUNK = 2**20
_MARKS = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ\x00": "xz", b"PK\x03\x04": "zip"}
_COMPRESSED = (".gz", ".bz2", ".zst", ".xz", ".tgz", ".gzip")
_LOGS = (".log", ".txt", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".out")
_NO_LOGS = (".pt", ".pth", ".ckpt", ".bin", ".safetensors", ".h5", ".hdf5", ".keras", ".npz", ".npy", ".onnx", ".pkl")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".mp4", ".wav", ".mp3", ".so", ".whl")


def packed(path: Path) -> str:
    """How a file is packed (gzip, bz2, zstd, xz, tar or zip), or nothing; checkpoints are zip files, but not meant."""
    start = head(path, 512) if path.suffix.lower() not in _NO_LOGS else b""
    kind = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "")
    if kind == "zip" and not _is_archive(path):
        return ""
    return "tar" if start[257:262] == b"ustar" else kind


def is_log(path: Path) -> bool:
    """Whether a file among others is one compressed log, such as `train.log.gz`."""
    return path.suffix.lower() in _COMPRESSED and Path(path.stem).suffix.lower() in _LOGS and packed(path) != ""


def is_no_log(path: PurePath) -> bool:
    """Whether a file is called like a checkpoint, a picture or a program."""
    return path.suffix.lower() in (*_NO_LOGS, *_PICTURES)


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The log or the folder that a file holds, for as long as the block lasts, and what must be said of it.

    Of a damaged file what comes before the damage is there. Raises one of BROKEN if nothing is, or if it is larger than
    is allowed.
    """
    with tempfile.TemporaryDirectory() as temporary:
        notes: list[str] = []
        place, left = Path(temporary), _Left(path)
        kind, inner = packed(path), path
        if kind not in ("tar", "zip"):
            inner = place / (path.stem if path.suffix.lower() in _COMPRESSED else path.name)
            _decompress(path, kind, inner, left, notes)
            for name in NAMES:
                if (path.parent / name).is_file() and (path.parent / name).stat().st_size < _CHUNK:
                    shutil.copy(path.parent / name, place)
        if packed(inner) in ("tar", "zip"):
            unpack, inner, archive = _unzip if kind == "zip" else _untar, _folder(place, path), inner
            unpack(archive, inner, left, notes)
        yield inner, tuple(notes)


def _folder(place: Path, path: Path) -> Path:
    folder = place / "unpacked" / path.name.split(".")[0]
    folder.mkdir(parents=True)
    return folder


class _Left:
    """How many bytes may still be unpacked."""

    def __init__(self, path: Path):
        self.path = path
        self.allowed = max(LEAST_ALLOWED, TIMES_ALLOWED * path.stat().st_size)
        self.bytes = self.allowed

    def take(self, count: int) -> None:
        self.bytes -= count
        if self.bytes < 0:
            raise ValueError(
                f"{self.path}: it unpacks to more than {self.allowed // 2**20} MiB, {TIMES_ALLOWED} times its size; if "
                "that is right, unpack it yourself and name what it holds"
            )


def _decompress(path: Path, kind: str, target: Path, left: _Left, notes: list[str]) -> None:
    with _OPENED[kind](path) as stream:
        damage = _copied(stream, target, left)
    if damage:
        if not target.stat().st_size:
            raise ValueError(f"{path}: the {kind} data are damaged from the beginning: {damage}")
        notes.append(f"the {kind} data are damaged ({damage}); what comes before is read")


def _zstd(path: Path) -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise ValueError(f"{path}: it is compressed with zstd; pip install 'training-expert[zstd]' reads it") from error
    return zstandard.open(path, "rb")


_OPENED: Mapping[str, Callable[[Path], Any]] = {
    "gzip": gzip.GzipFile,
    "bz2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
    "zstd": _zstd,
}


def _copied(stream: Any, target: Path, left: _Left) -> str:
    """Writes what a stream gives; what went wrong, or nothing. Raises ValueError where it is too much."""
    with target.open("wb") as file:
        while True:
            try:
                chunk = stream.read1(_CHUNK)  # `read` would lose what stands right before the damage
            except Exception as error:  # each way of packing has errors of its own
                return str(error) or type(error).__name__
            if not chunk:
                return ""
            left.take(len(chunk))
            file.write(chunk)


def _untar(path: Path, folder: Path, left: _Left, notes: list[str]) -> None:
    with tarfile.open(path) as archive:
        try:
            for count, member in enumerate(archive, 1):
                left.take(member.size)
                _check(count, path)
                stream = archive.extractfile(member) if member.isfile() and _wanted(member.name) else None
                if stream is not None:
                    _save(stream, folder, member.name, _Left(path), notes)
        except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
            notes.append(f"the archive is damaged ({error}); what comes before is read")


def _unzip(path: Path, folder: Path, left: _Left, notes: list[str]) -> None:
    with zipfile.ZipFile(path) as archive:
        for count, member in enumerate(archive.infolist(), 1):
            _check(count, path)
            if not member.is_dir() and _wanted(member.filename):
                with archive.open(member) as stream:
                    _save(stream, folder, member.filename, left, notes)


def _check(count: int, path: Path) -> None:
    if count > MOST_FILES:
        raise ValueError(f"{path}: it holds more than {MOST_FILES:,} files; unpack it yourself and name a run's folder")


def _wanted(name: str) -> bool:
    """Whether a member lies inside the archive's folder and may be a log; checkpoints and pictures are left packed."""
    place = PurePosixPath(name)
    return (
        not is_no_log(place)
        and not place.is_absolute()
        and ".." not in place.parts
        and "\\" not in name
        and ":" not in name
    )


def _save(stream: IO[bytes], folder: Path, name: str, left: _Left, notes: list[str]) -> None:
    target = folder / PurePosixPath(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    damage = _copied(stream, target, left)
    if damage:
        notes.append(f"{name} is damaged in the archive ({damage}); what comes before is read")


def _is_archive(path: Path) -> bool:
    """Whether a zip file is an archive of files, not a checkpoint, a document or a package."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:MOST_FILES]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    marks = ("data.pkl", "[Content_Types].xml", "model.weights.h5", "META-INF/MANIFEST.MF")
    return any(names) and not any(name.endswith(marks) for name in names)
