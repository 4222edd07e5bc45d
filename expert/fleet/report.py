"""What a night has to tell: what is new, what is resolved, which causes cost most, what could not be judged.

It grows with the findings of the fleet, not with its runs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from expert.diagnose import judge_facts
from expert.fleet import sightings
from expert.fleet.history import History, RuleCount, Run
from expert.fleet.patterns import regressions, shared
from expert.fleet.places import Lost
from expert.fleet.price import Price
from expert.fleet.sightings import Count, Row
from expert.fleet.states import NEWS
from expert.knowledge import SEVERITIES, KnowledgeBase
from expert.renderers import _words as words
from expert.run import RunLog
from expert.vocabulary import how_to_give

_ENOUGH_RUNS, _ENOUGH_NIGHTS = 20, 14
"""From so many runs on a rule is called noisy, and from so many nights on dead."""
_NOISY = 0.5


@dataclass(frozen=True)
class Entry:
    """A finding tonight, with what its run says of it; `page` is the name of the run's page, if the run is there."""

    row: Row
    page: str
    run: str
    because: str
    first: str
    hours: float | None
    owner: str
    tags: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Cause:
    """A diagnosis over the fleet: how many families have it, how many of them newly, the hours that they took.

    `cost` is what these hours cost, in words, where a price is known.
    """

    diagnosis: str
    title: str
    severity: str
    findings: int
    news: int
    hours: float
    cost: str
    owners: tuple[str, ...]


@dataclass(frozen=True)
class Unlock:
    """An input that runs lack: the line that gives it, in how many runs, and how many checks it would unlock in one."""

    input: str
    how: str
    runs: int
    rules: int


@dataclass(frozen=True)
class RuleHealth:
    """A rule that is told too often to tell anything, or never fired though it was often judged, or is due for review.

    `kind` is noisy, dead or due; `why` says what is due.
    """

    rule: str
    kind: str
    fired: int = 0
    judged: int = 0
    why: str = ""


@dataclass(frozen=True)
class Pattern:
    """What the fleet's rules found about a group of runs or a family: the subject, what is wrong, why, what to do."""

    about: str
    title: str
    severity: str
    because: str
    first: str


@dataclass(frozen=True)
class Report:
    """All that the site and the messages of a night say. `before` is the night before, `failures` key and reason."""

    night: str
    before: str
    nights: tuple[str, ...]
    verdicts: Mapping[str, int]
    entries: tuple[Entry, ...]
    causes: tuple[Cause, ...]
    failures: tuple[tuple[str, str], ...]
    unlocks: tuple[Unlock, ...]
    health: tuple[RuleHealth, ...]
    patterns: tuple[Pattern, ...] = ()
    trend: tuple[Count, ...] = ()

    def of(self, *states: str) -> tuple[Entry, ...]:
        """The findings in these states, the most severe first."""
        return tuple(entry for entry in self.entries if entry.row.state in states)

    @property
    def runs(self) -> int:
        """How many runs were there."""
        return sum(self.verdicts.values())


def report(
    night: str,
    history: History,
    knowledge: KnowledgeBase,
    lost: Iterable[Lost] = (),
    price: Price | None = None,
) -> Report:
    """What history knows of a night, what the fleet's rules make of it, and the places that could not be looked at."""
    rows = sightings.standings(history, night)
    accepted = sightings.accepted(history, night)
    wanted = {row.run for row in rows}
    runs: dict[str, Run] = {}
    missing: Counter[str] = Counter()
    checks: Counter[str] = Counter()
    for run in history.runs(night):
        if run.run in wanted:
            runs[run.run] = run
        for name, rules in run.summary.unlocks.items():
            missing[name] += 1
            checks[name] = max(checks[name], rules)
    entries = sorted((_entry(row, runs.get(row.run), accepted) for row in rows), key=_urgency)
    failures = [*((place.key, place.reason) for place in lost), *history.failures(night)]
    return Report(
        night,
        next((known for known in history.nights() if known < night), ""),
        tuple(known for known in history.nights() if known <= night),
        history.verdicts(night),
        tuple(entries),
        _causes(entries, price),
        tuple(sorted(failures)),
        _unlocks(missing, checks),
        (*_due(knowledge, date.fromisoformat(night)), *_health(history.rules(night), len(history.nights()))),
        _patterns(night, history, knowledge),
        sightings.trend(history, night),
    )


def _unlocks(missing: Mapping[str, int], checks: Mapping[str, int]) -> tuple[Unlock, ...]:
    """The inputs, those first that would unlock most checks over all runs."""
    found = (Unlock(name, how_to_give(name), runs, checks[name]) for name, runs in missing.items())
    return tuple(sorted(found, key=lambda one: (-one.runs * one.rules, one.input)))


def _patterns(night: str, history: History, knowledge: KnowledgeBase) -> tuple[Pattern, ...]:
    """The findings of the rules with `scope: fleet`; of groups with one cause the one that chance explains least."""
    facts = (*shared(history.runs(night)), *regressions(history.runs(night)))
    if not facts:
        return ()
    plan = judge_facts(RunLog("fleet", night), facts, knowledge)
    found: dict[tuple[str, str], tuple[float, Pattern]] = {}
    known = {(fact.about, fact.name): fact.value for fact in facts}
    for finding in plan.findings:
        item = next((item for item in plan.items if finding in item.treats), None)
        because = " ".join(words.strongest(finding, plan, 1))
        diagnosis = finding.diagnosis
        pattern = Pattern(finding.about, diagnosis.title, finding.severity, because, item.title if item else "")
        cause = str(known.get((finding.about, "group_cause"), finding.about))
        chance = float(known.get((finding.about, "group_chance"), 0.0))
        key = (diagnosis.id, cause)
        found[key] = min(found.get(key, (2.0, pattern)), (chance, pattern), key=lambda one: one[0])
    return tuple(pattern for _, (_, pattern) in sorted(found.items()))


def _entry(row: Row, run: Run | None, accepted: Mapping[str, str]) -> Entry:
    if run is None:
        return Entry(row, "", row.run, "", "", None, "", (), accepted.get(row.finding, ""))
    same = [f for f in run.summary.findings if (f.diagnosis, f.about) == (row.diagnosis, row.about)]
    muted = [f for f in run.summary.suppressed if (f.diagnosis, f.about) == (row.diagnosis, row.about)]
    return Entry(
        row,
        run.page,
        row.run,
        same[0].because if same else "",
        run.summary.first,
        run.summary.hours,
        run.owner,
        run.tags,
        accepted.get(row.finding, muted[0].because if muted else ""),
    )


def _urgency(entry: Entry) -> tuple[int, float, str, str]:
    return SEVERITIES.index(entry.row.severity), -(entry.hours or 0.0), entry.row.diagnosis, entry.run


def _causes(entries: Iterable[Entry], price: Price | None) -> tuple[Cause, ...]:
    """The causes that are open tonight, those that cost most hours first, then those of most findings."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.row.state not in ("resolved", "suppressed"):
            groups[entry.row.diagnosis].append(entry)
    hours = {diagnosis: sum(entry.hours or 0.0 for entry in found) for diagnosis, found in groups.items()}
    causes = [
        Cause(
            diagnosis,
            found[0].row.title,
            min((entry.row.severity for entry in found), key=SEVERITIES.index),
            len(found),
            sum(entry.row.state in NEWS for entry in found),
            hours[diagnosis],
            price.of(hours[diagnosis]) if price and hours[diagnosis] else "",
            tuple(sorted({entry.owner for entry in found if entry.owner})),
        )
        for diagnosis, found in groups.items()
    ]
    return tuple(sorted(causes, key=lambda cause: (-cause.hours, -cause.findings, cause.diagnosis)))


def _health(counts: Mapping[str, RuleCount], nights: int) -> tuple[RuleHealth, ...]:
    """The rules that are part of a finding in most of many runs, and those that fired in none over many nights."""
    found = []
    for rule, count in counts.items():
        judged = count.fired + count.silent
        if judged >= _ENOUGH_RUNS and count.told / judged > _NOISY:
            found.append(RuleHealth(rule, "noisy", count.told, judged))
        elif judged >= _ENOUGH_RUNS and not count.fired and nights >= _ENOUGH_NIGHTS:
            found.append(RuleHealth(rule, "dead", count.fired, judged))
    return tuple(sorted(found, key=lambda one: (-one.fired, -one.judged, one.rule)))


def _due(knowledge: KnowledgeBase, today: date) -> Iterator[RuleHealth]:
    """The changes of packs whose day of review has passed, and the suppressions that have expired."""
    for change in knowledge.changes:
        if change.review_by is not None and change.review_by < today:
            asked = f" by {change.owner}" if change.owner else ""
            yield RuleHealth(change.target, "due", why=f"its change was to be reviewed{asked} until {change.review_by}")
    for one in knowledge.suppressions:
        if one.expires < today:
            yield RuleHealth(", ".join(one.diagnoses), "due", why=f"its suppression expired on {one.expires}")
