"""A folder of images: one folder per class, or all in one without labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expert.data._arrays import as_pixels, range_of
from expert.data._images import of_images
from expert.data._labels import labels_of
from expert.data.inputs import Asked
from expert.data.split import DataError, Split

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm"})
_WHOLE = 65_536
"""A larger file is told from others by its length, its first and its last half of so many bytes."""


def recognizes(source: Any) -> bool:
    """Whether it is a folder, and not one of Parquet files."""
    return isinstance(source, Path) and source.is_dir() and not any(source.glob("*.parquet"))


def read(source: Path, asked: Asked) -> Split:
    """The split of all images below the folder; hidden ones are left out."""
    paths = sorted(
        path
        for path in source.rglob("*")
        if path.suffix.lower() in SUFFIXES and not any(part.startswith(".") for part in path.relative_to(source).parts)
    )
    if not paths:
        raise DataError(f"{source}: it holds no images ({', '.join(sorted(SUFFIXES))}) and no Parquet files")
    given = labels_of(asked)
    folders = [_text(folder) for folder in _classes([path.relative_to(source).parts for path in paths])]
    if given is not None or not all(folders):
        return of_images(_Files(paths), given, asked, str(source))
    split = of_images(_Files(paths), folders, asked, str(source))
    return replace(split, order=None)  # it was read class by class, which says nothing


def _classes(paths: Sequence[tuple[str, ...]]) -> list[str]:
    """The first folder of each path that is not the same for all; empty for images that lie in none."""
    while len({parts[0] for parts in paths}) == 1 and min(map(len, paths)) > 2:
        paths = [parts[1:] for parts in paths]
    return [parts[0] if len(parts) > 1 else "" for parts in paths]


def _of_depth(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Gray of 16 or 32 bits, (height, width), as (height, width, 3) of 0 to 255."""
    if values.dtype.kind in "iu":
        values = np.clip(values, 0, 65535) / (65535 if values.max() > 255 else 255)
    return as_pixels(values, "hw", *range_of(values))


class _Files:
    """Images in files, each opened when it is asked for."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, n: int) -> NDArray[np.uint8]:
        from PIL import Image, ImageOps, UnidentifiedImageError

        path = self.paths[n]
        try:
            with Image.open(path) as image:
                upright = ImageOps.exif_transpose(image)
                if upright.mode.startswith(("I", "F")):  # convert() cuts them off at 255
                    return _of_depth(np.asarray(upright))
                return np.asarray(upright.convert("RGB"))
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise ValueError(_text(f"{path}: {error}")) from error

    def key(self, n: int) -> bytes:
        """The bytes of the file, or of its ends."""
        with self.paths[n].open("rb") as file:
            size = self.paths[n].stat().st_size
            if size <= _WHOLE:
                return file.read()
            head = file.read(_WHOLE // 2)
            file.seek(-_WHOLE // 2, 2)
            return size.to_bytes(8, "little") + head + file.read()


def _text(name: str) -> str:
    """A name as text that can be written, whatever bytes it has."""
    return name.encode("utf-8", "replace").decode()
