"""What the scripts that write golden logs have in common: each program gets a folder of its own, made anew."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

LOGS = Path(__file__).parent / "logs"
Program = Callable[[Path, Path], object]


def remake(programs: Mapping[str, Program], clean: Program, names: Iterable[str]) -> None:
    """Run the named programs, or all, and clean what they leave; one that is not installed is told and left out."""
    for name in names or programs:
        folder = LOGS / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as temporary:
            try:
                programs[name](folder, Path(temporary))
                clean(folder, Path(temporary))
            except ImportError as error:
                print(f"{name}: {error}", file=sys.stderr)
                shutil.rmtree(folder)
