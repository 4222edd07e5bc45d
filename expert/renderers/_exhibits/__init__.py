"""Exhibits → what a page shows of them, and what is told of them in words.

One kind per file of this folder, named as its type in lower case: `draw` gives what the macro of the same name in
`reports/exhibits.html` takes, `told` a clause for those who cannot see it.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

from expert.exhibits import Exhibit
from expert.renderers._charts import slug


@dataclass(frozen=True)
class View:
    """An exhibit on a page; `says` is what a reader who cannot see it is told."""

    kind: str
    id: str
    title: str
    caption: str
    says: str
    drawing: object


def exhibits(shown: Sequence[Exhibit]) -> tuple[View, ...]:
    """The exhibits as they stand on the page."""
    ids = (f"exhibit-{n}-{slug(one.title)}".rstrip("-") for n, one in enumerate(shown, 1))
    return tuple(
        View(_kind(one), id_, one.title, one.caption, told(one), _module(one).draw(one))
        for id_, one in zip(ids, shown, strict=True)
    )


def told(exhibit: Exhibit) -> str:
    """What there is to see, as a clause."""
    said: str = _module(exhibit).told(exhibit)
    return said


def _module(exhibit: Exhibit) -> ModuleType:
    return importlib.import_module(f"{__name__}.{_kind(exhibit)}")


def _kind(exhibit: Exhibit) -> str:
    return type(exhibit).__name__.lower()
