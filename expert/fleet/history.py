"""What is known of a fleet from night to night, in one SQLite file.

One process writes at a time (`opened` takes a lock). Every place is one transaction, so that a night that is killed
goes on where it stopped. A file of a later schema is refused, one of an earlier schema is brought up to date.
"""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from expert.fleet.places import Place, Seen
from expert.fleet.schema import MIGRATIONS, SCHEMA
from expert.fleet.summary import Summary, dumps, loads


class HistoryError(RuntimeError):
    """The history cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Run:
    """A run as history knows it: its key, its place and family, the name of its page, and its latest summary."""

    run: str
    place: Place
    family: str
    owner: str
    tags: tuple[str, ...]
    page: str
    first_night: str
    evaluated: str
    digest: str
    summary: Summary


@dataclass(frozen=True)
class Evaluation:
    """A run as it was judged: its key, family, owner, tags, page and summary, and the rules that found nothing."""

    run: str
    family: str
    owner: str
    tags: tuple[str, ...]
    page: str
    summary: Summary
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleCount:
    """In how many runs a rule fired, in how many it found nothing, and in how many it is part of a finding."""

    fired: int
    silent: int
    told: int


_PLACE = "p.path, p.key, p.signature, p.reader, p.modified"
_TONIGHT = """
    places p JOIN runs r ON r.place = p.path JOIN evaluations e ON e.run = r.run
    AND e.night = (SELECT max(night) FROM evaluations WHERE run = r.run AND night <= :night)
    WHERE p.night = :night AND p.failure = ''"""
_ORDERS = {"run": "r.run", "worst": "e.worst, e.hours DESC, r.run"}
_FORGET = (
    "DELETE FROM evaluations WHERE night < :before"
    " AND night < (SELECT max(night) FROM evaluations e WHERE e.run = evaluations.run)",
    "DELETE FROM sightings WHERE night < :before AND (state = 'resolved'"
    " OR night < (SELECT max(night) FROM sightings s WHERE s.finding = sightings.finding))",
    "DELETE FROM findings WHERE finding NOT IN (SELECT finding FROM sightings)",
    "DELETE FROM acceptances WHERE finding NOT IN (SELECT finding FROM findings)",
    "DELETE FROM places WHERE night < :before",
    "DELETE FROM runs WHERE place NOT IN (SELECT path FROM places)",
    "DELETE FROM evaluations WHERE run NOT IN (SELECT run FROM runs)",
    "DELETE FROM speakers WHERE run NOT IN (SELECT run FROM runs)",
)


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
            for number, script in enumerate(MIGRATIONS[version:], version + 1):
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
                    "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run) DO UPDATE SET"
                    " place=excluded.place, family=excluded.family, owner=excluded.owner, tags=excluded.tags",
                    (run.run, place.path, run.family, run.owner, run.page, night, ",".join(run.tags)),
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
            "SELECT r.run, r.family, r.owner, r.tags, r.page, r.first_night, e.night, p.digest, e.summary,"
            f" {_PLACE} FROM {_TONIGHT} ORDER BY {_ORDERS[order]}",
            {"night": night},
        )
        for run, family, owner, tags, page, first, evaluated, digest, text, *place in rows:
            known = tuple(tags.split(",")) if tags else ()
            yield Run(run, Place(*place), family, owner, known, page, first, evaluated, digest, loads(text))

    def newest(self, night: str) -> dict[str, str]:
        """The newest run of each family that was there in a night."""
        rows = self.database.execute(
            f"SELECT r.family, r.run FROM {_TONIGHT} ORDER BY p.modified, r.run", {"night": night}
        )
        return dict(rows)

    def verdicts(self, night: str) -> dict[str, int]:
        """How many of the runs of a night have each verdict."""
        return dict(self.database.execute(f"SELECT e.verdict, count(*) FROM {_TONIGHT} GROUP BY 1", {"night": night}))

    def rules(self, night: str) -> dict[str, RuleCount]:
        """What each rule did in the runs of a night."""
        counts: dict[str, list[int]] = {}
        for text, silent in self.database.execute(f"SELECT e.summary, e.silent FROM {_TONIGHT}", {"night": night}):
            kept = loads(text)
            for place, rules in enumerate((kept.fired, silent.split(), kept.told)):
                for rule in rules:
                    counts.setdefault(rule, [0, 0, 0])[place] += 1
        return {rule: RuleCount(*three) for rule, three in sorted(counts.items())}

    def failures(self, night: str) -> list[tuple[str, str]]:
        """The key of each place that could not be judged in a night, and why."""
        rows = self.database.execute(
            "SELECT key, failure FROM places WHERE night=? AND failure<>'' ORDER BY key", (night,)
        )
        return list(rows)

    def unread(self, night: str, lost: Iterable[str]) -> set[str]:
        """The families of which a place could not be judged in a night, or lies where nothing could be looked at."""
        rows = self.database.execute(
            "SELECT r.family, p.path, p.night, p.failure FROM places p JOIN runs r ON r.place = p.path"
        )
        gone = tuple(lost)
        return {
            family
            for family, path, last, failure in rows
            if (last == night and failure) or any(path == one or path.startswith(one.rstrip("/") + "/") for one in gone)
        }

    def forget(self, before: str) -> None:
        """Leave out what is older than a night.

        Of places that are there still and of findings that are open the last word is kept, and the names of all nights,
        for their pages stay.
        """
        with self.writing():
            for statement in _FORGET:
                self.database.execute(statement, {"before": before})

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
