"""A rule-based expert system for people who train neural networks. `expert.diagnose(log)` gives a plan."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from expert.diagnose import diagnose
    from expert.knowledge import KnowledgeBase
    from expert.live import Monitor
    from expert.live.preflight import preflight
    from expert.plan import Plan
    from expert.run import RunLog
    from expert.tune import tune

__all__ = ["KnowledgeBase", "Monitor", "Plan", "RunLog", "diagnose", "preflight", "tune"]

_HOMES = {
    "KnowledgeBase": "expert.knowledge",
    "Monitor": "expert.live.monitor",
    "Plan": "expert.plan",
    "RunLog": "expert.run",
    "diagnose": "expert.diagnose",
    "preflight": "expert.live.preflight",
    "tune": "expert.tune",
}


def __getattr__(name: str) -> object:
    """What others may import, loaded when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'expert' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)


class _Package(ModuleType):
    """Importing a module that is named like its function must not put the module where the function is expected."""

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, vars(value)[name] if name in _HOMES and isinstance(value, ModuleType) else value)


sys.modules[__name__].__class__ = _Package
