"""One file of YAML → the symptoms, diagnoses, rules and remedies of one pack."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, cast

from expert.facts import Value
from expert.knowledge import (
    EFFORTS,
    FRAMEWORKS,
    ORIGINS,
    SEVERITIES,
    STAGES,
    STATUSES,
    Clause,
    Diagnosis,
    Effort,
    Example,
    Origin,
    Pack,
    Param,
    Remedy,
    Rule,
    Severity,
    Stage,
    Status,
    Suppression,
    Symptom,
)
from expert.packs.conditions import clauses
from expert.packs.sheets import Sheet, checked_id
from expert.packs.tree import Entry, day
from expert.problems import nearest


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
    suppressions: list[tuple[Suppression, Entry]] = field(default_factory=list)
    params: list[Param] = field(default_factory=list)


def parse(sheet: Sheet) -> Parsed:
    """The pack that a sheet holds; every mistake is noted."""
    parsed, top, name = Parsed(sheet.pack, sheet.root), sheet.top, sheet.pack.name
    params = {param.name: param for param in _params(top.get("params"), name)}
    parsed.params = list(params.values())
    if "unless" in top:
        parsed.unless = tuple(clauses(item, _in_force(params, None)) for item in top["unless"].items())
    for id_, key, entry in _named(top.get("symptoms")):
        parsed.symptoms.append((_symptom(id_, entry, name), key))
    for id_, key, entry in _named(top.get("diagnoses")):
        parsed.diagnoses.append((_diagnosis(id_, entry, name), key))
    for id_, key, entry in _named(top.get("rules")):
        parsed.rules.append((_rule(id_, entry, name, params), key))
    for id_, key, entry in _named(top.get("remedies")):
        parsed.remedies.append((_remedy(id_, entry, name, params), key))
    for entry in top["suppress"].items() if "suppress" in top else ():
        parsed.suppressions.append((_suppression(entry, name, _in_force(params, None)), entry))
    return parsed


def _named(entry: Entry | None) -> list[tuple[str, Entry, Entry]]:
    return [] if entry is None else [(checked_id(name, key), key, value) for name, key, value in entry.pairs()]


def _params(entry: Entry | None, pack: str) -> Iterator[Param]:
    """The params that a pack defines, with the values in force."""
    for name, key, value in entry.pairs() if entry else ():
        keys = value.keys("default", "value", "min", "max", "help", "source")
        if "default" not in keys:
            key.problem("E112", f"param {name!r} needs a default")
            continue
        if "help" not in keys:
            key.problem("E112", f"param {name!r} needs a help: what it is, in one line")
        default = keys["default"].number()
        low = keys["min"].number() if "min" in keys else -math.inf
        high = keys["max"].number() if "max" in keys else math.inf
        param = Param(pack, name, default, default, low, high, _text(keys, "help"), _text(keys, "source"))
        _check_bounds("default", default, param, keys["default"])
        if "value" in keys:
            param = replace(param, value=keys["value"].number())
            _check_bounds("value", param.value, param, keys["value"])
        yield param


def _check_bounds(said: str, value: float, param: Param, entry: Entry) -> None:
    if not param.low <= value <= param.high:
        entry.problem("E120", f"the {said} of {param.name!r} is outside its bounds {param.low:g}..{param.high:g}")


def _in_force(params: Mapping[str, Param], own: Entry | None) -> dict[str, float]:
    """The values of the pack's params, or those that a rule has for itself."""
    found = {name: param.value for name, param in params.items()}
    for name, key, value in own.pairs() if own else ():
        if name not in params:
            key.problem("E141", f"param {name!r} is not defined in this pack{nearest(name, params)}")
            continue
        found[name] = value.number()
        _check_bounds("value", found[name], params[name], value)
    return found


def _status(keys: Mapping[str, Entry], entry: Entry) -> tuple[Status, str]:
    """The status, and what to use instead of what is deprecated."""
    status = cast(Status, keys["status"].choice("status", STATUSES)) if "status" in keys else "stable"
    replaced_by = _text(keys, "replaced_by")
    if (status == "deprecated") != bool(replaced_by):
        place = keys.get("replaced_by") or keys.get("status") or entry
        place.problem("E112", "'status: deprecated' and 'replaced_by: id' go together")
    return status, replaced_by


def _suppression(entry: Entry, pack: str, params: Mapping[str, float]) -> Suppression:
    keys = entry.keys("diagnosis", "where", "reason", "owner", "expires")
    if "diagnosis" not in keys:
        entry.problem("E112", "a suppression names a diagnosis, or a list of them")
    if "expires" not in keys:
        entry.problem("E112", "a suppression expires, as in 'expires: 2027-01-31'")
    return Suppression(
        _list(keys, "diagnosis"),
        clauses(keys["where"], params) if "where" in keys else (),
        _needed(keys, "reason", entry),
        (day(keys["expires"]) if "expires" in keys else None) or date.min,
        _text(keys, "owner"),
        pack,
        entry.where,
    )


def _symptom(id_: str, entry: Entry, pack: str) -> Symptom:
    keys = entry.keys("title", "about", "references")
    return Symptom(
        id_, _needed(keys, "title", entry), _text(keys, "about"), _list(keys, "references"), pack, entry.where
    )


def _diagnosis(id_: str, entry: Entry, pack: str) -> Diagnosis:
    keys = entry.keys(
        "title",
        "about",
        "references",
        "stage",
        "origin",
        "severity",
        "explains",
        "contradicts",
        "remedies",
        "status",
        "replaced_by",
    )
    status, replaced_by = _status(keys, entry)
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
        contradicts=_list(keys, "contradicts"),
        remedies=_list(keys, "remedies"),
        status=status,
        replaced_by=replaced_by,
    )


def _rule(id_: str, entry: Entry, pack: str, defined: Mapping[str, Param]) -> Rule:
    keys = entry.keys(
        "when",
        "unless",
        "then",
        "certainty",
        "because",
        "at",
        "status",
        "replaced_by",
        "params",
        "source",
        "scope",
        "false_positives",
        "fires",
        "silent",
        "unknown",
    )
    params = _in_force(defined, keys.get("params"))
    status, replaced_by = _status(keys, entry)
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
        status=status,
        replaced_by=replaced_by,
        source=_text(keys, "source"),
        scope=keys["scope"].choice("scope", ("run", "fleet")) if "scope" in keys else "run",
        params=params,
        false_positives=_list(keys, "false_positives"),
        examples=tuple(example for outcome in ("fires", "silent", "unknown") for example in _examples(keys, outcome)),
        pack=pack,
        where=entry.where,
    )


def _remedy(id_: str, entry: Entry, pack: str, defined: Mapping[str, Param]) -> Remedy:
    keys = entry.keys(
        "title", "how", "effort", "gain", "knob", "direction", "needs", "conflicts", "snippets", "verify", "params"
    )
    params = _in_force(defined, keys.get("params"))
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
