"""What it costs to check, try and document the packs that come along: seconds, and over the time to load them.

python tests/bench/rules.py
"""

from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

from expert.authoring import examples, trials
from expert.authoring.document import pages
from expert.authoring.graph import drawing
from expert.authoring.lints import doubts
from expert.authoring.schema import schema
from expert.configuration import Configuration
from expert.layers import packs
from expert.packs import load
from expert.packs.tests import pack_tests
from expert.signals import catalogue


def main() -> None:
    files = packs(Configuration())
    names = {str(file) for file in files}
    load(files, catalogue())  # the imports are not counted
    knowledge = load(files, catalogue())
    written = pack_tests(files, knowledge, catalogue())
    steps: dict[str, Callable[[], Any]] = {
        "load: rules": lambda: load(files, catalogue()).rules,
        "check: doubts": lambda: doubts(knowledge),
        "test: examples": lambda: list(examples.outcomes(knowledge, names)),
        "test: whole runs": lambda: list(trials.outcomes(written, knowledge)),
        "doc: pages": lambda: pages(knowledge, written, names),
        "graph: boxes": lambda: drawing(knowledge).boxes,
        "schema: definitions": lambda: schema(knowledge, catalogue())["definitions"],
    }
    first = 0.0
    for name, work in steps.items():
        wall, busy = perf_counter(), process_time()
        count = len(work())
        wall, busy = perf_counter() - wall, process_time() - busy
        first = first or busy
        print(f"{name:<20} {count:>5}  {wall:6.2f} s, {busy:6.2f} s of processor, {busy / first:6.1f} times the load")


if __name__ == "__main__":
    main()
