"""Prints how large the page is and how long each format takes, for a run of 1,000 and one of 100,000 steps."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "page"))

import sample_plans as sample

from expert.diagnose import judge
from expert.renderers import formats, render


def milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """The least time of several tries."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return 1000 * min(found)


def main() -> None:
    """A table: steps, format, bytes, the first rendering of the process (imports, templates) and the next ones."""
    print(f"{'steps':>8} {'format':<9} {'bytes':>8} {'first ms':>9} {'next ms':>8}")
    for steps in (1_000, 100_000):
        plan = judge(sample.broken(steps))
        for form in formats():
            first = milliseconds(lambda plan=plan, form=form: render(plan, form), 1)
            following = milliseconds(lambda plan=plan, form=form: render(plan, form))
            print(f"{steps:>8,} {form:<9} {len(render(plan, form).encode()):>8,} {first:>9.1f} {following:>8.1f}")
        charts = render(plan, "html").count('<figure class="chart"')
        print(f"         {charts} charts")


if __name__ == "__main__":
    main()
