"""The findings of a fleet in its history: how each stood in every night, and which of them people have accepted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from expert.fleet.history import History
from expert.fleet.states import Sighting, State
from expert.knowledge import SEVERITIES, Severity


@dataclass(frozen=True)
class Row:
    """A finding with one of its sightings."""

    finding: str
    family: str
    diagnosis: str
    about: str
    title: str
    first_night: str
    run: str
    state: State
    severity: Severity
    certainty: float

    @property
    def sighting(self) -> Sighting:
        """How the finding stands, without whose it is."""
        return Sighting(self.state, self.severity)


@dataclass(frozen=True)
class Count:
    """How many findings of each severity were open in a night, the most severe first; `place` counts the nights."""

    night: str
    place: int
    open: tuple[tuple[Severity, int], ...]

    @property
    def total(self) -> int:
        """How many were open."""
        return sum(n for _, n in self.open)


_SETTLED = (
    "SELECT night FROM sightings WHERE finding = f.finding AND night < ?"
    " ORDER BY state = 'provisional', night DESC LIMIT 1"
)


def latest(history: History, before: str) -> dict[str, Row]:
    """The last word on each finding before a night; a provisional one only where there was never another."""
    return {row.finding: row for row in _rows(history, f"s.night = ({_SETTLED})", before)}


def standings(history: History, night: str) -> list[Row]:
    """How the findings stand in a night, by id."""
    return _rows(history, "s.night = ?", night)


def _rows(history: History, condition: str, night: str) -> list[Row]:
    rows = history.database.execute(
        "SELECT f.finding, f.family, f.diagnosis, f.about, f.title, f.first_night, s.run, s.state, s.severity,"
        f" s.certainty FROM findings f JOIN sightings s ON s.finding = f.finding AND {condition}"
        " ORDER BY f.finding",
        (night,),
    )
    return [Row(*row) for row in rows]


def see(history: History, night: str, rows: Iterable[Row]) -> None:
    """How findings stand in a night."""
    with history.writing():
        history.database.execute("DELETE FROM sightings WHERE night=?", (night,))
        for row in rows:
            history.database.execute(
                "INSERT OR IGNORE INTO findings VALUES (?, ?, ?, ?, ?, ?)",
                (row.finding, row.family, row.diagnosis, row.about, row.title, row.first_night),
            )
            history.database.execute(
                "INSERT INTO sightings VALUES (?, ?, ?, ?, ?, ?)",
                (row.finding, night, row.run, row.state, row.severity, row.certainty),
            )


def accepted(history: History, night: str) -> dict[str, str]:
    """The findings that are accepted until later than a night, with the reason."""
    rows = history.database.execute(
        "SELECT finding, reason FROM acceptances WHERE until > ? AND since <= ?", (night, night)
    )
    return dict(rows)


def accept(history: History, finding: str, reason: str, until: str, since: str) -> None:
    """Note that a person has accepted a finding. Raises KeyError for one that is not known."""
    if not history.database.execute("SELECT 1 FROM findings WHERE finding=?", (finding,)).fetchone():
        raise KeyError(finding)
    with history.writing():
        history.database.execute(
            "INSERT OR REPLACE INTO acceptances VALUES (?, ?, ?, ?)", (finding, reason, until, since)
        )


def trend(history: History, night: str, diagnosis: str = "") -> tuple[Count, ...]:
    """How many findings, of one diagnosis or of all, were open in each of the last sixty nights, the earliest first."""
    nights = "SELECT night FROM nights WHERE night <= :night ORDER BY night DESC LIMIT 60"
    rows = history.database.execute(
        "SELECT s.night, s.severity, count(*) FROM sightings s JOIN findings f ON f.finding = s.finding"
        f" WHERE s.night IN ({nights}) AND s.state NOT IN ('resolved', 'suppressed')"
        " AND (:diagnosis = '' OR f.diagnosis = :diagnosis) GROUP BY 1, 2",
        {"night": night, "diagnosis": diagnosis},
    )
    counts = {(at, severity): n for at, severity, n in rows}
    found = sorted(one for (one,) in history.database.execute(nights, {"night": night}))
    return tuple(
        Count(at, place, tuple((s, counts[at, s]) for s in SEVERITIES if (at, s) in counts))
        for place, at in enumerate(found)
    )
