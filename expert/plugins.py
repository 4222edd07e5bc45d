"""What other distributions add, found by entry points; what is broken is named, skipped, and told in the report."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

_failed: dict[tuple[str, str], str] = {}


@dataclass(frozen=True)
class Broken:
    """One thing that another distribution adds and that cannot be used, and why."""

    group: str
    name: str
    reason: str


@cache
def found(group: str) -> dict[str, object]:
    """What is installed for a group, by name; what cannot be loaded is left out and named by `broken`."""
    loaded = {}
    for point in sorted(entry_points(group=group), key=lambda p: (p.name, p.value)):
        if point.name in loaded:
            report(group, point.name, f"two distributions add it: {_distribution(point)} is left out")
            continue
        try:
            loaded[point.name] = point.load()
        except Exception as error:  # whatever a stranger's module does when it is imported
            report(group, point.name, f"{_distribution(point)} cannot be loaded: {type(error).__name__}: {error}")
    return loaded


def report(group: str, name: str, reason: str) -> None:
    """Remember that something cannot be used; the first reason counts."""
    _failed.setdefault((group, name), " ".join(reason.split())[:300])


def broken() -> tuple[Broken, ...]:
    """All that could not be used so far."""
    return tuple(Broken(group, name, reason) for (group, name), reason in sorted(_failed.items()))


def _distribution(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value
