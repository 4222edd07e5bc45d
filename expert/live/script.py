"""The script that says what preflight is to look at: a function that returns the model, its loss and one batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from expert.script import ScriptError, called

PARTS = ("model", "loss_fn", "batch", "optimizer", "settings")
_RETURNS = "a function for preflight returns (model, loss_fn, batch), then an optimizer and settings if there are some"


def parts(target: str) -> dict[str, Any]:
    """What the function of `module:function` or `file.py:function` returns, by the names in `PARTS`.

    Raises ScriptError if the script does not load, has no such function, or the function raises or returns another
    thing.
    """
    returned = called(target)
    if isinstance(returned, Mapping) and set(PARTS[:3]) <= set(returned) <= set(PARTS):
        return dict(returned)
    if isinstance(returned, tuple | list) and 3 <= len(returned) <= len(PARTS):
        return dict(zip(PARTS, returned, strict=False))
    many = f" of {len(returned)}" if isinstance(returned, tuple | list | Mapping) else ""
    raise ScriptError(f"{target} returns {type(returned).__name__}{many}; {_RETURNS}")
