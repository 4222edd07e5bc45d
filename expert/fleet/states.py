"""What became of a finding since the last night."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from expert.knowledge import SEVERITIES, Severity

State = Literal["new", "worse", "reopened", "ongoing", "better", "provisional", "suppressed", "unjudged", "resolved"]
OPEN: tuple[State, ...] = ("new", "worse", "reopened", "ongoing", "better", "provisional", "suppressed", "unjudged")
NEWS: tuple[State, ...] = ("new", "worse", "reopened")
"""The states that people are told of first."""


@dataclass(frozen=True)
class Sighting:
    """A finding as it stood in one night."""

    state: State
    severity: Severity


def identity(family: str, diagnosis: str, about: str) -> str:
    """The name of a finding, the same from night to night: it holds no measured number."""
    return sha256("\0".join([family, diagnosis, about]).encode(errors="replace")).hexdigest()[:12]


def present(severity: Severity, before: Sighting | None, *, growing: bool, accepted: bool) -> State:
    """The state of a finding that is there tonight. `before` is its last sighting of an earlier night.

    `growing` says that its run still goes on, `accepted` that a person has accepted it until later than tonight.
    """
    if accepted:
        return "suppressed"
    if growing:
        return "provisional"
    if before is None or before.state == "provisional":
        return "new"
    if before.state in ("resolved", "suppressed"):
        return "reopened"
    now, then = SEVERITIES.index(severity), SEVERITIES.index(before.severity)
    return "worse" if now < then else "better" if now > then else "ongoing"


def absent(before: Sighting, *, judged: bool) -> State | None:
    """The state of a finding that was there before and is not tonight; None if it was resolved before.

    `judged` says that its run could be judged, or is gone.
    """
    if before.state == "resolved":
        return None
    return "resolved" if judged else "unjudged"
