"""Trains the laboratory and judges what it left: `python -m tests.lab --seed N [--live] [--only NAME] [--out DIR]`.

Each case is trained with three seeds from N on, and leaves its log in one of the ordinary forms. With --live it is
those faults that a look inside the model tells, and all that is sound, trained under the Monitor, whose log is judged.
Prints for the faults how often one was flagged, its cause named among the first three findings, and named first; for
the healthy how often nothing above low was found; then every miss. Seeds 0 to 13 were looked at while the rules were
tuned; report others.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path

import torch

from expert.diagnose import judge
from expert.plan import CONSIDERABLE
from expert.readers import Refused, read
from tests.lab import watched
from tests.lab.cases import CASES
from tests.lab.live_cases import LIVE
from tests.lab.logs import FORMS
from tests.lab.recipe import follow

REPLICAS = 3


def main() -> None:
    """Train, judge and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, required=True, help="the first of three seeds")
    options.add_argument("--live", action="store_true", help="train under the Monitor")
    options.add_argument("--only", default="", help="part of the names of the cases to train")
    options.add_argument("--out", type=Path, help="keep the logs here")
    given = options.parse_args()
    cases, leaving = (LIVE, watched.leave) if given.live else (CASES, leave)
    names = [name for name in cases if given.only in name]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folders = train(names, given.seed, given.out or Path(temporary), leaving)
        trained = time.monotonic() - began
        with ProcessPoolExecutor(2) as pool:
            judged = dict(zip(folders, pool.map(findings, folders.values()), strict=True))
    spent = time.monotonic() - began - trained
    print(f"{len(names)} cases × {REPLICAS} seeds trained in {trained:.0f} s, judged in {spent:.0f} s")
    report([(cases[name].answers, f"{name} ({seed})", found) for (name, seed), found in judged.items()])


def leave(out: Path, name: str, seed: int) -> Path:
    """Train a case; the folder that holds its log. The form changes from case to case and from seed to seed."""
    torch.set_num_threads(1)
    rows, settings = follow(CASES[name].recipe, seed)
    folder = out / f"{name}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    FORMS[(list(CASES).index(name) + seed) % len(FORMS)](folder, rows, settings)
    return folder


def train(
    names: Iterable[str], seed: int, out: Path, leaving: Callable[[Path, str, int], Path] = leave
) -> dict[tuple[str, int], Path]:
    """The folders of the logs of the named cases, by name and seed: three seeds each, two processes."""
    runs = list(product(names, range(seed, seed + REPLICAS)))
    with ProcessPoolExecutor(2) as pool:
        return dict(zip(runs, pool.map(partial(leaving, out), *zip(*runs, strict=True)), strict=True))


def findings(folder: Path) -> list[str]:
    """The diagnoses above low, in the order of the plan."""
    (run,) = read(folder)
    if isinstance(run, Refused):
        return [f"refused: {run.reason}"]
    return [f.diagnosis.id for f in judge(run).findings if f.severity in CONSIDERABLE]


def report(judged: Iterable[tuple[tuple[str, ...], str, list[str]]]) -> None:
    """The shares, and the misses with what was found instead."""
    runs = list(judged)
    faults = [(set(answers), name, found) for answers, name, found in runs if answers]
    sound = [(name, found) for answers, name, found in runs if not answers]
    if faults:
        for title, hits in (
            ("cause first", [bool(answers & set(found[:1])) for answers, _, found in faults]),
            ("in the first three", [bool(answers & set(found[:3])) for answers, _, found in faults]),
            ("flagged", [bool(found) for _, _, found in faults]),
        ):
            print(f"{title:20} {sum(hits):4} of {len(hits)}  {sum(hits) / len(hits):6.1%}")
    if sound:
        quiet = sum(not found for _, found in sound)
        print(f"{'healthy quiet':20} {quiet:4} of {len(sound)}  {quiet / len(sound):6.1%}")
    for answers, name, found in faults:
        if not answers & set(found[:1]):
            print(f"  not first  {name:40} {', '.join(found) or 'quiet'}")
    for name, found in sound:
        if found:
            print(f"  alarm      {name:40} {', '.join(found)}")


if __name__ == "__main__":
    main()
