"""Inside a PyTorch model while it trains: what it leaves behind is a log that `expert diagnose` reads like any other.

The only room that knows torch; importing it loads nothing of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from expert.live.monitor import Monitor

__all__ = ["Monitor"]

_HOMES = {"Monitor": "expert.live.monitor"}


def __getattr__(name: str) -> object:
    """What others may import, loaded when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'expert.live' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOMES[name]), name)
