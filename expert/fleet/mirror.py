"""A root that is a URL, kept as a folder: what changed there since the last night is fetched, through fsspec."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from expert.files import save
from expert.fleet.places import Lost, Selection
from expert.fleet.tracking import TrackingError, is_tracking_server, track
from expert.readers._unpacked import is_no_log


class MirrorError(RuntimeError):
    """A root that cannot be fetched; the message says why and what to do."""


def mirror(url: str, target: Path, selection: Selection) -> None:
    """Make a folder hold the logs of a URL as they are now.

    Of the files there those are fetched that are admitted, could be logs, and differ in size, time or tag from what is
    here; what is gone there goes here. Raises MirrorError.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise MirrorError(f"{url}: fetched by fsspec; pip install 'training-expert[remote]' brings it") from error
    try:
        files, place = url_to_fs(url)
        listed = files.find(place, detail=True)
        if not listed and not files.exists(place):
            raise MirrorError(f"{url}: there is no such file or folder")
        there = dict(_logs(place, listed, selection))
        for key, (path, status) in there.items():
            _fetch(files, path, target / key, status)
    except MirrorError:
        raise
    except Exception as error:  # each protocol has errors of its own
        raise MirrorError(f"{url}: it cannot be fetched: {error or type(error).__name__}") from error
    for file in target.rglob("*"):
        if file.is_file() and file.relative_to(target).as_posix() not in there:
            file.unlink()


def _logs(
    place: str, listed: Mapping[str, Mapping[str, Any]], selection: Selection
) -> Iterator[tuple[str, tuple[str, Mapping[str, Any]]]]:
    """Of what was listed that which could be a log, by its path below the place."""
    for path, status in listed.items():
        key = path.removeprefix(place).lstrip("/") or Path(path).name
        if ".." not in key.split("/") and selection.admits(key) and not is_no_log(Path(key)):
            yield key, (path, status)


def _fetch(files: Any, path: str, target: Path, status: Mapping[str, Any]) -> None:
    """Fetch a file unless it is here as it is there. Its time of change is that of the original, where that is told."""
    modified = _modified(status)
    here = target.stat() if target.exists() else None
    same_size = here is not None and here.st_size == status.get("size")
    if here is not None and same_size and modified is not None and abs(here.st_mtime - modified) < 1:
        return
    content = files.cat_file(path)
    if same_size and target.read_bytes() == content:
        return
    save(target, content)
    if modified is not None:
        os.utime(target, (modified, modified))


def _modified(status: Mapping[str, Any]) -> float | None:
    """The time of the last change, in seconds since 1970, under the names that file systems give it."""
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        value = status.get(name)
        if isinstance(value, datetime):
            return value.timestamp()
        if isinstance(value, int | float):
            return float(value)
        if isinstance(value, str):
            try:
                return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
            except ValueError:
                continue
    return None


def local(roots: Iterable[str], folder: Path, selection: Selection) -> tuple[dict[str, str], list[Lost]]:
    """The roots as folders, each with what people call it: for a URL the folder that mirrors it, and the URL.

    With them the roots that could not be fetched.
    """
    found: dict[str, str] = {}
    lost = []
    for root in roots:
        if "://" not in root:
            found[root] = root
            continue
        target = folder / sha256(root.encode()).hexdigest()[:12] / (root.rstrip("/").rsplit("/", 1)[-1] or "root")
        try:
            fetch = track if is_tracking_server(root) else mirror
            fetch(root, target, selection)
            found[str(target)] = root.rstrip("/")
        except (MirrorError, TrackingError) as error:
            lost.append(Lost(str(target), root, str(error).removeprefix(f"{root}: ")))
    return found, lost
