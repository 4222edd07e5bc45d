"""How often preflight names the planted bug, and how quiet it is on sound set-ups: `python tests/bench/preflight.py`.

A bug is named if one of its diagnoses is found above low; a sound set-up is quiet if nothing is. `--facts` prints the
facts too, `--only NAME` takes one set-up, `--seconds` gives each another time than 60.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "live"))

from setups import BROKEN, SOUND, Setup

import expert

ABOVE_LOW = ("critical", "high", "medium")


def looked_at(setup: Setup, seconds: float) -> tuple[bool, bool, str, expert.Plan]:
    plan = expert.preflight(*setup.parts(), seconds=seconds)
    found = [f.diagnosis.id for f in plan.findings if f.severity in ABOVE_LOW]
    said = ", ".join(f"{f.diagnosis.id} {f.severity} {f.certainty:.2f}" for f in plan.findings)
    right = bool(set(found) & set(setup.bugs)) if setup.bugs else not found
    return right, bool(setup.bugs) and found[:1] != [] and found[0] in setup.bugs, said, plan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--tuning", action="store_true", help="leave out what is held out")
    parser.add_argument("--facts", action="store_true")
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    for title, setups in (("broken", BROKEN), ("sound", SOUND)):
        results = []
        for setup in setups:
            if (options.only and options.only != setup.name) or (options.tuning and setup.held_out):
                continue
            start = time.perf_counter()
            right, first, said, plan = looked_at(setup, options.seconds)
            results.append((setup, right, first))
            took = time.perf_counter() - start
            print(f"{'ok  ' if right else 'MISS'} {'held' if setup.held_out else '    '} {took:5.1f}s {setup.name}")
            print(f"          wanted {', '.join(setup.bugs) or 'nothing'}; found {said or 'nothing'}", flush=True)
            for reason in plan.not_judged:
                print(f"          not judged: {', '.join(reason.titles)}: {reason.how}")
            if options.facts:
                preflighted = {f.name for f in plan.run.facts}
                print("\n".join(f"          {n} = {f.value}" for n, f in plan.facts.items() if n in preflighted))
        held = [right for setup, right, _ in results if setup.held_out]
        if results:
            print(
                f"{title}: {sum(r for _, r, _ in results)} of {len(results)} right; held out {sum(held)} of {len(held)}"
            )
        if results and title == "broken":
            print(f"the planted bug named first: {sum(f for _, _, f in results)} of {len(results)}")


if __name__ == "__main__":
    main()
