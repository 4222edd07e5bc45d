"""Sources → splits: which kind of data set each is, and all of them side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from expert.data.inputs import Asked, inputs
from expert.data.split import DataError, Sets, Split

NAMES = ("train", "val", "test")
_KINDS = "a CSV, Parquet, .npy or .npz file, a folder of images, or module:function"


def load(source: Any, name: str = "train", target: str = "", labels: Any = None, like: Split | None = None) -> Split:
    """The split of a source: a path, `module:function`, a frame, arrays, `(inputs, labels)` or a Dataset.

    `target` names the column to predict, `labels` a file or an array of labels; `like` is the split whose kinds of
    columns it shall have. Raises DataError for what cannot be used.
    """
    asked = Asked(name, target, labels, like)
    place = Path(source) if isinstance(source, str) and Path(source).exists() else source
    is_absent = isinstance(place, Path) and not place.exists()
    for kind in inputs().values():
        if not is_absent and kind.recognizes(place):
            return kind.read(place, asked)
    if isinstance(source, str | Path):
        what = "this kind of file is not known" if Path(source).exists() else "there is no such file or folder"
        raise DataError(f"{source}: {what}; {_KINDS} is expected")
    raise DataError(f"{type(source).__name__} is no data set: a frame, arrays or an object with samples is expected")


def together(train: Split, *others: Split) -> Sets:
    """The splits side by side. Raises DataError where they have nothing in common."""
    for other in others:
        if other.is_images is not train.is_images:
            kinds = ("images", "a table") if train.is_images else ("a table", "images")
            raise DataError(f"{train.source} holds {kinds[0]} and {other.source} {kinds[1]}")
    sets = Sets(train, others)
    if not sets.columns:
        names = ", ".join([*train.frame.columns][:8])
        raise DataError(f"{others[0].source}: it has none of the columns of {train.source}: {names}")
    notes = []
    for other in others:
        for one, of, word in ((train, other, "lacks"), (other, train, "has beside")):
            theirs = frozenset(of.frame.columns)
            apart = [c for c in one.frame.columns if c not in theirs]
            if apart:
                more = f" and {len(apart) - 10} more" if len(apart) > 10 else ""
                notes.append(f"{other.name} {word} columns: {', '.join(apart[:10])}{more}")
    return Sets(train, others, (*(note for split in sets for note in split.notes), *notes))
