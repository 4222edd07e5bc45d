"""What a worker does with one place: read and measure it, or take its facts from the cache; judge it; draw its page.

A worker only computes. It writes nothing, so that it may die at any moment, or stand on another machine.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from expert import signals
from expert.diagnose import judge_facts, shareable
from expert.engine import EngineError
from expert.fleet import cache, marks
from expert.fleet.places import content
from expert.fleet.summary import Summary, summary
from expert.knowledge import KnowledgeBase
from expert.plan import Plan, refused
from expert.readers import Refused, told
from expert.readers._onward import Memory
from expert.renderers import _words as words
from expert.renderers import render
from expert.sources import Given, defect, runs
from expert.verify import Trial, verified
from expert.words import Words


class JudgeError(RuntimeError):
    """A question that took too long or too much, or broke the judge; the message says which."""


@dataclass(frozen=True)
class Task:
    """A place to judge. `digest` is that of its content where it is known not to have changed, else empty.

    `facts` is the folder of the cache, to read from; `mark` the file that says where the log of a place that may still
    grow was left, empty for any other; `origin` the folder of a mirror and the URL that people know in its place.
    """

    path: str
    facts: str
    digest: str = ""
    mark: str = ""
    origin: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Bench:
    """What a judge has at hand for all questions: the rules, the team's words, the day, whether to mask people."""

    knowledge: KnowledgeBase
    words: Words
    today: date
    redact: bool


@dataclass(frozen=True)
class Verdict:
    """One judged run: its summary, the rules that found nothing in it, its page, its JSON compressed by gzip."""

    summary: Summary
    silent: tuple[str, ...]
    page: bytes = field(repr=False)
    result: bytes = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """What came of a place: its runs, or why nothing did.

    `facts` is what the cache is to keep, and `mark` where its log was left, where they are new.
    """

    path: str
    digest: str = ""
    verdicts: tuple[Verdict, ...] = ()
    failure: str = ""
    facts: bytes | None = field(repr=False, default=None)
    mark: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True)
class Pair:
    """Two runs of one family, the earlier first: the digest of the content and the name of each."""

    before: tuple[str, str]
    after: tuple[str, str]
    facts: str


def tried(pair: Pair, bench: Bench) -> tuple[Trial, ...]:
    """What came of the earlier run's remedies; nothing where the cache does not hold both runs any more."""
    plans = [_cached(pair.facts, *one, bench) for one in (pair.before, pair.after)]
    known = [plan for plan in plans if plan is not None]
    return verified(*known) if len(known) == 2 else ()


def _cached(facts: str, digest: str, name: str, bench: Bench) -> Plan | None:
    content_ = cache.stored(Path(facts), digest) or ()
    found = (one for one in content_ if isinstance(one, cache.Measured) and words.short(one.run.name) == name)
    return next((_plan(one, bench) for one in found), None)


def judged(task: Task, bench: Bench) -> Outcome:
    """The outcome for one place. A run that cannot be read or judged has the verdict `Not judged`; it stops no other.

    Raises OSError for a place that vanished, EngineError without the engine.
    """
    digest = task.digest or content(Path(task.path))
    known = cache.stored(Path(task.facts), digest)
    if known is not None:
        return Outcome(task.path, digest, _verdicts(known, bench))
    memory = marks.stored(Path(task.mark)) if task.mark else None
    read = tuple(_measured(task, bench, memory))
    mark = marks.dumps(memory) if memory else None
    return Outcome(task.path, digest, _verdicts(read, bench), facts=cache.dumps(read), mark=mark)


def _verdicts(measured: cache.Content, bench: Bench) -> tuple[Verdict, ...]:
    return tuple(_verdict(_plan(one, bench)) for one in measured)


def _measured(task: Task, bench: Bench, memory: Memory | None) -> Iterator[cache.Measured | Refused]:
    mirror, url = task.origin
    for run in runs(task.path, Given(words=bench.words), memory):
        if mirror:
            run = told(run, Path(mirror), url)
        if isinstance(run, Refused):
            yield run
        else:
            run = shareable(run, bench.redact)
            yield cache.Measured(run, signals.measure(run))


def _plan(one: cache.Measured | Refused, bench: Bench) -> Plan:
    if isinstance(one, Refused):
        return refused(one.source, Path(one.source).name or one.source, one.reason)
    try:
        return judge_facts(one.run, one.facts, bench.knowledge, bench.today)
    except EngineError:
        raise
    except Exception as error:  # one run must not stop the others
        return refused(one.run.source, one.run.name, defect(error))


def _verdict(plan: Plan) -> Verdict:
    page, result = (render(plan, form).encode() for form in ("html", "json"))
    silent = tuple(sorted({check.rule for check in plan.checked}))
    return Verdict(summary(plan), silent, page, gzip.compress(result, 6, mtime=0))
