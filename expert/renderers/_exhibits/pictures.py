"""Groups of small pictures side by side."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from expert.exhibits import Picture, Pictures
from expert.renderers._words import count, short

_MOST_BYTES = 150_000
"""So many bytes of pictures has one exhibit; what is beyond is left out and said so."""
_SIDE = 96
"""Pixels that the longer side of a picture has on the page."""


@dataclass(frozen=True)
class Thumbnail:
    """A picture as a `data:` URL, its size on the page in pixels, and its text."""

    url: str
    width: int
    height: int
    alt: str
    caption: str
    pixelated: bool


@dataclass(frozen=True)
class Album:
    """Groups of pictures, each with its label."""

    groups: tuple[tuple[str, tuple[Thumbnail, ...]], ...]
    notes: tuple[str, ...]


def draw(exhibit: Pictures) -> Album:
    """What the page draws of it."""
    places = [(n, g) for g, (_, pictures) in enumerate(exhibit.groups) for n in range(len(pictures))]
    kept, broken, room = set(), 0, _MOST_BYTES
    for n, g in sorted(places):  # the first of each group before the second of any
        png = exhibit.groups[g][1][n].png
        if _size(png) is None:
            broken += 1
        elif len(png) <= room:
            room -= len(png)
            kept.add((n, g))
    beyond = len(places) - len(kept) - broken
    notes = [f"{count(beyond, 'picture')} left out, as the page would grow too large."] if beyond else []
    notes += [f"{count(broken, 'picture')} could not be shown: no PNG."] if broken else []
    groups = []
    for g, (name, pictures) in enumerate(exhibit.groups):
        shown = (_thumbnail(one, f"{short(name, 80)}, {n + 1}") for n, one in enumerate(pictures) if (n, g) in kept)
        groups.append((short(name, 80), tuple(shown)))
    return Album(tuple(groups), tuple(notes))


def told(exhibit: Pictures) -> str:
    """What there is to see, as a clause."""
    return "; ".join(f"{short(name, 60)}: {_named(pictures)}" for name, pictures in exhibit.groups)


def _named(pictures: Sequence[Picture]) -> str:
    """What stands below the first pictures; how many there are, where nothing does."""
    said = [short(picture.caption, 60) for picture in pictures[:3] if picture.caption]
    more = f" and {len(pictures) - len(said)} more" if len(pictures) > len(said) else ""
    return f"{', '.join(said)}{more}" if said else count(len(pictures), "picture")


def _size(png: bytes) -> tuple[int, int] | None:
    """Width and height as the header has them; None for what is no PNG."""
    if png[:8] != b"\x89PNG\r\n\x1a\n" or png[12:16] != b"IHDR" or len(png) < 33:
        return None
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    return (width, height) if width and height else None


def _thumbnail(picture: Picture, otherwise: str) -> Thumbnail:
    width, height = _size(picture.png) or (1, 1)
    times = _SIDE / max(width, height)
    times = math.floor(times) if times >= 2 else min(times, 1.0)  # whole pixels stay square
    url = f"data:image/png;base64,{b64encode(picture.png).decode()}"
    caption = short(picture.caption, 80)
    wide, high = max(1, round(width * times)), max(1, round(height * times))
    alt = f"{otherwise}: {caption}" if caption else otherwise
    return Thumbnail(url, wide, high, alt, caption, times >= 2)
