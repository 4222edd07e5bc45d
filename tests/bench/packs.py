"""`python tests/bench/packs.py`: what it costs to load rules with their positions, and to compile them."""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from expert.engine import infer
from expert.facts import Fact
from expert.knowledge import KnowledgeBase
from expert.layers import builtin
from expert.packs import load
from expert.shelf import shelf
from expert.signals import catalogue
from expert.supplied import SUPPLIERS

PROSE = "The loss came back within a few steps, which speaks for a bad batch and not for steps that are too long. "
SNIPPET = (
    "scheduler = LinearLR(optimizer, start_factor=0.01, total_iters={warm})\n          scheduler.step()\n          "
)


def pack(n: int, rules: int) -> str:
    """A pack of full rules: examples, prose, snippets, a symptom, a diagnosis and a remedy for each."""
    of_fleets = SUPPLIERS["nightly"]  # only rules with their own scope read these
    numbers = [
        name for name, q in catalogue().items() if q.kind == "number" and q.unit != "setting" and name not in of_fleets
    ]
    symptoms, diagnoses, written, remedies = [], [], [], []
    for m in range(rules):
        one, other, third = (numbers[(n * rules + m + k) % len(numbers)] for k in (0, 11, 23))
        id_ = f"p{n}-{m}"
        symptoms.append(f'  {id_}-seen: {{title: It is seen that {one} is high, about: "{PROSE}"}}')
        diagnoses.append(
            f"  {id_}-cause:\n    title: It is {m}\n    about: >-\n      {PROSE * 4}\n    stage: debug\n"
            f"    origin: data choice\n    severity: low\n    references: [A book, Another one]\n"
            f"    explains: [{id_}-seen]\n    remedies: [{id_}-do]"
        )
        then = f"{id_}-seen" if m % 2 else f"{id_}-cause"
        extra = f'\n      any: [{{{third}: "> 3"}}, {{task: regression}}]\n      where: "{one} > {{warm}} * 2"' * (
            m % 5 == 0
        )
        written.append(
            f'  {id_}:\n    when:\n      {one}: ">= {{warm}}"\n      {other}: "< 5"{extra}\n'
            f'    unless:\n      - task: generative\n        {third}: "> 3"\n    then: {then}\n    certainty: 0.7\n'
            f"    at: {one}\n    because: >-\n      {PROSE} It is {{{one}:.3g}}, over {{warm}}.\n    source: {PROSE}\n"
            f"    fires:\n      - {{{one}: 60, {other}: 2}}\n      - {{{one}: 70, {other}: 1}}\n"
            f"    silent:\n      - {{{one}: 1}}\n      - {{{other}: 9}}\n    unknown: [{{}}]"
        )
        remedies.append(
            f"  {id_}-do:\n    title: Do it[ at {{{one}:.2g}}]\n    how: {PROSE}\n    effort: hours\n    knob: lr\n"
            f'    direction: down\n    verify: {{{one}: "< 5"}}\n    snippets:\n'
            f"      torch: |\n          {SNIPPET * 3}\n"
            f"      keras: |\n          {SNIPPET * 3}"
        )
    params = "params:\n  warm: {default: 10, min: 1, max: 100, help: a number, source: nobody}"
    parts = [("symptoms", symptoms), ("diagnoses", diagnoses), ("rules", written), ("remedies", remedies)]
    body = "\n".join(f"{key}:\n" + "\n".join(lines) for key, lines in parts)
    return f"format: 1\npack: pack-{n}\n{params}\n{body}\n"


def best(action, times: int = 7) -> str:
    found = []
    for _ in range(times):
        start = time.process_time()
        action()
        found.append(1000 * (time.process_time() - start))
    return f"{min(found):6.0f} ms (median {statistics.median(found):.0f})"


def main(rules: int = 500) -> None:
    own = [file for file in shelf("rules").iterdir() if file.name.endswith(".yaml")]
    facts, per_pack = catalogue(), rules // 10
    print(f"built-in packs: {len(builtin().rules)} rules, {sum(len(f.read_bytes()) for f in own):,} bytes")
    print("  load               ", best(lambda: load(own, facts)))
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"pack{n}.yaml") for n in range(10)]
        for n, file in enumerate(files):
            file.write_text(pack(n, per_pack))
        knowledge = load(files, facts)
        print(f"full rules: {len(knowledge.rules)}, {sum(f.stat().st_size for f in files):,} bytes")
        print("  load               ", best(lambda: load(files, facts)))
        infer([], KnowledgeBase((), {}, {}, {}, {}))  # so that the import of experta is not counted
        run = [Fact(name, 3.0) for name, quantity in facts.items() if quantity.kind == "number"]
        fresh = iter([load(files, facts) for _ in range(3)])
        print("  compile, first run ", best(lambda: infer(run, next(fresh)), 3))
        print("  run                ", best(lambda: infer(run, knowledge)))


main(*map(int, sys.argv[1:]))
