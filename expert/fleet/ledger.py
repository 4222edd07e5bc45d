"""The remedy ledger in the history: which run speaks for each family, and what came of the remedies that it took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from expert.fleet.history import History
from expert.knowledge import Outcomes
from expert.verify import Trial


@dataclass(frozen=True)
class Speaker:
    """The newest run of a family: its key, the digest of its place's content, its name there."""

    run: str
    digest: str
    name: str


def record(history: History, before: str, after: str, trials: Iterable[Trial]) -> None:
    """Note in the ledger what came of the remedies that were applied; the same pair of runs counts once."""
    rows = [
        (before, after, trial.remedy, diagnosis, trial.result)
        for trial in trials
        if trial.applied == "applied" and trial.result != "cannot tell"
        for diagnosis in trial.treats
    ]
    with history.writing():
        history.database.executemany("INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?)", rows)


def outcomes(history: History) -> dict[str, Outcomes]:
    """What came of each remedy that was applied."""
    rows = history.database.execute(
        "SELECT remedy, sum(result = 'held'), sum(result = 'failed')"
        " FROM (SELECT DISTINCT before, after, remedy, result FROM trials) GROUP BY remedy"
    )
    return {remedy: Outcomes(int(held), int(failed)) for remedy, held, failed in rows}


def speakers(history: History, before: str) -> dict[str, Speaker]:
    """Who spoke last for each family, in a night before this one."""
    rows = history.database.execute("SELECT family, run, digest, name FROM speakers WHERE night < ?", (before,))
    return {family: Speaker(*speaker) for family, *speaker in rows}


def speak(history: History, night: str, speakers: Mapping[str, Speaker]) -> None:
    """Note who speaks for each family in a night."""
    rows = [(family, one.run, one.digest, one.name, night) for family, one in speakers.items()]
    with history.writing():
        history.database.executemany("INSERT OR REPLACE INTO speakers VALUES (?, ?, ?, ?, ?)", rows)
