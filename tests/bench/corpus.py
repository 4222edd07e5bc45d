"""What becomes of real logs: python tests/bench/corpus.py FOLDER, where FOLDER holds INDEX.csv with labels.

Prints, for each format of this product, how many logs are read and why the others are refused, and for the logs that
are labelled healthy with confidence every finding above low; and, over the logs that are not, the share of the plans'
items that say a number of their run.
"""

from __future__ import annotations

import csv
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from expert.diagnose import judge
from expert.readers import Refused, read
from expert.run import RunLog

FORMATS = (
    "keras_csvlogger",
    "csv_epoch_generic",
    "lightning_csv",
    "yolov5_results",
    "yolov8_results",
    "hf_trainer_state",
    "wandb_history_jsonl",
    "console_text",
    "tfevents",
)


def main(folder: Path, formats: Sequence[str]) -> None:
    """Prints the table of formats, then what is said of each log."""
    kinds: dict[str, list[str]] = defaultdict(list)
    details = []
    with (folder / "INDEX.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["format"] in formats or "all" in formats]
    for row in rows:
        began = time.monotonic()
        outcome, said = _log(folder / row["path"], row)
        kinds[row["format"]].append(outcome)
        details.append(f"{row['id']:44} {time.monotonic() - began:5.1f} s  {row['labels']} ({row['label_confidence']})")
        details += [f"    {line}" for line in said]
    print(f"{'format':24} {'logs':>5} {'read':>5} {'refused':>8} {'broken':>7}")
    for kind, outcomes in sorted(kinds.items()):
        counts = [outcomes.count(word) for word in ("read", "refused", "broken")]
        print(f"{kind:24} {len(outcomes):5} {counts[0]:5} {counts[1]:8} {counts[2]:7}")
    faulty = [said for said in details if said.endswith(" items say a number of the run")]
    numbers, items = (sum(int(said.split()[n]) for said in faulty) for n in (0, 2))
    print(f"\n{numbers} of {items} items of the faulty logs' plans say a number of the run")
    print("\n".join(["", *details]))


def _log(path: Path, row: dict[str, str]) -> tuple[str, list[str]]:
    said: list[str] = []
    outcome = "refused"
    try:
        for run in read(path):
            if isinstance(run, Refused):
                said.append(f"refused: {run.reason}")
            else:
                outcome = "read"
                said += _run(run, row)
    except Exception:
        return "broken", [*said, *traceback.format_exc().splitlines()[-3:]]
    return outcome, said


def _run(run: RunLog, row: dict[str, str]) -> Iterator[str]:
    plan = judge(run)
    roles = [f"{s.name}[{len(s)}]" for s in run.series if s.role in ("loss", "metric", "lr", "grad_norm")]
    yield f"{run.name}: {' '.join(roles[:10]) or 'no known metric'}"
    found = [
        f"{f.diagnosis.id} {f.severity} {f.certainty:.2f}" for f in plan.findings if f.severity not in ("low", "note")
    ]
    wrong = "healthy" in row["labels"].split(";") and row["label_confidence"] == "sure" and found
    yield f"{'ABOVE LOW ON A HEALTHY LOG: ' if wrong else ''}{plan.verdict}: {', '.join(found) or 'nothing above low'}"
    if "healthy" not in row["labels"]:
        yield f"{sum(bool(i.numbers) for i in plan.items)} of {len(plan.items)} items say a number of the run"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or FORMATS)
