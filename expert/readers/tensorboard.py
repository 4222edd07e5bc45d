"""TensorBoard event files, and folders of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from expert import vocabulary
from expert.readers import Unreadable
from expert.readers._columns import head, run_name
from expert.readers._points import Points
from expert.run import RunLog

GENERAL = True
_MARK = "tfevents"
_NEEDED = "reading TensorBoard event files needs one more package: pip install training-expert[tensorboard]"
_HPARAMS = "_hparams_/"
_WHOLE = 24
"""A whole record is at least this long: its length, two checksums and a time."""


def recognizes(path: Path) -> str | None:
    """An event file by its name and its first record, or a folder with event files of one run."""
    if path.is_file():
        return "an event file" if _is_events(path) else None
    if not path.is_dir():
        return None
    own, parts = _events(path), _parts(path)
    if own:
        return f"a folder with {len(own)} event file{'s' * (len(own) > 1)}"
    return f"a folder with the event files of {' and '.join(part.name for part in parts)}" if parts else None


def read(path: Path) -> Iterator[RunLog]:
    """The run of the file or folder; folders of other runs inside it are runs of their own."""
    if path.is_file():
        yield _run(path, {"": [path]})
        return
    own, parts = _events(path), _parts(path)
    yield _run(path, {"": own, **{part.name: _events(part) for part in parts}})
    if own:
        for inner in sorted(path.rglob(f"*{_MARK}*")):
            folder = inner.parent
            if folder != path and folder not in parts and inner == _events(folder)[0]:
                yield _run(folder, {"": _events(folder)})


def _is_events(path: Path) -> bool:
    start = head(path, 12)
    return len(start) == 12 and _MARK in path.name and int.from_bytes(start[:8], "little") < 1 << 20


def _events(folder: Path) -> list[Path]:
    """The event files that lie in a folder, in the order of time."""
    found = [path for path in folder.iterdir() if path.is_file() and _is_events(path)]
    return sorted(found, key=lambda path: (_began(path), path.name))


def _began(path: Path) -> int:
    found = re.search(rf"{_MARK}\.(\d+)", path.name)
    return int(found[1]) if found else 0


def _parts(folder: Path) -> list[Path]:
    """Folders inside that belong to one run: its splits, the curves of `add_scalars`, the results of `add_hparams`."""
    inner = [path for path in sorted(folder.iterdir()) if path.is_dir() and not path.is_symlink() and _events(path)]
    splits = [path for path in inner if vocabulary.plain(path.name) in ("train", "training") or _held_out(path)]
    if not _events(folder):
        return splits if any(not _held_out(path) for path in splits) else []
    curves = [path for path in inner if path not in splits and vocabulary.split(path.name) and "_" in path.name]
    given = [path for path in inner if re.fullmatch(r"\d{9,}\.\d+", path.name)]
    return sorted([*splits, *curves, *given])


def _held_out(folder: Path) -> bool:
    return vocabulary.plain(folder.name) in ("val", "valid", "validation", "eval", "evaluation", "test", "dev")


@dataclass
class _Found:
    """What the files of a run hold: the points of all tags, the settings, and the tags that are no scalars."""

    points: Points = field(default_factory=Points)
    settings: dict[str, object] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)


def _run(path: Path, files: Mapping[str, list[Path]]) -> RunLog:
    found = _Found()
    notes = []
    for part, paths in files.items():
        for file in paths:
            damage = _read_file(file, part, found)
            notes += [damage] if damage else []
    if not found.points.steps:
        other = f"; it holds {', '.join(sorted(found.skipped)[:8])}" if found.skipped else ""
        raise Unreadable(f"{path}: its event files hold no scalars{other}{'; ' + notes[0] if notes else ''}")
    if found.skipped:
        notes.append(f"summaries that are no scalars are ignored: {', '.join(sorted(found.skipped)[:10])}")
    return found.points.run(path, _name(path), settings=found.settings, notes=notes)


def _name(path: Path) -> str:
    return run_name(path) if path.is_file() else path.resolve().name


def _read_file(path: Path, part: str, found: _Found) -> str:
    """Adds what a file holds, up to where it is damaged; says where that is."""
    try:
        from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.tensorflow_stub.errors import DataLossError
    except ImportError as error:
        raise Unreadable(f"{path}: {_NEEDED} ({error})") from error
    from google.protobuf.message import DecodeError

    read, size = 0, path.stat().st_size
    try:
        for record in RawEventFileLoader(str(path)).Load():
            event = Event.FromString(record)
            read += 12 + len(record) + 4
            for value in event.summary.value:
                _take(value, part, float(event.step), float(event.wall_time), found)
    except (DecodeError, DataLossError, ValueError, IndexError) as error:
        return f"{path.name} is damaged after byte {read} ({error or type(error).__name__}); what stands before is read"
    if read < size:
        return f"{path.name} is cut after byte {read} of {size}; what stands before is read"
    return ""


def _take(value: Any, part: str, step: float, time: float, found: _Found) -> None:
    tag = value.tag
    if tag.startswith(_HPARAMS):
        _hparams(value, found)
        return
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        found.points.add(_column(tag, part), step, float(value.simple_value), time)
    elif kind == "tensor":
        _tensor(value, part, step, time, found)
    elif len(found.skipped) < 1000:
        found.skipped.add(tag)


def _tensor(value: Any, part: str, step: float, time: float, found: _Found) -> None:
    from tensorboard.util.tensor_util import make_ndarray

    try:
        array = make_ndarray(value.tensor)
    except (TypeError, ValueError):
        found.skipped.add(value.tag)
        return
    if array.size == 1 and array.dtype.kind in "fiub":
        found.points.add(_column(value.tag, part), step, float(array.reshape(())), time)
    elif array.size == 1 and array.dtype.kind in "OS" and part == "":
        _text(value.tag, array.reshape(-1)[0], found)
    elif len(found.skipped) < 1000:
        found.skipped.add(value.tag)


def _text(tag: str, content: Any, found: _Found) -> None:
    """A text summary of settings, as the Trainer of transformers writes `args`."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
    if any(word in tag.lower() for word in ("args", "config", "hparams", "hyperparam")):
        try:
            given = json.loads(text.strip().strip("`").strip())
        except ValueError:
            given = dict(re.findall(r"^\|?\s*([\w./-]+)\s*\|\s*([^|\n]+?)\s*\|?$", text, re.MULTILINE))
        if isinstance(given, dict):
            found.settings.update(given)
            return
    found.skipped.add(tag)


def _column(tag: str, part: str) -> str:
    """The tag, with the part of the run that its folder names: `train/loss`, or the folder of `add_scalars` itself."""
    if not part or re.fullmatch(r"\d{9,}\.\d+", part):
        return str(tag)
    if part.startswith(tag.replace("/", "_") + "_"):
        return f"{tag}_{part[len(tag) + 1 :]}"
    return f"{part}/{tag}"


def _hparams(value: Any, found: _Found) -> None:
    from google.protobuf.message import DecodeError
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    try:
        data = HParamsPluginData.FromString(value.metadata.plugin_data.content)
    except DecodeError:
        return
    for name, given in data.session_start_info.hparams.items():
        kind = given.WhichOneof("kind")
        if kind:
            found.settings[name] = getattr(given, kind)
