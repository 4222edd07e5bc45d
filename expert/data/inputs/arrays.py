"""Arrays in files: `.npy` (mapped, not loaded) and `.npz` (an array of inputs, and one of labels if there is one)."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from expert.data._arrays import of_arrays
from expert.data._labels import labels_of
from expert.data.inputs import Asked
from expert.data.split import DataError, Split

INPUTS = ("x", "data", "features", "images", "inputs", "input", "arr_0")
LABELS = ("y", "labels", "label", "target", "targets", "classes", "arr_1")
_SPLITS = ("_train", "_val", "_valid", "_test", "train_", "val_", "test_")


def recognizes(source: Any) -> bool:
    """Whether it is a file named so."""
    return isinstance(source, Path) and source.suffix.lower() in (".npy", ".npz")


def read(source: Path, asked: Asked) -> Split:
    """The split of the array; what is pickled is refused, for reading it would run it."""
    try:
        found = np.load(source, mmap_mode="r", allow_pickle=False)
        if isinstance(found, np.ndarray):
            return of_arrays(found, labels_of(asked), asked, str(source))
        x, y = _named(found.files, INPUTS), asked.target or _named(found.files, LABELS)
        if not x and len(found.files) == 1:
            x = found.files[0]
        if not x or (y and y not in found.files):
            wanted = f"no array {asked.target}" if x else f"none of the arrays {', '.join(INPUTS)}"
            raise DataError(f"{source}: it has {wanted}; it has {', '.join(found.files) or 'no array at all'}")
        labels = labels_of(asked)
        return of_arrays(found[x], labels if labels is not None else found[y] if y else None, asked, str(source))
    except DataError:
        raise
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{source}: it cannot be read as arrays: {error}") from error


def _named(names: list[str], usual: tuple[str, ...]) -> str:
    """The array that bears a usual name, whatever split it says beside."""
    plain = {_plain(name): name for name in names}
    return next((plain[name] for name in usual if name in plain), "")


def _plain(name: str) -> str:
    name = name.lower()
    for split in _SPLITS:
        name = name.removesuffix(split).removeprefix(split)
    return name
