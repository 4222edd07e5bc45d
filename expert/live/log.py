"""The log that a monitored run leaves behind: JSON Lines, the settings first, whole lines only."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

FORMAT = 1


class Log:
    """A file of records. A log that is there already is kept under another name, or continued where a run resumes."""

    def __init__(self, path: Path, resumed: bool) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size and not resumed:
            path.rename(_unused(path))
        self._broken = resumed and path.exists() and not path.read_bytes().endswith(b"\n")
        self._file: TextIO = path.open("a", encoding="utf-8")

    def write(self, record: Mapping[str, object]) -> None:
        """One line; numbers with six digits."""
        if self._broken:  # the run before was cut in the middle of a line
            self._file.write("\n")
            self._broken = False
        self._file.write(json.dumps(_short(record), separators=(", ", ": ")) + "\n")

    def flush(self) -> None:
        """Nothing that was written is lost from here on."""
        self._file.flush()

    def close(self) -> None:
        """The file is whole."""
        self._file.close()


def _unused(path: Path) -> Path:
    return next(
        other for n in range(1, 1_000_000) if not (other := path.with_name(f"{path.stem}.{n}{path.suffix}")).exists()
    )


def _short(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _short(inner) for name, inner in value.items()}
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value == int(value) and abs(value) < 1e9 else float(f"{value:.6g}")
    return value
