"""`expert.tune`: many runs and their settings → the plan of the next search.

A sweep is read into trials, measured, and judged by the rules that read what was measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from expert import supplied, vocabulary
from expert.diagnose import judge, shareable
from expert.engine import EngineError
from expert.knowledge import KnowledgeBase
from expert.layers import in_force
from expert.plan import Plan, refused
from expert.readers import Refused
from expert.run import Direction, RunLog
from expert.selection import only
from expert.sources import Given, Source, defect, expand, runs
from expert.tune.facts import facts
from expert.tune.measured import measured
from expert.tune.results import UnclearResultError, result
from expert.tune.runs import sweep_of_runs
from expert.tune.shown import exhibits
from expert.tune.space import as_first_written, shown
from expert.tune.study import is_study, sweeps_of_storage
from expert.tune.table import is_table, sweep_of_table
from expert.tune.trials import Sweep


def tune(
    source: Source | Sequence[Source],
    *,
    metric: str = "",
    settings: Mapping[str, object] | None = None,
    directions: Mapping[str, Direction] | None = None,
    redact: bool = False,
    knowledge: KnowledgeBase | None = None,
) -> Plan:
    """The plan of the next search, from a folder of runs, a table with a row per trial, or a storage of Optuna.

    `metric` names the result of a trial, else validation decides; `directions` which way a metric is better,
    `settings` what all trials share. A sweep that cannot be read gives a plan whose verdict is `Not judged`. Raises
    ValueError for a source of several sweeps (`from expert.tune.sweep import plans` takes those), and for a metric
    that no trial has.
    """
    sources = source if isinstance(source, list | tuple) else [source]
    given = Given(settings or {}, directions=directions or {})
    found = list(plans(sources, given, metric, redact, knowledge))
    if len(found) != 1:
        names = ", ".join(plan.run.name for plan in found)
        raise ValueError(f"{len(found)} sweeps were found: {names}; take each plan of expert.tune.sweep.plans")
    return found[0]


def plans(
    sources: Sequence[Source],
    given: Given = Given(),  # noqa: B008 - frozen and empty
    metric: str = "",
    redact: bool = False,
    knowledge: KnowledgeBase | None = None,
) -> Iterator[Plan]:
    """The plan of every sweep of the sources; all runs that are no table of trials and no study make one sweep."""
    knowledge = knowledge or in_force()
    of_tuning = only(knowledge, _rules(knowledge))
    for sweep in sweeps(sources, given):
        if isinstance(sweep, Refused):
            yield refused(sweep.source, Path(sweep.source).name, sweep.reason)
            continue
        try:
            yield judge(shareable(run_of(sweep, given, metric), redact), of_tuning)
        except UnclearResultError as error:
            if metric:
                raise
            yield refused(sweep.source, sweep.name, str(error))
        except EngineError:
            raise
        except Exception as error:  # one sweep must not stop the others
            yield refused(sweep.source, sweep.name, defect(error))


def sweeps(sources: Sequence[Source], given: Given) -> Iterator[Sweep | Refused]:
    """The sweeps of all sources; those that cannot be read are Refused, runs among others that cannot be are told."""
    paths = expand(source for source in sources if isinstance(source, str | Path))
    known: list[RunLog] = []
    lost: list[Refused] = []
    for path in [*paths, *(source for source in sources if not isinstance(source, str | Path))]:
        if isinstance(path, str | Path) and is_study(Path(path)):
            yield from _studies(Path(path))
        elif isinstance(path, str | Path) and is_table(Path(path), given.understood):
            yield sweep_of_table(Path(path), given.understood)
        else:
            for run in runs(path, given):
                if isinstance(run, Refused):
                    lost.append(run)
                else:
                    known.append(run)
    if known:
        notes = [f"{one.source}: {one.reason}" for one in lost[:5]]
        notes += [f"{len(lost) - 5} more files are no runs"] * (len(lost) > 5)
        name = Path(str(paths[0])).resolve().name if len(paths) == 1 else f"{len(known)} runs"
        yield sweep_of_runs(known, name, ", ".join(map(str, paths[:3])) or "memory", notes)
    else:
        yield from lost


def run_of(sweep: Sweep, given: Given, metric: str = "") -> RunLog:
    """A sweep as a run log: its facts, what there is to see of it, and the settings that all trials share.

    Raises UnclearResultError where no result can be told.
    """
    chosen = result(replace(sweep, directions={**sweep.directions, **given.directions}), metric)
    known = vocabulary.settings(given.settings)
    trials = as_first_written(sweep.trials)
    found = measured(replace(sweep, trials=trials, described={**sweep.described, **known}), chosen)
    varied = f"varied: {', '.join(scale.name for scale in found.scales) or 'nothing'}"
    same = f"the same in all trials: {', '.join(f'{n} {shown(v)}' for n, v in list(found.fixed.items())[:12])}"
    notes = (chosen.why, varied, *([same] if found.fixed else []), *sweep.notes, *found.notes)
    return RunLog(
        sweep.name,
        sweep.source,
        settings=vocabulary.settings(found.fixed),
        notes=notes,
        reader=f"sweep: {sweep.reader}",
        facts=facts(found),
        exhibits=exhibits(found),
    )


def _studies(path: Path) -> Iterator[Sweep | Refused]:
    try:
        found = list(sweeps_of_storage(path))
    except Exception as error:  # a storage of another version, cut or locked
        yield Refused(str(path), f"{path}: Optuna cannot read this storage: {error}")
        return
    yield from found
    if not found:
        yield Refused(str(path), f"{path}: the storage holds no study")


def _rules(knowledge: KnowledgeBase) -> list[str]:
    """The rules that read what only a sweep tells."""
    told = supplied.SUPPLIERS["tune"].keys()
    return [rule.id for rule in knowledge.rules.values() if told & set(rule.reads)]
