"""What was measured of data sets, kept in a file: facts, what there is to see of them, and the settings they tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from expert import supplied
from expert.exhibits import Exhibit, as_values, from_values
from expert.facts import Fact
from expert.run import Setting

FORMAT = 1
"""The version of the file."""


@dataclass(frozen=True)
class Measured:
    """Facts and exhibits; `settings` are what the data tell of the run (sizes, classes), `notes` what was left out."""

    facts: tuple[Fact, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def write(measured: Measured) -> str:
    """The text of the file."""
    values = {
        "format": FORMAT,
        "of": "data sets",
        "settings": dict(measured.settings),
        "notes": list(measured.notes),
        "facts": [{"name": f.name, "value": f.value, "about": f.about, "reads": f.reads} for f in measured.facts],
        "exhibits": [as_values(exhibit) for exhibit in measured.exhibits],
    }
    return orjson.dumps(values, option=orjson.OPT_INDENT_2).decode() + "\n"


def read(path: Path) -> Measured:
    """What a file holds. Raises ValueError that names the file and what is wrong with it."""
    try:
        values = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: it cannot be read: {error}") from error
    if not isinstance(values, dict) or values.get("of") != "data sets":
        raise ValueError(f"{path}: it is no file that `expert data … --save` writes")
    if values.get("format") != FORMAT:
        raise ValueError(
            f"{path}: it is of format {values.get('format')!r}, this version reads {FORMAT}; save it again"
        )
    try:
        facts = tuple(_fact(one) for one in values["facts"])
        exhibits = tuple(from_values(one) for one in values["exhibits"])
        settings = {str(k): tuple(v) if isinstance(v, list) else v for k, v in values["settings"].items()}
        return Measured(facts, exhibits, settings, tuple(map(str, values["notes"])))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        missing = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise ValueError(f"{path}: {missing}; save it again") from error


def _fact(values: Mapping[str, Any]) -> Fact:
    name, value = values["name"], values["value"]
    quantity = supplied.SUPPLIERS["data"].get(name)
    if quantity is None or not quantity.admits(value):
        raise ValueError(f"{name!r} is no fact of data sets with the value {value!r}")
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return Fact(name, float(value) if is_number else value, str(values["about"]), tuple(map(str, values["reads"])))
