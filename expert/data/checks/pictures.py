"""What only images have: files that cannot be opened, and pictures of nothing."""

from __future__ import annotations

from expert.data._images import thumbnail
from expert.data.checks import Found
from expert.data.split import Sets
from expert.exhibits import Picture, Pictures, Table
from expert.facts import Fact

_SHOWN = 10
_FLAT = 0.004
"""A picture whose gray deviates less, one step of 255, shows nothing."""


def damaged(sets: Sets) -> Found:
    """Files that cannot be opened."""
    if not sets.train.is_images:
        return
    found = [(split.name, text) for split in sets for text in split.damaged]
    opened = sum(len(split.rows) for split in sets)
    yield Fact("damaged_images", float(len(found)))
    yield Fact("damaged_share", len(found) / (len(found) + opened))
    if found:
        yield Fact("damaged_image", found[0][1][:160])
        caption = f"{min(_SHOWN, len(found))} of {len(found):,}."
        yield Table("Images that cannot be opened", caption, ("split", "what is wrong"), tuple(found[:_SHOWN]))


def blank(sets: Sets) -> Found:
    """Pictures of one tone."""
    for split in sets:
        if split.images is None:
            return
        flat = [n for n, deviation in enumerate(split.frame["contrast"]) if deviation < _FLAT]
        about = "" if split is sets.train else split.name
        yield Fact("blank_share", len(flat) / len(split.rows), about)
        if flat:
            images = split.images
            shown = tuple(Picture(thumbnail(images[n]), str(split.rows[n])) for n in flat[:_SHOWN])
            yield Pictures(
                f"Pictures of nothing in {split.name}", f"{len(flat):,} of {len(split.rows):,}.", ((split.name, shown),)
            )
