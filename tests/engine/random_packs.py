"""Random packs and facts, small enough that thresholds and values meet."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random

from oracle import Value

from expert.facts import Fact, Quantity
from expert.knowledge import KnowledgeBase
from expert.packs import load

NUMBERS = (-1, 0, 0.5, 1, 2)
WORDS = ("red", "green", "dark blue")
CERTAINTIES = (1, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, -0.2, -0.3, -0.5, -1)
CATALOGUE = {
    **{name: Quantity(name, "number") for name in ("n0", "n1", "n2", "n3")},
    **{name: Quantity(name, "truth") for name in ("t0", "t1")},
    **{name: Quantity(name, "word") for name in ("w0", "w1")},
}
CONCLUSIONS = ("s0", "s1", "s2", "d0", "d1", "d2")
DIAGNOSIS = "{title: It, about: It, stage: debug, origin: data choice, severity: low, references: [Me]}"


@dataclass(frozen=True)
class Case:
    """Two packs as text, the same as knowledge, and facts by subject and name."""

    texts: list[str]
    knowledge: KnowledgeBase
    facts: dict[str, dict[str, Value]]

    def as_facts(self) -> list[Fact]:
        return [Fact(name, value, about) for about, named in self.facts.items() for name, value in named.items()]


def case(seed: int) -> Case:
    """The packs and facts of that number, always the same."""
    random = Random(seed)
    texts = _packs(random)
    return Case(texts, loaded(texts), _facts(random))


def loaded(texts: list[str]) -> KnowledgeBase:
    """The packs of these texts, read as the product reads them."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"pack{n}.yaml") for n in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text)
        return load(files, CATALOGUE)


def _facts(random: Random) -> dict[str, dict[str, Value]]:
    share = random.choice((0.5, 0.8, 1.0))
    return {
        about: {name: _value(random, name) for name in CATALOGUE if random.random() < share}
        for about in random.sample(("", "layer 1", "layer 2", "host"), random.randint(1, 3))
    }


def _value(random: Random, name: str) -> Value:
    kind = name[0] if random.random() > 0.03 else random.choice("ntw")  # at times one of another kind
    return random.choice({"n": tuple(map(float, NUMBERS)), "t": (True, False), "w": WORDS}[kind])


def _packs(random: Random) -> list[str]:
    rules = [_rule(random, random.randrange(len(CONCLUSIONS))) for _ in range(random.randint(3, 10))]
    if random.random() < 0.5:  # a chain of three, whatever else there is
        chain = sorted(random.sample(range(len(CONCLUSIONS)), 3))
        rules += [_rule(random, chain[0]), _rule(random, chain[1], chain[0]), _rule(random, chain[2], chain[1])]
    numbered = [(f"r{n}", rule) for n, rule in enumerate(rules)]
    random.shuffle(numbered)
    half = random.randint(0, len(numbered))
    symptoms = [f"  {id_}: {{title: It}}" for id_ in CONCLUSIONS if id_[0] == "s"]
    diagnoses = [f"  {id_}: {DIAGNOSIS}" for id_ in CONCLUSIONS if id_[0] == "d"]
    return [
        _pack(random, "one", ["symptoms:", *symptoms], numbered[:half]),
        _pack(random, "two", ["diagnoses:", *diagnoses], numbered[half:]),
    ]


def _pack(random: Random, name: str, defined: list[str], rules: list[tuple[str, str]]) -> str:
    params = [f"  p{n}: {{default: {random.choice(NUMBERS)}, help: A number}}" for n in range(2)]
    written = [f"  {id_}: {rule}" for id_, rule in rules]
    return "\n".join(["format: 1", f"pack: {name}", "params:", *params, *defined, "rules:", *written, ""])


def _rule(random: Random, conclusion: int, reads: int | None = None) -> str:
    """A rule for that conclusion; it reads measured facts and conclusions before it, one of them surely if given."""
    when = _conditions(random, conclusion, random.randint(1, 2))
    if reads is not None:
        when = {key: wish for key, wish in when.items() if key in CATALOGUE or key in CONCLUSIONS}
        when[CONCLUSIONS[reads]] = random.choice(("true", "true", "false", '">= 0.2"'))
        if random.random() < 0.2:  # beside other conclusions, of which some must have been drawn
            drawn = [f"{{{CONCLUSIONS[n]}: true}}" for n in range(conclusion)]
            when["at_least"] = f"{{n: {random.randint(1, len(drawn))}, of: [{', '.join(drawn)}]}}"
    quoted = random.choice([*CATALOGUE, *CONCLUSIONS[:conclusion]]) if random.random() < 0.25 else "p0"
    certainty = random.choice(CERTAINTIES) if reads is None else random.choice((1, 0.6, 0.5, 0.4))
    parts = {
        "when": _flow(when),
        "then": CONCLUSIONS[conclusion],
        "certainty": certainty,
        "because": json.dumps(f"It is {{{quoted}}}, and [perhaps {{n0}}]"),
    }
    if random.random() < 0.4:
        exceptions = [_flow(_conditions(random, conclusion, random.randint(1, 2))) for _ in range(random.randint(1, 2))]
        parts["unless"] = exceptions[0] if len(exceptions) == 1 else f"[{', '.join(exceptions)}]"
    return _flow(parts)


def _conditions(random: Random, conclusion: int, count: int) -> dict[str, str]:
    readable = [*random.sample([*CATALOGUE], 3), *CONCLUSIONS[:conclusion]]
    found = {name: _wish(random, name) for name in random.sample(readable, min(count, len(readable)))}
    combined = random.random()
    if combined < 0.2:  # half of the time nothing else is asked for
        found = (found if combined < 0.1 else {}) | _combined(random, conclusion, depth=2)
    return found


def _combined(random: Random, conclusion: int, depth: int) -> dict[str, str]:
    """Conditions that are combined, or a formula."""
    key = random.choice(("all", "any", "none", "at_least", "where"))
    if key == "where":
        return {key: json.dumps(_formula(random))}
    items = [_item(random, conclusion, depth) for _ in range(random.randint(1, 3))]
    written = f"[{', '.join(_flow(item) for item in items)}]"
    return {key: f"{{n: {random.randint(1, len(items))}, of: {written}}}" if key == "at_least" else written}


def _item(random: Random, conclusion: int, depth: int) -> dict[str, str]:
    if depth and random.random() < 0.25:
        return _combined(random, conclusion, depth - 1)
    readable = [*random.sample([*CATALOGUE], 3), *CONCLUSIONS[:conclusion]]
    return {name: _wish(random, name) for name in random.sample(readable, random.choice((1, 1, 2)))}


def _formula(random: Random) -> str:
    def number(depth: int) -> str:
        if depth == 0 or random.random() < 0.4:
            return random.choice(("n0", "n1", "n2", "n3", "n0", "n1", "2", "0.5", "{p0}", "{p1}"))
        left, right = number(depth - 1), number(depth - 1)
        sign = random.choice(["+", "-", "*", "/", "//", "%", "**"])
        return random.choice((f"({left} {sign} {right})", f"-{left}", f"max({left}, {right})", f"sqrt({left})"))

    def compared() -> str:
        said = f"{random.choice(('n0', 'n1', 'n2'))} {random.choice('+-*/')} {number(1)}"
        chain = f" {random.choice(('<', '>='))} {number(1)}" if random.random() < 0.2 else ""
        return f"{said} {random.choice(('<', '<=', '>', '>=', '==', '!='))} {number(2)}{chain}"

    said = compared()
    if random.random() < 0.4:
        said = f"{said} {random.choice(('and', 'or'))} {random.choice(('', 'not '))}{compared()}"
    return said


def _wish(random: Random, name: str) -> str:
    one, other = sorted(random.sample(NUMBERS, 2))
    match name[0]:
        case "t":
            return random.choice(("true", "false", '"!= true"', '"== false"'))
        case "w":
            word = random.choice(WORDS)
            return random.choice((word, f'"!= {word}"', f"[{word}, pink]", f'"== {word}"'))
        case "n":
            number = random.choice((*map(str, NUMBERS), "{p0}", "{p1}"))
            sign = random.choice(("<", "<=", ">", ">=", "==", "!="))
            return random.choice((f'"{sign} {number}"', f'"{sign} {number}"', f"{one}..{other}", f"[{one}, {other}]"))
    return random.choice(("true", "true", "false", '"!= true"', '"> 0.5"', '">= 0.6"', '"< 0.2"', '"<= 0.5"'))


def _flow(parts: dict[str, object]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}"
