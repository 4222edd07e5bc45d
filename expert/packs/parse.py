"""One file of YAML → the symptoms, diagnoses, rules and remedies of one pack."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from expert.facts import Value
from expert.knowledge import (
    EFFORTS,
    FRAMEWORKS,
    ORIGINS,
    SEVERITIES,
    STAGES,
    Clause,
    Diagnosis,
    Effort,
    Example,
    Origin,
    Pack,
    Remedy,
    Rule,
    Severity,
    Stage,
    Symptom,
)
from expert.packs.conditions import clauses
from expert.packs.sheets import Sheet, checked_id
from expert.packs.tree import Entry


@dataclass
class Parsed:
    """One pack as it stands in its file, with the place of everything that can be wrong in relation to the rest."""

    pack: Pack
    top: Entry
    unless: tuple[tuple[Clause, ...], ...] = ()
    symptoms: list[tuple[Symptom, Entry]] = field(default_factory=list)
    diagnoses: list[tuple[Diagnosis, Entry]] = field(default_factory=list)
    rules: list[tuple[Rule, Entry]] = field(default_factory=list)
    remedies: list[tuple[Remedy, Entry]] = field(default_factory=list)


def parse(sheet: Sheet) -> Parsed:
    """The pack that a sheet holds; every mistake is noted."""
    parsed, top, name = Parsed(sheet.pack, sheet.root), sheet.top, sheet.pack.name
    params = _params(top.get("params"))
    if "unless" in top:
        parsed.unless = tuple(clauses(item, params) for item in top["unless"].items())
    for id_, key, entry in _named(top.get("symptoms")):
        parsed.symptoms.append((_symptom(id_, entry, name), key))
    for id_, key, entry in _named(top.get("diagnoses")):
        parsed.diagnoses.append((_diagnosis(id_, entry, name), key))
    for id_, key, entry in _named(top.get("rules")):
        parsed.rules.append((_rule(id_, entry, name, params), key))
    for id_, key, entry in _named(top.get("remedies")):
        parsed.remedies.append((_remedy(id_, entry, name, params), key))
    return parsed


def _named(entry: Entry | None) -> list[tuple[str, Entry, Entry]]:
    return [] if entry is None else [(checked_id(name, key), key, value) for name, key, value in entry.pairs()]


def _params(entry: Entry | None) -> dict[str, float]:
    params = {}
    for name, key, value in entry.pairs() if entry else ():
        keys = value.keys("default", "value", "min", "max", "help", "source")
        if "default" not in keys:
            key.problem("E112", f"param {name!r} needs a default")
            continue
        low = keys["min"].number() if "min" in keys else -math.inf
        high = keys["max"].number() if "max" in keys else math.inf
        for said, given in (("the default of", keys["default"]), ("the value of", keys.get("value", keys["default"]))):
            params[name] = given.number()
            if not low <= params[name] <= high:
                given.problem("E120", f"{said} {name!r} is outside its bounds {low:g}..{high:g}")
        if "help" not in keys:
            key.problem("E112", f"param {name!r} needs a help: what it is, in one line")
    return params


def _symptom(id_: str, entry: Entry, pack: str) -> Symptom:
    keys = entry.keys("title", "about", "references")
    return Symptom(
        id_, _needed(keys, "title", entry), _text(keys, "about"), _list(keys, "references"), pack, entry.where
    )


def _diagnosis(id_: str, entry: Entry, pack: str) -> Diagnosis:
    keys = entry.keys("title", "about", "references", "stage", "origin", "severity", "explains", "remedies")
    for key in ("about", "stage", "origin", "severity", "references"):
        if key not in keys:
            entry.problem("E112", f"diagnosis {id_!r} needs {key!r}")
    return Diagnosis(
        id_,
        _needed(keys, "title", entry),
        _text(keys, "about"),
        _list(keys, "references"),
        pack,
        entry.where,
        stage=cast(Stage, keys["stage"].choice("stage", STAGES)) if "stage" in keys else "debug",
        origin=cast(Origin, keys["origin"].choice("origin", ORIGINS)) if "origin" in keys else "implementation bug",
        severity=cast(Severity, keys["severity"].choice("severity", SEVERITIES)) if "severity" in keys else "medium",
        explains=_list(keys, "explains"),
        remedies=_list(keys, "remedies"),
    )


def _rule(id_: str, entry: Entry, pack: str, params: Mapping[str, float]) -> Rule:
    keys = entry.keys(
        "when",
        "unless",
        "then",
        "certainty",
        "because",
        "at",
        "status",
        "source",
        "scope",
        "false_positives",
        "fires",
        "silent",
        "unknown",
    )
    when = clauses(keys["when"], params) if "when" in keys else ()
    if not when:
        entry.problem("E112", f"rule {id_!r} needs a 'when' with at least one condition")
    certainty = keys["certainty"].number() if "certainty" in keys else 0.0
    if not 0 < abs(certainty) <= 1:
        keys.get("certainty", entry).problem("E121", "certainty is a number from -1 to 1, and not 0")
    return Rule(
        id_,
        when,
        _needed(keys, "then", entry),
        certainty,
        _needed(keys, "because", entry),
        unless=tuple(clauses(item, params) for item in keys["unless"].items()) if "unless" in keys else (),
        at=_text(keys, "at"),
        status=keys["status"].choice("status", ("stable", "test", "experimental")) if "status" in keys else "stable",
        source=_text(keys, "source"),
        scope=keys["scope"].choice("scope", ("run", "fleet")) if "scope" in keys else "run",
        params=params,
        false_positives=_list(keys, "false_positives"),
        examples=tuple(example for outcome in ("fires", "silent", "unknown") for example in _examples(keys, outcome)),
        pack=pack,
        where=entry.where,
    )


def _remedy(id_: str, entry: Entry, pack: str, params: Mapping[str, float]) -> Remedy:
    keys = entry.keys("title", "how", "effort", "gain", "knob", "direction", "needs", "conflicts", "snippets", "verify")
    snippets = keys["snippets"].keys(*FRAMEWORKS) if "snippets" in keys else {}
    return Remedy(
        id_,
        _needed(keys, "title", entry),
        _needed(keys, "how", entry),
        effort=cast(Effort, keys["effort"].choice("effort", EFFORTS)) if "effort" in keys else "minutes",
        gain=_text(keys, "gain"),
        knob=_text(keys, "knob"),
        direction=_text(keys, "direction"),
        needs=_list(keys, "needs"),
        conflicts=_list(keys, "conflicts"),
        snippets={framework: snippet.text() for framework, snippet in snippets.items()},
        verify=clauses(keys["verify"], params) if "verify" in keys else (),
        params=params,
        pack=pack,
        where=entry.where,
    )


def _examples(keys: Mapping[str, Entry], outcome: str) -> list[Example]:
    found = []
    for entry in keys[outcome].items() if outcome in keys else ():
        facts: dict[str, Value] = {}
        for fact, _, value in entry.pairs():
            if value.value is None:
                value.problem("E160", "an example gives a number, true, false or a word")
            else:
                facts[fact] = value.value
        found.append(Example(cast(Literal["fires", "silent", "unknown"], outcome), facts, entry.where))
    return found


def _needed(keys: Mapping[str, Entry], key: str, entry: Entry) -> str:
    text = _text(keys, key)
    if not text:
        keys.get(key, entry).problem("E112", f"{key!r} is missing here" if key not in keys else f"{key!r} is empty")
    return text


def _text(keys: Mapping[str, Entry], key: str) -> str:
    return keys[key].text() if key in keys else ""


def _list(keys: Mapping[str, Entry], key: str) -> tuple[str, ...]:
    return tuple(item.text() for item in keys[key].items()) if key in keys else ()
