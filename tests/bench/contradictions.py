"""Plans that contradict themselves: python tests/bench/contradictions.py FOLDER..., each with LABELS.csv or INDEX.csv.

Prints every run whose plan holds two findings that exclude each other, or two items that turn one knob both ways, and
the runs of reinforcement learning and adversaries with their findings above low, as their losses are no errors.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from expert.diagnose import judge
from expert.plan import CONSIDERABLE
from expert.readers import Refused, read
from tests.test_no_contradictions import contradictions


def main(folders: list[Path]) -> None:
    """Prints what was found, and how many runs were judged."""
    paths = sorted({path for folder in folders for path in logs(folder)})
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(judged, paths, chunksize=20))
    print(
        f"{sum(n for n, _ in found)} runs, {sum(line.startswith('contradicts') for _, s in found for line in s)} wrong"
    )
    print(*(f"{path}: {line}" for path, (_, said) in zip(paths, found, strict=True) for line in said), sep="\n")


def logs(folder: Path) -> Iterator[Path]:
    """The logs that the tables of a folder name."""
    for table, column in (("LABELS.csv", "csv"), ("INDEX.csv", "path")):
        if (folder / table).exists():
            with (folder / table).open(newline="") as file:
                yield from (folder / row[column] for row in csv.DictReader(file) if row[column])


def judged(path: Path) -> tuple[int, list[str]]:
    """How many runs a log holds, and what is to be said of them."""
    said, n = [], 0
    for run in read(path.parent if path.name == "log.csv" else path):
        if isinstance(run, Refused):
            continue
        plan, n = judge(run), n + 1
        said += [f"contradicts: {one} and {other}" for one, other in contradictions(plan)]
        if plan.facts.get("loss_tells_progress") and plan.facts["loss_tells_progress"].value is False:
            above = [f.diagnosis.id for f in plan.findings if f.severity in CONSIDERABLE]
            said.append(f"{run.settings.get('task')}: {', '.join(above) or 'nothing above low'}")
    return n, said


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]])
