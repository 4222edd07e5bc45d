"""What is known of a fleet from night to night, in one SQLite file.

One process writes at a time (`opened` takes a lock). Every place is one transaction, so that a night that is killed
goes on where it stopped. A file of a later schema is refused, one of an earlier schema is brought up to date.
"""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from expert.fleet.places import Place, Seen
from expert.fleet.states import Sighting, State
from expert.fleet.summary import Summary, dumps, loads
from expert.knowledge import Outcomes, Severity
from expert.verify import Trial

_MIGRATIONS = (
    """
    CREATE TABLE nights (night TEXT PRIMARY KEY, as_of REAL NOT NULL, finished INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE places (
        path TEXT PRIMARY KEY, key TEXT NOT NULL, signature TEXT NOT NULL, reader TEXT NOT NULL, digest TEXT NOT NULL,
        rules TEXT NOT NULL, modified REAL NOT NULL, night TEXT NOT NULL, failure TEXT NOT NULL
    );
    CREATE TABLE runs (
        run TEXT PRIMARY KEY, place TEXT NOT NULL, family TEXT NOT NULL, owner TEXT NOT NULL, page TEXT NOT NULL,
        first_night TEXT NOT NULL
    );
    CREATE INDEX runs_of_place ON runs (place);
    CREATE TABLE evaluations (
        run TEXT NOT NULL, night TEXT NOT NULL, verdict TEXT NOT NULL, worst INTEGER NOT NULL, hours REAL,
        summary BLOB NOT NULL, silent TEXT NOT NULL, PRIMARY KEY (run, night)
    );
    CREATE TABLE findings (
        finding TEXT PRIMARY KEY, family TEXT NOT NULL, diagnosis TEXT NOT NULL, about TEXT NOT NULL,
        title TEXT NOT NULL, first_night TEXT NOT NULL
    );
    CREATE TABLE sightings (
        finding TEXT NOT NULL, night TEXT NOT NULL, run TEXT NOT NULL, state TEXT NOT NULL, severity TEXT NOT NULL,
        certainty REAL NOT NULL, PRIMARY KEY (finding, night)
    );
    CREATE INDEX sightings_of_night ON sightings (night);
    CREATE TABLE acceptances (
        finding TEXT PRIMARY KEY, reason TEXT NOT NULL, until TEXT NOT NULL, since TEXT NOT NULL
    );
    CREATE TABLE speakers (
        family TEXT PRIMARY KEY, run TEXT NOT NULL, digest TEXT NOT NULL, name TEXT NOT NULL, night TEXT NOT NULL
    );
    CREATE TABLE trials (
        before TEXT NOT NULL, after TEXT NOT NULL, remedy TEXT NOT NULL, diagnosis TEXT NOT NULL, result TEXT NOT NULL,
        PRIMARY KEY (before, after, remedy, diagnosis)
    );
    """,
)
SCHEMA = len(_MIGRATIONS)


class HistoryError(RuntimeError):
    """The history cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Run:
    """A run as history knows it: its key, its place and family, the name of its page, and its latest summary."""

    run: str
    place: Place
    family: str
    owner: str
    page: str
    first_night: str
    evaluated: str
    digest: str
    summary: Summary


@dataclass(frozen=True)
class Evaluation:
    """A run as it was judged: its key, family, owner, page and summary, and the rules that found nothing."""

    run: str
    family: str
    owner: str
    page: str
    summary: Summary
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Speaker:
    """The newest run of a family: its key, the digest of its place's content, its name there."""

    run: str
    digest: str
    name: str


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


_PLACE = "p.path, p.key, p.signature, p.reader, p.modified"
_TONIGHT = """
    places p JOIN runs r ON r.place = p.path JOIN evaluations e ON e.run = r.run
    AND e.night = (SELECT max(night) FROM evaluations WHERE run = r.run AND night <= :night)
    WHERE p.night = :night AND p.failure = ''"""
_ORDERS = {"run": "r.run", "worst": "e.worst, e.hours DESC, r.run"}
_LAST = "SELECT max(night) FROM sightings WHERE finding = f.finding"


@contextmanager
def opened(file: Path, wait: float = 0) -> Iterator[History]:
    """The history, for the one process that may write it.

    Waits so many seconds for another one to finish. Raises HistoryError if it does not, if the file is damaged or of a
    later version of this program.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:
        _lock(lock.fileno(), file, wait)
        history = History(file)
        try:
            yield history
        finally:
            history.database.close()


def _lock(handle: int, file: Path, wait: float) -> None:
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise HistoryError(
                    f"{file}: another expert writes this history; --wait SECONDS lets this one wait for it"
                ) from None
            time.sleep(0.1)


class History:
    """The open file. What it gives are plain values; what it takes is written in one transaction per call."""

    def __init__(self, file: Path) -> None:
        try:
            self.database = sqlite3.connect(file, isolation_level=None)
            self.database.execute("PRAGMA journal_mode=WAL")
            self.database.execute("PRAGMA synchronous=NORMAL")
            version = int(self.database.execute("PRAGMA user_version").fetchone()[0])
            if version > SCHEMA:
                raise HistoryError(f"{file}: written by a later version of expert (schema {version}); update expert")
            for number, script in enumerate(_MIGRATIONS[version:], version + 1):
                self.database.executescript(f"BEGIN; {script}; PRAGMA user_version={number}; COMMIT;")
        except sqlite3.DatabaseError as error:
            raise HistoryError(f"{file}: no history of expert ({error}); move it away to begin a new one") from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All that the block writes, or nothing."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")

    def seen(self) -> dict[str, Seen]:
        """What is known of each path."""
        rows = self.database.execute("SELECT path, signature, reader FROM places")
        return {path: Seen(signature, reader) for path, signature, reader in rows}

    def begin(self, night: str, as_of: float) -> None:
        """Note that a night has begun; of one that is done again what was found about findings is forgotten."""
        with self.writing():
            self.database.execute(
                "INSERT INTO nights VALUES (?, ?, 0) ON CONFLICT (night) DO UPDATE SET as_of = ?2, finished = 0",
                (night, as_of),
            )

    def finish(self, night: str) -> None:
        """Note that a night is whole."""
        with self.writing():
            self.database.execute("UPDATE nights SET finished=1 WHERE night=?", (night,))

    def nights(self) -> list[str]:
        """All nights, the latest first."""
        return [night for (night,) in self.database.execute("SELECT night FROM nights ORDER BY night DESC")]

    def due(self, place: Place, rules: str) -> str | None:
        """None if the place was judged as it is under these rules; else its digest if only the rules changed, or ''."""
        row = self.database.execute(
            "SELECT signature, digest, rules, failure FROM places WHERE path=?", (place.path,)
        ).fetchone()
        if row is None or row[0] != place.signature:
            return ""
        return None if row[2] == rules else str(row[1])

    def keep(
        self,
        place: Place,
        night: str,
        rules: str,
        digest: str,
        failure: str,
        runs: Sequence[Evaluation],
    ) -> None:
        """What came of a place: its runs, or why nothing came of it."""
        with self.writing():
            self.database.execute(
                "INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    place.path,
                    place.key,
                    place.signature,
                    place.reader,
                    digest,
                    rules,
                    place.modified,
                    night,
                    failure,
                ),
            )
            for run in runs:
                self.database.execute(
                    "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run)"
                    " DO UPDATE SET place=excluded.place, family=excluded.family, owner=excluded.owner",
                    (run.run, place.path, run.family, run.owner, run.page, night),
                )
                kept = run.summary
                self.database.execute(
                    "INSERT OR REPLACE INTO evaluations VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (run.run, night, kept.verdict, kept.worst, kept.hours, dumps(kept), " ".join(run.silent)),
                )

    def unchanged(self, paths: Iterable[str], night: str) -> None:
        """Note that places are as they were."""
        with self.writing():
            self.database.executemany("UPDATE places SET night=? WHERE path=?", ((night, path) for path in paths))

    def runs(self, night: str, order: str = "run") -> Iterator[Run]:
        """The runs that were there in a night, each with its evaluation of then, by `run`, or the `worst` first."""
        rows = self.database.execute(
            "SELECT r.run, r.family, r.owner, r.page, r.first_night, e.night, p.digest, e.summary,"
            f" {_PLACE} FROM {_TONIGHT} ORDER BY {_ORDERS[order]}",
            {"night": night},
        )
        for run, family, owner, page, first, evaluated, digest, text, *place in rows:
            yield Run(run, Place(*place), family, owner, page, first, evaluated, digest, loads(text))

    def newest(self, night: str) -> dict[str, str]:
        """The newest run of each family that was there in a night."""
        rows = self.database.execute(
            f"SELECT r.family, r.run FROM {_TONIGHT} ORDER BY p.modified, r.run", {"night": night}
        )
        return dict(rows)

    def verdicts(self, night: str) -> dict[str, int]:
        """How many of the runs of a night have each verdict."""
        return dict(self.database.execute(f"SELECT e.verdict, count(*) FROM {_TONIGHT} GROUP BY 1", {"night": night}))

    def rules(self, night: str) -> dict[str, tuple[int, int]]:
        """For each rule how many of the runs of a night it fired in, and in how many it found nothing."""
        counts: dict[str, list[int]] = {}
        for text, silent in self.database.execute(f"SELECT e.summary, e.silent FROM {_TONIGHT}", {"night": night}):
            for place, rules in enumerate((loads(text).fired, silent.split())):
                for rule in rules:
                    counts.setdefault(rule, [0, 0])[place] += 1
        return {rule: (fired, silent) for rule, (fired, silent) in sorted(counts.items())}

    def failures(self, night: str) -> list[tuple[str, str]]:
        """The key of each place that could not be judged in a night, and why."""
        rows = self.database.execute(
            "SELECT key, failure FROM places WHERE night=? AND failure<>'' ORDER BY key", (night,)
        )
        return list(rows)

    def families_of_failures(self, night: str) -> set[str]:
        """The families of which a place could not be judged in a night."""
        rows = self.database.execute(
            "SELECT r.family FROM places p JOIN runs r ON r.place = p.path WHERE p.night=? AND p.failure<>''", (night,)
        )
        return {family for (family,) in rows}

    def sightings(self, before: str) -> dict[str, Row]:
        """The last sighting of each finding before a night."""
        return {row.finding: row for row in self._rows("s.night = (" + _LAST + " AND night < ?)", before)}

    def standings(self, night: str) -> list[Row]:
        """How the findings stand in a night, by id."""
        return self._rows("s.night = ?", night)

    def _rows(self, condition: str, night: str) -> list[Row]:
        rows = self.database.execute(
            "SELECT f.finding, f.family, f.diagnosis, f.about, f.title, f.first_night, s.run, s.state, s.severity,"
            f" s.certainty FROM findings f JOIN sightings s ON s.finding = f.finding AND {condition}"
            " ORDER BY f.finding",
            (night,),
        )
        return [Row(*row) for row in rows]

    def see(self, night: str, rows: Iterable[Row]) -> None:
        """How findings stand in a night."""
        with self.writing():
            self.database.execute("DELETE FROM sightings WHERE night=?", (night,))
            for row in rows:
                self.database.execute(
                    "INSERT OR IGNORE INTO findings VALUES (?, ?, ?, ?, ?, ?)",
                    (row.finding, row.family, row.diagnosis, row.about, row.title, row.first_night),
                )
                self.database.execute(
                    "INSERT INTO sightings VALUES (?, ?, ?, ?, ?, ?)",
                    (row.finding, night, row.run, row.state, row.severity, row.certainty),
                )

    def accepted(self, night: str) -> dict[str, str]:
        """The findings that are accepted until later than a night, with the reason."""
        rows = self.database.execute(
            "SELECT finding, reason FROM acceptances WHERE until > ? AND since <= ?", (night, night)
        )
        return dict(rows)

    def accept(self, finding: str, reason: str, until: str, since: str) -> None:
        """Note that a person has accepted a finding. Raises KeyError for one that is not known."""
        if not self.database.execute("SELECT 1 FROM findings WHERE finding=?", (finding,)).fetchone():
            raise KeyError(finding)
        with self.writing():
            self.database.execute(
                "INSERT OR REPLACE INTO acceptances VALUES (?, ?, ?, ?)", (finding, reason, until, since)
            )

    def trend(self, diagnosis: str, night: str) -> list[tuple[str, int]]:
        """How many findings of a diagnosis were open in each of the last thirty nights, the earliest first."""
        rows = self.database.execute(
            """
            SELECT n.night, count(s.finding)
            FROM (SELECT night FROM nights WHERE night <= ? ORDER BY night DESC LIMIT 30) n
            LEFT JOIN sightings s ON s.night = n.night AND s.state NOT IN ('resolved', 'suppressed')
            AND s.finding IN (SELECT finding FROM findings WHERE diagnosis = ?)
            GROUP BY n.night ORDER BY n.night
            """,
            (night, diagnosis),
        )
        return list(rows)

    def record(self, before: str, after: str, trials: Iterable[Trial]) -> None:
        """Note in the ledger what came of the remedies that were applied; the same pair of runs counts once."""
        rows = [
            (before, after, trial.remedy, diagnosis, trial.result)
            for trial in trials
            if trial.applied == "applied" and trial.result != "cannot tell"
            for diagnosis in trial.treats
        ]
        with self.writing():
            self.database.executemany("INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?)", rows)

    def ledger(self) -> dict[str, Outcomes]:
        """What came of each remedy that was applied."""
        rows = self.database.execute(
            "SELECT remedy, sum(result = 'held'), sum(result = 'failed')"
            " FROM (SELECT DISTINCT before, after, remedy, result FROM trials) GROUP BY remedy"
        )
        return {remedy: Outcomes(int(held), int(failed)) for remedy, held, failed in rows}

    def speakers(self, before: str) -> dict[str, Speaker]:
        """Who spoke last for each family, in a night before this one."""
        rows = self.database.execute("SELECT family, run, digest, name FROM speakers WHERE night < ?", (before,))
        return {family: Speaker(*speaker) for family, *speaker in rows}

    def speak(self, night: str, speakers: Mapping[str, Speaker]) -> None:
        """Note who speaks for each family in a night."""
        rows = [(family, one.run, one.digest, one.name, night) for family, one in speakers.items()]
        with self.writing():
            self.database.executemany("INSERT OR REPLACE INTO speakers VALUES (?, ?, ?, ?, ?)", rows)

    def forget(self, before: str) -> None:
        """Leave out what is older than a night: evaluations and sightings, but of each run and finding the last."""
        with self.writing():
            self.database.execute(
                "DELETE FROM evaluations WHERE night < ? AND night < (SELECT max(night) FROM evaluations e"
                " WHERE e.run = evaluations.run)",
                (before,),
            )
            self.database.execute(
                "DELETE FROM sightings WHERE night < ? AND night < (SELECT max(night) FROM sightings s"
                " WHERE s.finding = sightings.finding)",
                (before,),
            )

    def digests(self) -> set[str]:
        """The contents that places have."""
        return {digest for (digest,) in self.database.execute("SELECT digest FROM places")}

    def export(self, folder: Path) -> list[Path]:
        """Write every table as Parquet into a folder; gives the files. Raises OSError if that cannot be done."""
        import polars

        folder.mkdir(parents=True, exist_ok=True)
        written = []
        names = self.database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        for (name,) in names.fetchall():
            cursor = self.database.execute(f"SELECT * FROM {name}")
            columns = [column for column, *_ in cursor.description]
            rows = [[v.decode() if isinstance(v, bytes) else v for v in row] for row in cursor]
            frame = polars.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)
            frame.write_parquet(folder / f"{name}.parquet")
            written.append(folder / f"{name}.parquet")
        return written
