"""Places as a person reads them."""

from __future__ import annotations

from pathlib import Path


def shown(where: str) -> str:
    """File and line: below the working folder relative to it, elsewhere by the name of the file alone."""
    file, _, line = where.rpartition(":")
    path, here = Path(file).resolve(), Path.cwd().resolve()
    return f"{path.relative_to(here) if path.is_relative_to(here) else path.name}:{line}"
