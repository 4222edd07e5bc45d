"""What a worker does with one place: read and measure it, or take its facts from the cache; judge it; draw its page.

A worker only computes. It writes nothing, so that it may die at any moment, or stand on another machine.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from expert import signals
from expert.diagnose import judge_facts, shareable
from expert.engine import EngineError
from expert.fleet import cache
from expert.fleet.places import content
from expert.fleet.summary import Summary, summary
from expert.knowledge import KnowledgeBase
from expert.plan import Plan, refused
from expert.readers import Refused
from expert.renderers import _words as words
from expert.renderers import render
from expert.sources import Given, defect, runs
from expert.verify import Trial, verified


class JudgeError(RuntimeError):
    """A question that took too long or too much, or broke the judge; the message says which."""


@dataclass(frozen=True)
class Task:
    """A place to judge. `digest` is that of its content where it is known not to have changed, else empty.

    `facts` is the folder of the cache, to read from.
    """

    path: str
    facts: str
    digest: str = ""
    redact: bool = False


@dataclass(frozen=True)
class Verdict:
    """One judged run: its summary, the rules that found nothing in it, its page, its JSON compressed by gzip."""

    summary: Summary
    silent: tuple[str, ...]
    page: bytes = field(repr=False)
    result: bytes = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """What came of a place: its runs, or why nothing did; `facts` is what the cache is to keep, where it is new."""

    path: str
    digest: str = ""
    verdicts: tuple[Verdict, ...] = ()
    failure: str = ""
    facts: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True)
class Pair:
    """Two runs of one family, the earlier first: the digest of the content and the name of each."""

    before: tuple[str, str]
    after: tuple[str, str]
    facts: str


def tried(pair: Pair, knowledge: KnowledgeBase) -> tuple[Trial, ...]:
    """What came of the earlier run's remedies; nothing where the cache does not hold both runs any more."""
    plans = [_cached(pair.facts, *one, knowledge) for one in (pair.before, pair.after)]
    known = [plan for plan in plans if plan is not None]
    return verified(*known) if len(known) == 2 else ()


def _cached(facts: str, digest: str, name: str, knowledge: KnowledgeBase) -> Plan | None:
    content_ = cache.stored(Path(facts), digest) or ()
    found = (one for one in content_ if isinstance(one, cache.Measured) and words.short(one.run.name) == name)
    return next((_plan(one, knowledge) for one in found), None)


def judged(task: Task, knowledge: KnowledgeBase) -> Outcome:
    """The outcome for one place. A run that cannot be read or judged has the verdict `Not judged`; it stops no other.

    Raises OSError for a place that vanished, EngineError without the engine.
    """
    digest = task.digest or content(Path(task.path))
    known = cache.stored(Path(task.facts), digest)
    measured = tuple(_measured(task)) if known is None else known
    verdicts = tuple(_verdict(_plan(one, knowledge)) for one in measured)
    return Outcome(task.path, digest, verdicts, facts=cache.dumps(measured) if known is None else None)


def _measured(task: Task) -> Iterator[cache.Measured | Refused]:
    for run in runs(task.path, Given()):
        if isinstance(run, Refused):
            yield run
        else:
            run = shareable(run, task.redact)
            yield cache.Measured(run, signals.measure(run))


def _plan(one: cache.Measured | Refused, knowledge: KnowledgeBase) -> Plan:
    if isinstance(one, Refused):
        return refused(one.source, Path(one.source).name or one.source, one.reason)
    try:
        return judge_facts(one.run, one.facts, knowledge)
    except EngineError:
        raise
    except Exception as error:  # one run must not stop the others
        return refused(one.run.source, one.run.name, defect(error))


def _verdict(plan: Plan) -> Verdict:
    page, result = (render(plan, form).encode() for form in ("html", "json"))
    silent = tuple(sorted({check.rule for check in plan.checked}))
    return Verdict(summary(plan), silent, page, gzip.compress(result, 6, mtime=0))
