"""What a preflight looks at, one subject per file: every public function takes a Probe and gives facts by name.

A check gives None for what it cannot tell; `expert.supplied` says what each fact means. It measures and never judges.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

from expert import rooms
from expert.facts import Value
from expert.live.probe import Probe

Facts = Mapping[str, Value | None]
Check = Callable[[Probe], Facts]

_TRAINING = ("rate_range", "single_batch", "evaluation")
"""The files whose checks take many steps come last."""


def checks() -> Mapping[str, Check]:
    """Every check of every file of this folder, by its name; those that train come last."""
    modules = sorted(rooms.modules(__name__).items(), key=lambda m: _TRAINING.index(m[0]) if m[0] in _TRAINING else -1)
    functions = (found for _, module in modules for found in sorted(rooms.functions(module).items()))
    return {name: check for name, check in functions if list(inspect.signature(check).parameters) == ["probe"]}
