"""The whole trip, from a log to a plan. START READING HERE.

A reader makes a RunLog of what a run left behind; the signals measure it; the engine matches the facts with the rules;
what the rules conclude becomes findings, causes before symptoms; the findings become a plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from expert import signals
from expert.engine import EngineError, infer, known
from expert.findings import conclude
from expert.knowledge import KnowledgeBase
from expert.packs import load
from expert.plan import Plan, prioritize, refused
from expert.readers import Refused
from expert.redact import without_identity, without_secrets
from expert.run import Direction, RunLog
from expert.shelf import shelf
from expert.sources import Given, Source, defect, runs, single


def judge(run: RunLog, knowledge: KnowledgeBase | None = None) -> Plan:
    """The plan for one run."""
    knowledge = knowledge or builtin()
    facts = signals.measure(run)
    derivations = infer(facts, knowledge)
    everything = known(facts, derivations, knowledge)
    conclusions = conclude(derivations, everything, knowledge)
    return prioritize(run, conclusions, everything, derivations, knowledge)


@cache
def builtin() -> KnowledgeBase:
    """The knowledge that comes with the product."""
    return load([f for f in shelf("rules").iterdir() if f.name.endswith(".yaml")], signals.catalogue())


def diagnose(
    source: Source,
    *,
    settings: Mapping[str, object] | None = None,
    mapped: Mapping[str, str] | None = None,
    directions: Mapping[str, Direction] | None = None,
    baseline: Source | None = None,
    redact: bool = False,
    knowledge: KnowledgeBase | None = None,
) -> Plan:
    """The plan for the one run of a file, a folder, a mapping of names to lists or a data frame.

    `settings` complete and outdo what lies beside the log; `mapped` says which metric a column is, as in
    `{"col7": "val_loss"}`; `directions` which way a metric is better, `baseline` a run to compare with. `redact` masks
    paths, hosts and people. A source that cannot be read gives a plan whose verdict is `Not judged`. Raises ValueError
    for a source of several runs (`expert.diagnose.plans` takes those).
    """
    given = Given(
        settings or {}, mapped or {}, directions or {}, None if baseline is None else single(baseline, Given())
    )
    found = list(plans(source, given, redact, knowledge))
    if len(found) != 1:
        names = ", ".join(plan.run.name for plan in found)
        raise ValueError(
            f"{source} holds {len(found)} runs: {names}; name the file of one, or use expert.diagnose.plans"
        )
    return found[0]


def plans(
    source: Source, given: Given, redact: bool = False, knowledge: KnowledgeBase | None = None, name: str = ""
) -> Iterator[Plan]:
    """The plan of every run of one source, or of those of one name; a run that cannot be judged says why in its own."""
    knowledge = knowledge or builtin()
    for run in runs(source, given):
        if isinstance(run, Refused):
            yield _refused(run.source, run.reason, redact)
        elif name in ("", run.name):
            yield _judged(shareable(run, redact), knowledge)


def shareable(run: RunLog, redact: bool) -> RunLog:
    """The run without secrets and, if asked for, without paths, hosts and people."""
    return without_identity(without_secrets(run)) if redact else without_secrets(run)


def _judged(run: RunLog, knowledge: KnowledgeBase) -> Plan:
    try:
        return judge(run, knowledge)
    except EngineError:
        raise
    except Exception as error:  # one run must not stop the others
        return refused(run.source, run.name, defect(error))


def _refused(source: str, reason: str, redact: bool) -> Plan:
    masked = shareable(RunLog(Path(source).name or source, source, notes=(reason,)), redact)
    return refused(masked.source, masked.name, masked.notes[0])
