"""Facts by content: what was read and measured of a place, so that a changed rule judges it again without its log.

One file per content, `<digest>.npz`, an archive of plain NumPy arrays and one JSON text (nothing in it is executed when
it is read). A series of many points is kept thinned, as its page draws it: its facts were measured on all of them.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from expert.facts import Fact
from expert.files import save
from expert.readers import Refused
from expert.run import Event, RunLog, Series

FORMAT = 1
_MOST_POINTS = 4_096
_ARRAYS = ("steps", "values", "epochs", "times", "lines")


@dataclass(frozen=True)
class Measured:
    """A run with everything that was measured of it."""

    run: RunLog
    facts: tuple[Fact, ...]


Content = tuple[Measured | Refused, ...]
"""The runs of one place, and what of it was refused."""


def path(folder: Path, digest: str) -> Path:
    """Where the facts of a content lie."""
    return folder / digest[:2] / f"{digest}.npz"


def stored(folder: Path, digest: str) -> Content | None:
    """The facts of a content; None if they were never stored, or are damaged or of another version."""
    try:
        return loads(path(folder, digest).read_bytes())
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None


def store(folder: Path, digest: str, content: bytes) -> None:
    """Keep the facts of a content, whole or not at all."""
    save(path(folder, digest), content)


def dumps(content: Content) -> bytes:
    """The content as the bytes of an archive; the same content gives the same bytes."""
    arrays: dict[bytes, tuple[str, np.ndarray[Any, Any]]] = {}

    def kept(array: np.ndarray[Any, Any] | None) -> str | None:
        if array is None:
            return None
        key = array.dtype.str.encode() + array.tobytes()
        return arrays.setdefault(key, (f"a{len(arrays)}", array))[0]

    document = {
        "format": FORMAT,
        "runs": [
            {"refused": [one.source, one.reason]}
            if isinstance(one, Refused)
            else {"run": _run(one.run, kept), "facts": [_fact(fact) for fact in one.facts]}
            for one in content
        ],
    }
    text = np.frombuffer(orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, document=text, **dict(arrays.values()))
    return buffer.getvalue()


def loads(archive: bytes) -> Content:
    """What `dumps` wrote. Raises ValueError, KeyError, TypeError or OSError for anything else."""
    with np.load(io.BytesIO(archive), allow_pickle=False) as arrays:
        document = orjson.loads(arrays["document"].tobytes())
        if document["format"] != FORMAT:
            raise ValueError(f"format {document['format']} of a cache is not {FORMAT}")
        known = {name: _read_only(arrays[name]) for name in arrays.files if name != "document"}
    return tuple(
        Refused(*one["refused"])
        if "refused" in one
        else Measured(_as_run(one["run"], known), tuple(_as_fact(fact) for fact in one["facts"]))
        for one in document["runs"]
    )


def _run(run: RunLog, kept: Any) -> dict[str, Any]:
    return {
        "name": run.name,
        "source": run.source,
        "series": [_series(_thinned(series), kept) for series in run.series],
        "settings": dict(run.settings),
        "events": [[e.text, e.kind, e.step, e.line] for e in run.events],
        "notes": list(run.notes),
        "reader": run.reader,
        "clocks": list(run.clocks),
    }


def _series(series: Series, kept: Any) -> dict[str, Any]:
    words = ("column", "name", "role", "split", "better", "about", "file")
    return {word: getattr(series, word) for word in words} | {name: kept(getattr(series, name)) for name in _ARRAYS}


def _thinned(series: Series) -> Series:
    """The series with the least and the greatest value of each of equal windows, where it has many points."""
    if len(series) <= _MOST_POINTS:
        return series
    starts = np.linspace(0, len(series), _MOST_POINTS // 2 + 1).astype(np.int64)
    values = np.where(np.isfinite(series.values), series.values, np.inf)  # a NaN is as far out as can be
    low = [a + int(np.argmin(values[a:b])) for a, b in pairwise(starts)]
    high = [a + int(np.argmax(values[a:b])) for a, b in pairwise(starts)]
    index = np.unique(np.array([0, *low, *high, len(series) - 1]))
    taken = {name: array[index] for name in _ARRAYS if (array := getattr(series, name)) is not None}
    return replace(series, **taken)


def _fact(fact: Fact) -> list[Any]:
    return [fact.name, fact.value, fact.about, list(fact.reads), fact.at]


def _as_fact(text: Sequence[Any]) -> Fact:
    name, value, about, reads, at = text
    return Fact(name, value, about, tuple(reads), None if at is None else (float(at[0]), float(at[1])))


def _as_run(text: Mapping[str, Any], arrays: Mapping[str, Any]) -> RunLog:
    settings = {name: tuple(value) if isinstance(value, list) else value for name, value in text["settings"].items()}
    return RunLog(
        text["name"],
        text["source"],
        tuple(
            Series(**{name: arrays[value] if name in _ARRAYS and value else value for name, value in one.items()})
            for one in text["series"]
        ),
        settings,
        tuple(Event(*event) for event in text["events"]),
        tuple(text["notes"]),
        text["reader"],
        tuple(text["clocks"]),
    )


def _read_only(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    array.flags.writeable = False
    return array
