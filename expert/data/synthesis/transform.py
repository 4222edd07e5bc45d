"""One way to change training samples toward the test samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

S = TypeVar("S")
"""Samples: pictures of shape (n, height, width, channels) in 0…1, or the rows of a table."""


@dataclass(frozen=True)
class Transform(Generic[S]):
    """`says` with its parameters what it does, `code` says it in Python, `change` does it.

    `near` gives the same with slightly other parameters.
    """

    kind: str
    says: str
    code: str
    change: Callable[[S, np.random.Generator], S]
    near: Callable[[], Iterable[Transform[S]]] = tuple


def applied(sample: S, transforms: Sequence[Transform[S]], seed: int) -> S:
    """The sample as the transforms change it, one after the other; the same for the same seed."""
    random = np.random.default_rng(seed)
    for one in transforms:
        sample = one.change(sample, random)
    return sample
