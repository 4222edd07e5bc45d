"""How right the rules are on labelled runs: `python -m tests.bench.accuracy BENCHMARKS [CORPUS] [--only PART]`.

BENCHMARKS holds LABELS.csv, CORPUS an INDEX.csv (`tests/bench/labels.py` says their columns). Prints for each source
and fault group the share of healthy runs that are quiet (nothing above low), of weak faults without anything above
medium, and of faults flagged, named among the first three findings, and named first; for each rule how often it was
right; and the ten groups that are missed most often, with the facts of one of their runs. The same curve counts once.
What a repaired run's own curve supports (a little overfitting, a cut end, a noisy validation) is no alarm.
"""

from __future__ import annotations

import argparse
import textwrap
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from expert.layers import builtin
from expert.prose import number
from tests.bench.labels import benchmarks, corpus
from tests.bench.scoring import Judged, judged, records


def main() -> None:
    """Judge and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("benchmarks", type=Path)
    options.add_argument("corpus", type=Path, nargs="?")
    options.add_argument("--only", default="", help="part of the path of the logs to judge")
    given = options.parse_args()
    labelled = [*benchmarks(given.benchmarks), *(corpus(given.corpus) if given.corpus else ())]
    chosen = [run for run in labelled if given.only in str(run.log)]
    began = time.monotonic()
    runs = judged(chosen)
    print(f"{len(chosen)} runs in {time.monotonic() - began:.0f} s; {len(runs)} that differ\n")
    for title, key in (("source", lambda run: run.labelled.source), ("label", lambda run: run.labelled.label)):
        _table(title, runs, key)
    print(f"{'rule':44} {'hits':>5} {'false alarms':>12} {'n':>5}")
    for rule, record in records(runs, builtin()).items():
        print(f"{rule:44} {record.hits:5} {record.false_alarms:12} {record.n:5}")
    _worst(runs)


def _table(title: str, runs: Sequence[Judged], key: Callable[[Judged], str]) -> None:
    groups: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for run in runs:
        groups[run.labelled.kind, key(run)].append(run)
    print(f"{'kind':8} {title:50} {'n':>5}")
    for (kind, name), members in sorted(groups.items()):
        print(f"{kind:8} {name[:50]:50} {len(members):5}  {_score(kind, members)}")
    print()


def _score(kind: str, runs: Sequence[Judged]) -> str:
    def share(hits: Iterable[bool]) -> str:
        return f"{sum(hits) / len(runs):6.1%}"

    if kind == "healthy":
        return f"quiet {share(not run.findings for run in runs)}"
    if kind == "weak":
        return f"at most medium {share(all(s == 'medium' for s, _ in run.findings) for run in runs)}"
    mean = sum(len(run.findings) for run in runs) / len(runs)
    shares = (
        (title, share(hits))
        for title, hits in (
            ("flagged", (bool(run.findings) for run in runs)),
            ("named", (run.names(3) for run in runs)),
            ("first", (run.names(1) for run in runs)),
        )
    )
    return "  ".join(f"{title} {hits}" for title, hits in shares) + f"  {mean:.2f} above low each"


def _worst(runs: Sequence[Judged]) -> None:
    """The groups with the most runs that are quiet or named wrongly, or, healthy, flagged; one run's facts each."""
    missed: dict[tuple[str, str, str], list[Judged]] = defaultdict(list)
    for run in runs:
        kind = run.labelled.kind
        wrong = bool(run.findings) if kind == "healthy" else not run.names(3)
        if wrong and kind != "weak":
            missed[run.labelled.source, run.labelled.group, run.labelled.label].append(run)
    print("\nthe ten worst misses")
    for (source, group, label), members in sorted(missed.items(), key=lambda item: -len(item[1]))[:10]:
        found = Counter(", ".join(id_ for _, id_ in run.findings[:3]) or "quiet" for run in members).most_common(1)
        print(f"\n{source} {group} ({label}): {len(members)} runs, mostly {found[0][0]}; {members[0].labelled.log}")
        facts = ", ".join(f"{name} {number(value)}" for name, value in (members[0].facts or {}).items())
        print(textwrap.indent(textwrap.fill(facts, 116), "    "))


if __name__ == "__main__":
    main()
