"""The tables of the history, each version of them a step from the one before."""

from __future__ import annotations

MIGRATIONS = (
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
    "ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '';",
)
SCHEMA = len(MIGRATIONS)
