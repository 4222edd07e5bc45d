"""A hook that belongs to this model alone: a copy of the model, or what is pickled of it, does not take it along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self


class Hook:
    """Calls a function; a copy of it calls nothing, so models may be copied and saved while they are watched."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *given: Any) -> Any:
        """What the function gives."""
        return self.function(*given)

    def __deepcopy__(self, memo: object) -> Self:
        return type(self)(nothing)

    def __reduce__(self) -> tuple[type[Self], tuple[Callable[..., None]]]:
        return type(self), (nothing,)


def nothing(*given: object) -> None:
    """What a copied hook does."""
