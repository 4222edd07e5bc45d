"""One night: find the runs, judge those that changed, say what became of every finding, write the site."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from expert.files import save
from expert.fleet import cache
from expert.fleet.executors import Crew, as_done
from expert.fleet.history import Evaluation, History, Row, Run, Speaker
from expert.fleet.judging import Outcome, Pair, Task
from expert.fleet.mirror import local
from expert.fleet.places import Lost, Place, Selection, family, matches, places
from expert.fleet.states import absent, identity, present
from expert.fleet.summary import Summary
from expert.fleet.supervised import Limits, Rules, judged, tried
from expert.plan import CONSIDERABLE


@dataclass(frozen=True)
class Request:
    """What a night is to do. `as_of` is its moment in seconds since 1970; all that it writes follows from it."""

    roots: tuple[str, ...]
    site: Path
    state: Path
    as_of: float
    rules: Rules
    selection: Selection = field(default_factory=Selection)
    limits: Limits = field(default_factory=Limits)
    redact: bool = False
    growing_minutes: float = 15
    keep_nights: int = 365
    owners: Mapping[str, str] = field(default_factory=dict)
    """Who owns the runs whose key matches a pattern; else the setting `owner`, `user` or `author` says it."""

    @property
    def night(self) -> str:
        """The night's name: its date, in this machine's time zone."""
        return datetime.datetime.fromtimestamp(self.as_of).date().isoformat()


def take(request: Request, history: History, crew: Crew, progress: Callable[[int, int], None]) -> tuple[Lost, ...]:
    """Judge what has changed since the last night and keep it; gives what could not be looked at.

    `progress` is told how many of how many places are done.
    """
    history.begin(request.night, request.as_of)
    roots, unreached = local(request.roots, request.state / "mirror", request.selection)
    found = list(places(roots, request.selection, request.as_of, history.seen()))
    rules = replace(request.rules, ledger=history.ledger())
    due: list[tuple[Place, str]] = []
    same: list[str] = []
    for place in found:
        if isinstance(place, Lost):
            continue
        digest = history.due(place, rules.digest)
        if digest is None:
            same.append(place.path)
        else:
            due.append((place, digest))
    history.unchanged(same, request.night)
    facts = str(request.state / "facts")
    by_path = {place.path: place for place, _ in due}
    tasks = (Task(place.path, facts, digest, request.redact) for place, digest in due)
    for n, (task, future) in enumerate(as_done(crew, judged, tasks, rules, request.limits), 1):
        _keep(future.result(), by_path[task.path], request, history)
        progress(n, len(due))
    pairs = _pairs(_stand(request, history), request, history)
    for pair, trials in as_done(crew, tried, pairs, rules, request.limits):
        history.record("#".join(pair.before), "#".join(pair.after), trials.result())
    _forget(request, history)
    history.finish(request.night)
    return (*unreached, *(place for place in found if isinstance(place, Lost)))


def _keep(outcome: Outcome, place: Place, request: Request, history: History) -> None:
    """Write what came of a place: first its facts and pages, then, once they are whole, its rows."""
    if outcome.facts is not None:
        cache.store(request.state / "facts", outcome.digest, outcome.facts)
    runs = []
    for key, verdict in zip(_keys(place, outcome), outcome.verdicts, strict=True):
        page = page_name(key)
        save(request.site / "run" / f"{page}.html", verdict.page)
        save(request.site / "run" / f"{page}.json.gz", verdict.result)
        runs.append(
            Evaluation(key, family(key), _owner(key, verdict.summary, request), page, verdict.summary, verdict.silent)
        )
    history.keep(place, request.night, request.rules.digest, outcome.digest, outcome.failure, runs)


def _forget(request: Request, history: History) -> None:
    """Leave out what is older than is kept, and the facts of contents that no place has any more."""
    oldest = datetime.date.fromisoformat(request.night) - datetime.timedelta(request.keep_nights)
    history.forget(oldest.isoformat())
    known = history.digests()
    for file in (request.state / "facts").glob("*/*.npz"):
        if file.stem not in known:
            file.unlink(missing_ok=True)


def page_name(run: str) -> str:
    """The file name of a run's page, safe everywhere and the same every night."""
    safe = re.sub(r"[^\w.-]+", "-", run, flags=re.ASCII).strip("-.")[-60:] or "run"
    return f"{safe}-{sha256(run.encode(errors='replace')).hexdigest()[:6]}"


def _keys(place: Place, outcome: Outcome) -> list[str]:
    """The key of each run of a place: the place's own where it holds one run, else with the run's name."""
    names = [verdict.summary.name for verdict in outcome.verdicts]
    if len(names) == 1:
        return [place.key]
    found: list[str] = []
    for name in names:
        key, n = f"{place.key}#{name}", 2
        while key in found:
            key, n = f"{place.key}#{name}-{n}", n + 1
        found.append(key)
    return found


def _owner(key: str, kept: Summary, request: Request) -> str:
    by_path = (owner for pattern, owner in request.owners.items() if matches(key, pattern))
    by_setting = (str(kept.settings[name]) for name in ("owner", "user", "author") if name in kept.settings)
    return next(by_path, "") or next(by_setting, "")


def _pairs(speakers: Mapping[str, Speaker], request: Request, history: History) -> list[Pair]:
    """For each family whose newest run is another than before: the run that spoke for it before, and the one now."""
    before = history.speakers(request.night)
    history.speak(request.night, speakers)
    changed = [(before[f], now) for f, now in speakers.items() if f in before and before[f].digest != now.digest]
    facts = str(request.state / "facts")
    return [Pair((then.digest, then.name), (now.digest, now.name), facts) for then, now in changed]


def _stand(request: Request, history: History) -> dict[str, Speaker]:
    """Work out the state of every finding, of the newest run of each family, and keep it; gives those runs."""
    newest = history.newest(request.night)
    before = {row.finding: row for row in history.sightings(request.night).values()}
    unread = history.families_of_failures(request.night)
    accepted = history.accepted(request.night)
    there: dict[str, Row] = {}
    speakers: dict[str, Speaker] = {}
    for run in history.runs(request.night):
        if newest[run.family] == run.run:
            speakers[run.family] = Speaker(run.run, run.digest, run.summary.name)
            there |= {row.finding: row for row in _tonight(run, before, accepted, request)}
            unread |= {run.family} if run.summary.verdict == "Not judged" else set()
    gone = (_gone(row, unread) for id_, row in before.items() if id_ not in there)
    history.see(request.night, [*there.values(), *filter(None, gone)])
    return speakers


def _tonight(run: Run, before: Mapping[str, Row], accepted: Container[str], request: Request) -> Iterator[Row]:
    """How the findings of a run stand; those that are low are followed only if they were more once."""
    growing = _grows(run, request)
    for found in run.summary.findings:
        id_ = identity(run.family, found.diagnosis, found.about)
        last = before.get(id_)
        if last is not None or found.severity in CONSIDERABLE:
            then, first = (last.sighting, last.first_night) if last else (None, request.night)
            now = present(found.severity, then, growing=growing, accepted=id_ in accepted)
            identified = (id_, run.family, found.diagnosis, found.about, found.title, first, run.run)
            yield Row(*identified, now, found.severity, found.certainty)


def _gone(row: Row, unread: Container[str]) -> Row | None:
    """How a finding stands that was there before and is not tonight; None if it was resolved before."""
    now = absent(row.sighting, judged=row.family not in unread)
    return replace(row, state=now) if now else None


def _grows(run: Run, request: Request) -> bool:
    """Whether the run still goes on: its log was written to just now, and it has not reached its planned end."""
    return run.summary.complete is not True and request.as_of - run.place.modified < request.growing_minutes * 60
