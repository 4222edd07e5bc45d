"""The whole trip, from a log to a plan. START READING HERE.

A reader makes a RunLog of what a run left behind; the signals measure it; the engine matches the facts with the rules;
what the rules conclude becomes findings, causes before symptoms; the findings become a plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from shlex import quote

from expert import signals, typos
from expert.engine import EngineError, infer, known
from expert.facts import Fact
from expert.findings import conclude, suppress
from expert.knowledge import KnowledgeBase
from expert.layers import in_force
from expert.measured import Measured
from expert.measured import read as read_measured
from expert.plan import NotJudged, Plan, prioritize, refused
from expert.readers import Refused
from expert.readers._onward import Memory
from expert.readers.beside import settings_file
from expert.redact import without_identity, without_secrets
from expert.run import Direction, RunLog
from expert.sources import Given, Source, defect, runs, single


def judge(run: RunLog, knowledge: KnowledgeBase | None = None) -> Plan:
    """The plan for one run."""
    return judge_facts(run, signals.measure(run), knowledge or in_force())


def judge_facts(run: RunLog, facts: Sequence[Fact], knowledge: KnowledgeBase, today: date | None = None) -> Plan:
    """The plan for a run of which these facts are known; suppressions hold that have not expired `today`."""
    concluded = knowledge.symptoms.keys() | knowledge.diagnoses.keys()  # a setting may bear such a name by chance
    facts = tuple(fact for fact in facts if fact.name not in concluded or fact.reads != ("settings",))
    derivations = infer(facts, knowledge)
    everything = known(facts, derivations, knowledge)
    conclusions = conclude(derivations, everything, knowledge, run.clock)
    conclusions = suppress(conclusions, everything, knowledge, today or date.today())
    return _without_metric(prioritize(run, conclusions, everything, derivations, knowledge))


def diagnose(
    source: Source,
    *,
    settings: Mapping[str, object] | str | Path | None = None,
    mapped: Mapping[str, str] | None = None,
    directions: Mapping[str, Direction] | None = None,
    baseline: Source | Sequence[Source] | None = None,
    data: str | Path | None = None,
    redact: bool = False,
    knowledge: KnowledgeBase | None = None,
) -> Plan:
    """The plan for the one run of a file, a folder, a mapping of names to lists or a data frame.

    `settings` (or the file that holds them) complete and outdo what lies beside the log; `mapped` says which metric a
    column is, as in `{"col7": "val_loss"}`; `directions` which way a metric is better, `baseline` a run, or
    several, to compare with, `data` the file that `expert data --save` wrote. `redact` masks paths, hosts and
    people. A source that cannot be read gives a plan whose verdict is `Not judged`. Raises ValueError for a source of
    several runs (`from expert.diagnose import plans` takes those), and for settings, columns, metrics and files that
    cannot be.
    """
    several = baseline if isinstance(baseline, list | tuple) else [] if baseline is None else [baseline]
    known = tuple(single(one, Given()) for one in several)
    measured = read_measured(Path(data)) if data is not None else Measured()
    given = Given(_settings(settings), mapped or {}, directions or {}, known, data=measured)
    found = list(plans(source, given, redact, knowledge))
    if len(found) != 1:
        names = typos.listed(plan.run.name for plan in found)
        raise ValueError(
            f"{source} holds {len(found)} runs: {names}; name the file of one, or "
            "`from expert.diagnose import plans` and take each plan of plans(source)"
        )
    absent = typos.absent(given, [plan.run for plan in found if plan.knowledge is not None])
    if absent:
        raise ValueError(absent)
    return found[0]


def plans(
    source: Source,
    given: Given = Given(),  # noqa: B008 - frozen and empty
    redact: bool = False,
    knowledge: KnowledgeBase | None = None,
    name: str = "",
    memory: Memory | None = None,
) -> Iterator[Plan]:
    """The plan of every run of one source, or of those of one name; a run that cannot be judged says why in its own.

    Logs of lines are read on from where the `memory` has them, for whoever looks again and again.
    """
    knowledge = knowledge or in_force()
    for run in runs(source, given, memory):
        if isinstance(run, Refused):
            yield _refused(run.source, run.reason, redact)
        elif name in ("", run.name):
            yield _judged(shareable(run, redact), knowledge)


def shareable(run: RunLog, redact: bool) -> RunLog:
    """The run without secrets and, if asked for, without paths, hosts and people."""
    return without_identity(without_secrets(run)) if redact else without_secrets(run)


def _settings(given: Mapping[str, object] | str | Path | None) -> Mapping[str, object]:
    """Raises ValueError for a file that cannot be read and for values that cannot be."""
    found = settings_file(Path(given)) if isinstance(given, str | Path) else given or {}
    wrong = [complaint for name, value in found.items() if (complaint := typos.wrong_value(name, value))]
    if wrong:
        raise ValueError(f"settings: {'; '.join(wrong)}")
    return found


def _without_metric(plan: Plan) -> Plan:
    """The plan; where nothing was judged as no column is a metric, it says so and how to name one."""
    metrics = [series for series in plan.run.series if series.role in ("loss", "error", "metric")]
    if plan.verdict != "Not judged" or metrics or not plan.run.series:
        return plan
    columns = [series.column for series in plan.run.series]
    example = f"--map {quote(columns[0])}=train_loss"
    reason = f"no column is a known metric ({typos.listed(columns, 8)}). If one is the loss: {example}"
    return replace(plan, not_judged=(NotJudged((), (), (), reason), *plan.not_judged))


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
