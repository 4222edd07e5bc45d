"""`python tests/bench/engine.py`: what 300 rules over 300 facts cost the engine, to build and to run."""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from expert.engine import infer
from expert.facts import Fact, Quantity
from expert.knowledge import KnowledgeBase
from expert.packs import load

DIAGNOSIS = "{title: It, about: It, stage: debug, origin: data choice, severity: low, references: [Me]}"


def pack(rules: int, facts: int, random: Random) -> str:
    """60 % of the rules read facts, 30 % symptoms and a fact, 10 % diagnoses; a fifth has an exception."""
    symptoms = [f"s{n}" for n in range(rules * 6 // 10)]
    diagnoses = [f"d{n}" for n in range(rules // 5)]
    lines = ["format: 1", "pack: large", "symptoms:", *(f"  {id_}: {{title: It}}" for id_ in symptoms)]
    lines += ["diagnoses:", *(f"  {id_}: {DIAGNOSIS}" for id_ in diagnoses), "rules:"]
    for n in range(rules):
        some = random.sample(range(facts), 4)
        when = {f"f{some[0]}": f"> {random.random():.2f}", f"f{some[1]}": f"<= {random.random():.2f}"}
        then = symptoms[n] if n < len(symptoms) else random.choice(diagnoses[: rules // 10])
        if n >= len(symptoms):
            when = {random.choice(symptoms): True, random.choice(symptoms): True}
            when[f"f{some[2]}"] = f"> {random.random():.2f}"
        if n >= rules * 9 // 10:
            when, then = {random.choice(diagnoses[: rules // 10]): True}, random.choice(diagnoses[rules // 10 :])
        unless = {"unless": {f"f{some[3]}": "> 0.9"}} if n % 5 == 0 else {}
        rule = {"when": when, **unless, "then": then, "certainty": 0.7, "because": "It is so."}
        lines.append(f"  r{n}: {json.dumps(rule)}")
    return "\n".join(lines)


def milliseconds(times: list[float]) -> str:
    return f"{1000 * statistics.median(times):.1f} ms"


def timed(action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main(rules: int = 300, facts: int = 300) -> None:
    random = Random(0)
    catalogue = {f"f{n}": Quantity(f"f{n}", "number") for n in range(facts)}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "large.yaml")
        file.write_text(pack(rules, facts, random))
        loading = timed(lambda: load([file], catalogue))
        knowledge = load([file], catalogue)
    run = [Fact(name, random.random()) for name in catalogue]
    layers = [Fact(f"f{n % 30}", random.random(), f"layer {n // 30}") for n in range(facts)]
    infer([], KnowledgeBase((), {}, {}, {}, {}))  # so that the import of experta is not counted
    building = timed(lambda: infer([], knowledge))
    print(f"{rules} rules x {facts} facts ({len(infer(run, knowledge))} firings)")
    print(f"load the pack          {milliseconds([loading])}")
    print(f"build the engine       {milliseconds([building])}")
    print(f"run, one subject       {milliseconds([timed(lambda: infer(run, knowledge)) for _ in range(15)])}")
    print(f"run, ten subjects      {milliseconds([timed(lambda: infer(layers, knowledge)) for _ in range(15)])}")


main(*map(int, sys.argv[1:]))
