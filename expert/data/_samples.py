"""An object with `__len__` and `__getitem__` → a Split: some samples are drawn, tensors go through `numpy.asarray`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expert.data._arrays import as_pixels, is_one_hot, layout_of, of_arrays, range_of, several_each
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
    at, first = _first(samples, size, source)
    layout = layout_of(first.shape)
    most = PICTURES if layout else max(100, min(ROWS, CELLS // max(1, first.size)))
    rows = chosen(size, most)
    notes = (
        [f"{asked.name}: {len(rows):,} of {size:,} samples are looked at, drawn at random"] if len(rows) < size else []
    )
    again = _parts(_item(samples, at, source), source)[0]
    if again.shape != first.shape or not np.array_equal(again, first, equal_nan=first.dtype.kind == "f"):
        notes.append(
            f"{asked.name}: a sample differs each time it is read (augmentation), so duplicates cannot be found"
        )
    given = labels_of(asked)
    if given is not None and len(given) != size:
        raise DataError(f"{asked.labels}: it has {len(given):,} labels for {size:,} samples of {asked.name}")
    kept, own, inputs, broken = [], [], [], []
    has_several = False
    for n in rows:
        try:
            x, label = _parts(_item(samples, int(n), source), source)
        except DataError as error:
            broken.append(str(error))
            continue
        kept.append(int(n))
        has_several = has_several or isinstance(label, np.ndarray)
        own.append(None if has_several else label)
        inputs += [] if layout else [x]
    rows = np.asarray(kept)
    if given is None and has_several:
        notes.append(several_each(asked))
    labels = given[rows] if given is not None else None if any(label is None for label in own) else np.asarray(own)
    if layout:
        split = of_images(_Pixels(samples, rows, layout, source), labels, asked, source)
        split = replace(split, damaged=(*broken, *split.damaged))
    else:
        shapes = {x.shape for x in inputs}
        if len(shapes) > 1:
            raise DataError(
                f"{source}: its samples have {len(shapes)} shapes, such as {', '.join(map(str, sorted(shapes)[:3]))}"
            )
        split = of_arrays(np.stack(inputs), labels, asked, source)
        if broken:
            failed = f"{len(broken):,} of {len(broken) + len(kept):,} samples cannot be read"
            notes.append(f"{asked.name}: {failed}, the first: {broken[0]}")

    def keys(columns: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        found, places = split.keys(columns)
        return found, rows[places]

    return replace(split, size=size, rows=rows[split.rows], keys=keys, notes=(*notes, *split.notes))


def _first(samples: Any, size: int, source: str) -> tuple[int, NDArray[Any]]:
    """The first sample that can be read. Raises DataError, that of the very first, where none of the first can."""
    failed = []
    for n in range(min(size, 20)):
        try:
            return n, _parts(_item(samples, n, source), source)[0]
        except DataError as error:
            failed.append(error)
    raise failed[0]


def _item(samples: Any, n: int, source: str) -> Any:
    try:
        return samples[n]
    except Exception as error:  # a stranger's code
        raise DataError(f"{source}: sample {n} cannot be read: {type(error).__name__}: {error}") from error


def _parts(item: Any, source: str) -> tuple[NDArray[Any], Any]:
    """Inputs, and label or None; a label of several values is an array."""
    label = None
    if isinstance(item, Mapping):
        label = next((item[name] for name in _LABELS if name in item), None)
        inputs = next((item[name] for name in _INPUTS if name in item), None)
        if inputs is None:
            names = ", ".join(map(str, item))
            raise DataError(f"{source}: a sample has {names[:200]}, and none of {', '.join(_INPUTS)}")
        item = inputs
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
    if y.size == 1:
        return x, y.item()
    return x, float(y.argmax()) if y.ndim == 1 and is_one_hot(y[None]) else y


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

    def _input(self, n: int) -> NDArray[Any]:
        return _parts(_item(self.samples, int(self.rows[n]), self.source), self.source)[0]
