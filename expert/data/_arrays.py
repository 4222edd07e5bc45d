"""Arrays (n, …) → a Split: images where they look like it, else one column per feature."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from expert.data._images import of_images
from expert.data._table import of_lazy
from expert.data.inputs import Asked
from expert.data.split import CELLS, DataError, Split, chosen

COLUMNS = 10_000
"""An array that has more features than that is compared on so many of them, evenly spread."""
SMALLEST = 12
"""An array is one of images from so many rows and columns of pixels on."""


def of_arrays(x: NDArray[Any], y: NDArray[Any] | None, asked: Asked, source: str) -> Split:
    """The split of inputs (n, …) and of labels (n,), or one-hot (n, classes). Raises DataError."""
    if not x.ndim:
        raise DataError(f"{source}: it holds one value, an array of shape (samples, …) is expected")
    if not len(x):
        raise DataError(f"{source}: it holds no samples")
    if x.dtype.kind not in "buif":
        raise DataError(f"{source}: its inputs are of type {x.dtype}, numbers are expected")
    notes: list[str] = []
    if y is not None:
        y = np.asarray(y)
        if y.shape[:1] != (len(x),):
            raise DataError(f"{source}: it has {len(x):,} inputs and {len(np.atleast_1d(y)):,} labels")
        y, notes = _one_each(y, asked)
    layout = layout_of(x.shape[1:])
    split = of_images(_Pixels(x, layout), y, asked, source) if layout else _of_features(x, y, asked, source)
    return replace(split, notes=(*notes, *split.notes))


def layout_of(shape: tuple[int, ...]) -> str:
    """How the axes of one sample lie if it is an image: `hw`, `hwc` or `chw`; nothing if it is none."""
    layout = {2: "hw", 3: "hwc" if shape[-1:] and shape[-1] in (1, 3, 4) else "chw"}.get(len(shape), "")
    sides = [size for size, axis in zip(shape, layout, strict=False) if axis != "c"]
    channels = dict(zip(layout, shape, strict=False)).get("c", 1)
    return (
        layout if layout and min(sides) >= SMALLEST and channels in (1, 3, 4) and max(sides) <= 8 * min(sides) else ""
    )


def as_pixels(sample: NDArray[Any], layout: str, low: float, high: float) -> NDArray[np.uint8]:
    """One sample as (height, width, 3) of 0 to 255, where its values run from `low` to `high`."""
    values = np.asarray(sample)
    values = values[..., None] if layout == "hw" else np.moveaxis(values, 0, -1) if layout == "chw" else values
    values = np.repeat(values, 3, axis=2) if values.shape[2] == 1 else values[..., :3]
    if values.dtype == np.uint8 and (low, high) == (0, 255):
        return np.ascontiguousarray(values)
    scaled = (np.nan_to_num(values.astype(np.float32)) - low) / (high - low) * 255
    found: NDArray[np.uint8] = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    return found


def range_of(values: NDArray[Any]) -> tuple[float, float]:
    """The range that pixels are meant to have: that of bytes, of 0 to 1, of -1 to 1, else that of these values."""
    if values.dtype == np.uint8:
        return 0.0, 255.0
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low >= 0:
        return 0.0, (1.0 if high <= 1 else 255.0 if high <= 255 else high)
    return (-1.0, 1.0) if low >= -1 and high <= 1 else (low, high)


class _Pixels:
    """The images of an array, each made when it is asked for."""

    def __init__(self, x: NDArray[Any], layout: str) -> None:
        self.x, self.layout = x, layout
        self.range = range_of(np.asarray(x[chosen(len(x), 256)]))

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, n: int) -> NDArray[np.uint8]:
        return as_pixels(np.asarray(self.x[n]), self.layout, *self.range)

    def key(self, n: int) -> bytes:
        """What tells this image from others."""
        return np.ascontiguousarray(self.x[n]).tobytes()


def _of_features(x: NDArray[Any], y: NDArray[Any] | None, asked: Asked, source: str) -> Split:
    notes = []
    width = int(np.prod(x.shape[1:]))
    columns = chosen(width, COLUMNS)
    rows = chosen(len(x), max(100, 5 * CELLS // max(1, len(columns))))
    if len(columns) < width:
        notes.append(f"{asked.name}: {len(columns):,} of {width:,} features are compared, drawn at random")
    if len(rows) < len(x):
        notes.append(f"{asked.name}: {len(rows):,} of {len(x):,} rows are read, drawn at random")
    flat = np.asarray(x[rows] if len(rows) < len(x) else x).reshape(len(rows), width)[:, columns]
    frame = pl.from_numpy(np.ascontiguousarray(flat), schema=[f"feature {column}" for column in columns])
    target = asked.target or "label"
    if y is not None:
        frame = frame.with_columns(
            pl.Series(target, np.asarray(y)[rows] if y.dtype.kind in "buif" else [str(v) for v in y[rows]])
        )
    split = of_lazy(frame.lazy(), asked.name, source, target if y is not None else "", asked.like, is_array=True)
    return replace(split, notes=(*notes, *split.notes))


def _one_each(y: NDArray[Any], asked: Asked) -> tuple[NDArray[Any] | None, list[str]]:
    """Labels (n,), of one-hot ones the class; none, and a note, of those that are several values each."""
    if y.size == len(y):
        return y.reshape(len(y)), []
    if y.ndim == 2 and is_one_hot(y):
        return y.argmax(axis=1), []
    return None, [several_each(asked)]


def several_each(asked: Asked) -> str:
    """What is said of labels that are several values each."""
    return f"{asked.name}: each label is several values; what is checked of labels needs one, so they are left out"


def is_one_hot(y: NDArray[Any]) -> bool:
    """Whether each row of labels (n, classes) marks one class."""
    return bool(y.dtype.kind in "buif" and ((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all())
