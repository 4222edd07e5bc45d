"""Measures how right each rule is, for rules/records.json: `python -m tests.bench.records --seed N FOLDER...`.

Judges the labelled runs of the folders (see accuracy.py) and all that the laboratory trains from three seeds on.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from expert.layers import builtin
from tests.bench.labels import Labelled, benchmarks, corpus
from tests.bench.scoring import judged, records
from tests.lab.__main__ import train
from tests.lab.cases import CASES

FILE = Path(__file__).parents[2] / "rules" / "records.json"
ABOUT = (
    "How right each rule was on labelled runs, written by `python -m tests.bench.records`. n: runs in which the rule "
    "concluded; hits: it concluded what answers the label, or what such a diagnosis explains; false_alarms: it "
    "concluded in a healthy run; the rest of n are runs with another fault. The same curve counts once per source. "
    "Rules whose conclusion answers no label have no record."
)


def main() -> None:
    """Train, judge and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, required=True, help="the first of the three seeds of the laboratory")
    options.add_argument("folders", type=Path, nargs="+", help="the benchmarks, and the corpus")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        runs = [*benchmarks(given.folders[0]), *(run for folder in given.folders[1:] for run in corpus(folder))]
        for (name, _), folder in train(list(CASES), given.seed, Path(temporary)).items():
            case = CASES[name]
            kind = "fault" if case.answers else "healthy"
            runs.append(Labelled(folder, "laboratory", name, kind, frozenset(case.answers)))
        measured = records(judged(runs), builtin())
    rules = {rule: asdict(record) for rule, record in measured.items()}
    sources = {"laboratory": given.seed, "labelled runs": len(runs)}
    FILE.write_text(json.dumps({"about": ABOUT, "measured": sources, "rules": rules}, indent=1) + "\n")
    print(f"{len(rules)} rules have a record, over {len(runs)} runs")


if __name__ == "__main__":
    main()
