"""A run in progress, judged again whenever its log grows: what is new is told as it appears."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from expert.findings import Finding
from expert.fleet.places import Selection, places
from expert.fleet.summary import complete
from expert.plan import CONSIDERABLE, Plan


@dataclass(frozen=True)
class Look:
    """One look at a run: its plan, the findings that are new since the last look, and those that are gone.

    `growing` says that the run has not reached its planned end, as far as the log tells: findings are provisional.
    """

    plan: Plan
    appeared: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    growing: bool


def looks(
    source: Path, judge: Callable[[], Plan], every: float, idle: float, clock: Callable[[], float] = time.monotonic
) -> Iterator[Look]:
    """A look whenever the log has changed, asked for every so many seconds, until it was idle for so many.

    A log that is not there yet is waited for. `judge` gives the plan of the source as it is.
    """
    known: dict[tuple[str, str], Finding] = {}
    signature, changed = "", clock()
    while True:
        now = _signature(source)
        if now != signature:
            signature, changed = now, clock()
            plan = judge()
            found = {(f.diagnosis.id, f.about): f for f in plan.findings if f.severity in CONSIDERABLE}
            appeared = tuple(f for key, f in found.items() if key not in known)
            gone = tuple(f for key, f in known.items() if key not in found)
            known = found
            yield Look(plan, appeared, gone, complete(plan) is not True)
        elif clock() - changed >= idle:
            return
        time.sleep(every)


def _signature(source: Path) -> str:
    """What changes when a file of the source does; empty while there is none."""
    found = places([str(source)], Selection(), 0.0, {})
    return " ".join(getattr(place, "signature", "") for place in found).strip()
