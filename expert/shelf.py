"""Where the product's data stands: `rules/` and `reports/`, inside the package once installed, beside it before."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def shelf(name: str) -> Traversable:
    """The folder `name` of the product's data."""
    inside = files("expert") / name
    return inside if inside.is_dir() else Path(__file__).parent.parent / name
