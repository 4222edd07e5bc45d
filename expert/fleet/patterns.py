"""What runs have in common → facts about groups of them, for the rules with `scope: fleet`.

A group is all runs on one host, of one commit, or with one value of a setting; its subject names the group and the
cause that it is asked about, as in `learning-rate-too-high · host gpu-07`. A family is asked whether its newest run
fell behind its own last ones. A rule reads these facts like any other; the engine is the same.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from expert.facts import Fact, Value
from expert.fleet.history import Run
from expert.plan import CONSIDERABLE
from expert.prose import number

_HOSTS = ("host", "hostname", "node", "machine")
_COMMITS = ("commit", "git_commit", "git_hash", "git_sha", "sha", "revision")
_NO_GROUPS = {"seed", "name", "run_name", "run_id", "id", "output_dir", "log_dir", "owner", "user", "author"}
_MOST_VALUES = 50
"""A setting with more values than so many tells runs apart, not groups."""
_ENOUGH = 4


@dataclass
class _Group:
    """The runs that share something: how many, how many of them have each cause, and when the first began."""

    runs: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    first: float = math.inf

    def add(self, runs: int, causes: Mapping[str, int] | Iterable[str], first: float) -> None:
        self.runs += runs
        self.causes.update(causes)
        self.first = min(self.first, first)


def shared(runs: Iterable[Run]) -> Iterator[Fact]:
    """What is known of each group of runs and each cause that at least two of them have.

    Groups are the runs of one host, of one value of a setting, and all runs since a commit was first seen. What is kept
    grows with the groups, not with the runs.
    """
    whole = _Group()
    groups: dict[tuple[str, str, str], _Group] = defaultdict(_Group)
    for run in runs:
        if run.summary.verdict != "Not judged":
            causes = {found.diagnosis for found in run.summary.findings if found.severity in CONSIDERABLE}
            whole.add(1, causes, run.place.modified)
            for key in _keys(run):
                groups[key].add(1, causes, run.place.modified)
    values = Counter((kind, name) for kind, name, _ in groups)
    for (kind, name, value), group in sorted(_since(groups).items()):
        if values[kind, name] <= _MOST_VALUES and 1 < group.runs < whole.runs:
            for cause, affected in sorted(group.causes.items()):
                if affected >= 2:
                    about = f"{cause} · {name} {value}"
                    facts = _facts(kind, cause, affected, group, whole)
                    yield from (Fact(fact, known, about, (name,)) for fact, known in facts.items())


def _keys(run: Run) -> Iterator[tuple[str, str, str]]:
    """The groups that a run belongs to: kind, setting and value."""
    for name, value in run.summary.settings.items():
        kind = "host" if name in _HOSTS else "commit" if name in _COMMITS else "setting"
        if name not in _NO_GROUPS:
            yield kind, name, number(value) if isinstance(value, float | bool) else str(value)


def _since(groups: Mapping[tuple[str, str, str], _Group]) -> dict[tuple[str, str, str], _Group]:
    """The groups, those of a commit with the runs of all commits that were first seen after it."""
    found = {key: group for key, group in groups.items() if key[0] != "commit"}
    later: dict[str, _Group] = defaultdict(_Group)
    commits = sorted((key for key in groups if key[0] == "commit"), key=lambda key: -groups[key].first)
    for kind, name, value in commits:
        group = groups[kind, name, value]
        later[name].add(group.runs, group.causes, group.first)
        found[kind, name, value] = replace(later[name], causes=Counter(later[name].causes))
    return found


def _facts(kind: str, cause: str, affected: int, group: _Group, whole: _Group) -> dict[str, Value]:
    others, elsewhere = whole.runs - group.runs, whole.causes[cause] - affected
    return {
        "group_kind": kind,
        "group_cause": cause,
        "group_runs": group.runs,
        "group_affected": affected,
        "group_share": affected / group.runs,
        "elsewhere_runs": others,
        "elsewhere_share": elsewhere / others,
        "group_odds_ratio": _odds_ratio(affected, group.runs, elsewhere, others),
        "group_chance": chance(affected, group.runs, whole.causes[cause], whole.runs),
    }


def regressions(runs: Iterable[Run]) -> Iterator[Fact]:
    """How the newest run of each family did beside its own last ones, where there are at least four of these.

    `family_fall` is how far its best result fell behind their median, over their spread: 1.4826 times the median
    distance from the median (the standard deviation, if they are normal), at least a thousandth of the median.
    """
    families: dict[str, list[tuple[float, str, str, float, str]]] = defaultdict(list)
    for run in runs:
        if run.summary.best is not None:
            families[run.family].append((run.place.modified, run.run, *run.summary.best))
    for family, members in sorted(families.items()):
        *earlier, (_, _, column, reached, better) = sorted(members)
        values = np.array([value for _, _, name, value, _ in earlier if name == column])
        if len(values) < _ENOUGH:
            continue
        median = float(np.median(values))
        spread = max(1.4826 * float(np.median(np.abs(values - median))), abs(median) / 1000, 1e-12)
        behind = median - reached if better == "higher" else reached - median
        known: dict[str, Value] = {
            "family_runs": len(values),
            "family_median": median,
            "family_newest": reached,
            "family_fall": behind / spread,
        }
        yield from (Fact(name, value, family, (column,)) for name, value in known.items())


def chance(affected: int, group: int, causes: int, runs: int) -> float:
    """How likely so many affected runs, or more, fall into a group by chance: Fisher's exact test, one-sided.

    `causes` of `runs` are affected, `group` of them belong to the group.
    """
    most = min(causes, group)
    logs = [
        _ways(causes, k) + _ways(runs - causes, group - k)
        for k in range(affected, most + 1)
        if group - k <= runs - causes
    ]
    return min(1.0, sum(math.exp(log - _ways(runs, group)) for log in logs))


def _ways(of: int, chosen: int) -> float:
    """The logarithm of the number of ways to choose."""
    return math.lgamma(of + 1) - math.lgamma(chosen + 1) - math.lgamma(of - chosen + 1)


def _odds_ratio(affected: int, runs: int, elsewhere: int, others: int) -> float:
    """With a half added to each count, as Haldane and Anscombe do, so that none is zero."""
    return ((affected + 0.5) * (others - elsewhere + 0.5)) / ((runs - affected + 0.5) * (elsewhere + 0.5))
