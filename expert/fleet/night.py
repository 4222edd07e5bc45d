"""One night: find the runs, judge those that changed, say what became of every finding, write the site."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from expert.files import save
from expert.fleet import cache, ledger, sightings
from expert.fleet.executors import Crew, as_done
from expert.fleet.history import Evaluation, History, Run
from expert.fleet.judging import Outcome, Pair, Task
from expert.fleet.ledger import Speaker
from expert.fleet.mirror import local
from expert.fleet.places import Lost, Place, Selection, family, matches, places
from expert.fleet.sightings import Row
from expert.fleet.states import absent, identity, present
from expert.fleet.summary import Summary
from expert.fleet.supervised import Limits, Rules, judged, tried
from expert.plan import CONSIDERABLE

_STILL = 86_400
"""A log that was not written to for so many seconds is not expected to grow."""


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
    growing_minutes: float = 15
    keep_nights: int = 365
    owners: Mapping[str, str] = field(default_factory=dict)
    """Who owns the runs whose key matches a pattern; else the setting `owner`, `user` or `author` says it."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """What the runs are tagged with whose key matches a pattern; the settings `tag` and `tags` add to it."""

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
    found = list(places(list(roots), request.selection, request.as_of, history.seen()))
    rules = replace(request.rules, ledger=ledger.outcomes(history))
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
    by_path = {place.path: place for place, _ in due}
    tasks = (
        Task(place.path, str(_facts(request)), digest, _mark(place, request), _origin(place, roots))
        for place, digest in due
    )
    for n, (task, outcome) in enumerate(as_done(crew, judged, tasks, rules, request.limits), 1):
        _keep(outcome, by_path[task.path], request, history)
        progress(n, len(due))
    lost = (*unreached, *(place for place in found if isinstance(place, Lost)))
    speakers = _stand(request, history, history.unread(request.night, (one.path for one in lost)))
    for pair, trials in as_done(crew, tried, _pairs(speakers, request, history), rules, request.limits):
        ledger.record(history, "#".join(pair.before), "#".join(pair.after), trials)
    ledger.speak(history, request.night, speakers)  # once the pairs are tried, so that a killed night tries them again
    _forget(request, history, {_mark(place, request) for place in found if isinstance(place, Place)})
    history.finish(request.night)
    return lost


def _origin(place: Place, roots: Mapping[str, str]) -> tuple[str, str]:
    """The folder that mirrors the root of a place, and the URL of that root; nothing twice where it is no mirror."""
    mirrors = (one for one in roots.items() if one[0] != one[1] and Path(place.path).is_relative_to(one[0]))
    return next(mirrors, ("", ""))


def _keep(outcome: Outcome, place: Place, request: Request, history: History) -> None:
    """Write what came of a place: first its facts and pages, then, once they are whole, its rows."""
    if outcome.facts is not None:
        cache.store(_facts(request), outcome.digest, outcome.facts)
    if outcome.mark is not None:
        save(Path(_mark(place, request)), outcome.mark)
    runs = []
    for key, verdict in zip(_keys(place, outcome), outcome.verdicts, strict=True):
        page = page_name(key)
        save(request.site / "run" / f"{page}.html", verdict.page)
        save(request.site / "run" / f"{page}.json.gz", verdict.result)
        kept = verdict.summary
        whose, tags = _owner(key, kept, request), _tags(key, kept, request)
        runs.append(Evaluation(key, family(key), whose, tags, page, kept, verdict.silent))
    history.keep(place, request.night, request.rules.digest, outcome.digest, outcome.failure, runs)


def _facts(request: Request) -> Path:
    return request.state / "facts" / request.rules.reading


def _mark(place: Place, request: Request) -> str:
    """The file that says where the log of a place was left; none for one that is not expected to grow."""
    if request.as_of - place.modified > _STILL:
        return ""
    return str(
        request.state / "marks" / request.rules.reading / sha256(place.path.encode(errors="replace")).hexdigest()
    )


def _forget(request: Request, history: History, marks: Container[str]) -> None:
    """Leave out what is older than is kept, the facts of contents that no place has, and the marks of still logs."""
    oldest = datetime.date.fromisoformat(request.night) - datetime.timedelta(request.keep_nights)
    history.forget(oldest.isoformat())
    known = history.digests()
    for file in (request.state / "facts").rglob("*.npz"):
        if file.stem not in known or file.parent.parent != _facts(request):
            file.unlink(missing_ok=True)
    for file in (request.state / "marks").rglob("*"):
        if file.is_file() and str(file) not in marks:
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


def _tags(key: str, kept: Summary, request: Request) -> tuple[str, ...]:
    """The tags of a run, in the order of the alphabet."""
    by_path = [tag for pattern, tag in request.tags.items() if matches(key, pattern)]
    by_setting = [str(kept.settings[name]) for name in ("tag", "tags") if name in kept.settings]
    return tuple(sorted({tag.strip() for text in (*by_path, *by_setting) for tag in text.split(",")} - {""}))


def _pairs(speakers: Mapping[str, Speaker], request: Request, history: History) -> list[Pair]:
    """For each family whose newest run is another than before: the run that spoke for it before, and the one now."""
    before = ledger.speakers(history, request.night)
    changed = [(before[f], now) for f, now in speakers.items() if f in before and before[f].digest != now.digest]
    facts = str(_facts(request))
    return [Pair((then.digest, then.name), (now.digest, now.name), facts) for then, now in changed]


def _stand(request: Request, history: History, unread: set[str]) -> dict[str, Speaker]:
    """Work out the state of every finding, of the newest run of each family, and keep it; gives those runs.

    `unread` are the families of which something could not be read.
    """
    newest = history.newest(request.night)
    before = sightings.latest(history, request.night)
    accepted = sightings.accepted(history, request.night)
    there: dict[str, Row] = {}
    speakers: dict[str, Speaker] = {}
    for run in history.runs(request.night):
        if newest[run.family] == run.run:
            speakers[run.family] = Speaker(run.run, run.digest, run.summary.name)
            there |= {row.finding: row for row in _tonight(run, before, accepted, request)}
            unread = unread | ({run.family} if run.summary.verdict == "Not judged" else set())
    gone = (_gone(row, unread) for id_, row in before.items() if id_ not in there)
    sightings.see(history, request.night, [*there.values(), *filter(None, gone)])
    return speakers


def _tonight(run: Run, before: Mapping[str, Row], accepted: Container[str], request: Request) -> Iterator[Row]:
    """How the findings of a run stand; those that are low are followed only if they were more once."""
    growing, suppressed = _grows(run, request), run.summary.suppressed
    for found in (*run.summary.findings, *suppressed):
        id_ = identity(run.family, found.diagnosis, found.about)
        last = before.get(id_)
        if last is not None or found.severity in CONSIDERABLE:
            then, first = (last.sighting, last.first_night) if last else (None, request.night)
            now = present(found.severity, then, growing=growing, accepted=id_ in accepted or found in suppressed)
            identified = (id_, run.family, found.diagnosis, found.about, found.title, first, run.run)
            yield Row(*identified, now, found.severity, found.certainty)


def _gone(row: Row, unread: Container[str]) -> Row | None:
    """How a finding stands that was there before and is not tonight; None if it was resolved before."""
    now = absent(row.sighting, judged=row.family not in unread)
    return replace(row, state=now) if now else None


def _grows(run: Run, request: Request) -> bool:
    """Whether the run still goes on: its log was written to just now, and it has not reached its planned end."""
    return run.summary.complete is not True and request.as_of - run.place.modified < request.growing_minutes * 60
