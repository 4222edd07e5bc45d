"""An object with `__len__` and `__getitem__` → a Split: some samples are drawn, tensors go through `numpy.asarray`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expert.data._arrays import as_pixels, layout_of, of_arrays, range_of
from expert.data._images import of_images
from expert.data._labels import labels_of
from expert.data.inputs import Asked
from expert.data.split import CELLS, PICTURES, ROWS, DataError, Split, chosen

_INPUTS = ("image", "pixel_values", "x", "input", "inputs", "features", "data", "input_ids")
_LABELS = ("label", "labels", "y", "target", "targets")


def of_samples(samples: Any, asked: Asked, source: str) -> Split:
    """The split of a Dataset; each sample is inputs, `(inputs, label)` or a mapping. Raises DataError."""
    try:
        size = len(samples)
    except TypeError as error:
        raise DataError(f"{source}: its length is not known, and samples are drawn by their number: {error}") from error
    if not size:
        raise DataError(f"{source}: it holds no samples")
    first, label = _parts(_item(samples, 0, source), source)
    layout = layout_of(first.shape)
    most = PICTURES if layout else max(100, min(ROWS, CELLS // max(1, first.size)))
    rows = chosen(size, most)
    notes = (
        [f"{asked.name}: {len(rows):,} of {size:,} samples are looked at, drawn at random"] if len(rows) < size else []
    )
    again = _parts(_item(samples, 0, source), source)[0]
    if again.shape != first.shape or not np.array_equal(again, first, equal_nan=first.dtype.kind == "f"):
        notes.append(
            f"{asked.name}: a sample differs each time it is read (augmentation), so duplicates cannot be found"
        )
    given = labels_of(asked)
    if given is not None and len(given) != size:
        raise DataError(f"{asked.labels}: it has {len(given):,} labels for {size:,} samples of {asked.name}")
    if layout:
        pixels = _Pixels(samples, rows, layout, source)
        own = None if label is None else np.asarray([pixels.label(n) for n in range(len(rows))])
        split = of_images(pixels, own if given is None else given[rows], asked, source)
    else:
        parts = [_parts(_item(samples, int(n), source), source) for n in rows]
        shapes = {x.shape for x, _ in parts}
        if len(shapes) > 1:
            raise DataError(
                f"{source}: its samples have {len(shapes)} shapes, such as {', '.join(map(str, sorted(shapes)[:3]))}"
            )
        own = None if label is None else np.asarray([y for _, y in parts])
        split = of_arrays(np.stack([x for x, _ in parts]), own if given is None else given[rows], asked, source)
    return replace(split, size=size, rows=rows[split.rows], notes=(*notes, *split.notes))


def _item(samples: Any, n: int, source: str) -> Any:
    try:
        return samples[n]
    except Exception as error:  # a stranger's code
        raise DataError(f"{source}: sample {n} cannot be read: {type(error).__name__}: {error}") from error


def _parts(item: Any, source: str) -> tuple[NDArray[Any], Any]:
    """Inputs, and label or None."""
    label = None
    if isinstance(item, Mapping):
        label = next((item[name] for name in _LABELS if name in item), None)
        item = next((item[name] for name in _INPUTS if name in item), None)
    elif isinstance(item, tuple | list) and len(item) >= 2:
        item, label = item[0], item[1]
    try:
        x = np.asarray(item)
        y = None if label is None else np.asarray(label)
    except Exception as error:  # a tensor that asks for a gradient, or lies on another device
        raise DataError(f"{source}: a sample is no array: {error}") from error
    if x.dtype.kind not in "buif":
        raise DataError(f"{source}: a sample holds {type(item).__name__}, numbers or (inputs, label) are expected")
    if y is None or y.ndim == 0:
        return x, None if y is None else y.item()
    return x, float(y.argmax()) if y.ndim == 1 and y.size > 1 and y.sum() == 1 else (y.item() if y.size == 1 else None)


class _Pixels:
    """The chosen images of a Dataset, each read when it is asked for."""

    def __init__(self, samples: Any, rows: NDArray[np.int64], layout: str, source: str) -> None:
        self.samples, self.rows, self.layout, self.source = samples, rows, layout, source
        head = [self._input(n).ravel() for n in range(min(32, len(rows)))]
        self.range = range_of(np.concatenate(head))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, n: int) -> NDArray[np.uint8]:
        return as_pixels(self._input(n), self.layout, *self.range)

    def key(self, n: int) -> bytes:
        """What tells this image from others."""
        return self._input(n).tobytes()

    def label(self, n: int) -> Any:
        """The label of the image."""
        return _parts(_item(self.samples, int(self.rows[n]), self.source), self.source)[1]

    def _input(self, n: int) -> NDArray[Any]:
        return _parts(_item(self.samples, int(self.rows[n]), self.source), self.source)[0]
