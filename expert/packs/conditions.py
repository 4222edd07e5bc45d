"""Conditions as a pack writes them: `fact: true`, `fact: word`, `fact: ">= {param}"`, `fact: 2..5`, `fact: [a, b]`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import cast

from expert.facts import Value
from expert.knowledge import Condition, Operator
from expert.packs.tree import Entry
from expert.problems import nearest

_COMPARISON = re.compile(r"(<=|>=|==|!=|<|>)\s*(\S.*)")
_BETWEEN = re.compile(r"(\S+?)\s*\.\.\s*(\S+)")
_PARAM = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


def condition(fact: str, entry: Entry, params: Mapping[str, float]) -> Condition | None:
    """The condition on one fact, or None with the problem noted. `params` are the pack's, by name, in force."""
    if entry.is_sequence:
        values = tuple(v for v in (item.value for item in entry.items()) if v is not None)
        if not values:
            entry.problem("E130", "an empty list holds for nothing; name the values that may be")
            return None
        return Condition(fact, "in", values)
    value = entry.value
    if isinstance(value, bool | float):
        return Condition(fact, "==", value)
    if value is None:
        entry.problem("E130", f"{fact!r} needs a comparison, as in '{fact}: \">= 3\"'")
        return None
    if len(value) > 200:
        entry.problem("E103", "a condition has at most 200 characters")
        return None
    if between := _BETWEEN.fullmatch(value):
        low, high = (_threshold(text, entry, params) for text in between.groups())
        if isinstance(low, float) and isinstance(high, float):
            return Condition(fact, "within", (low, high), _names(value))
        entry.problem("E130", "a range runs from a number to a number, as in '2..5'")
        return None
    if comparison := _COMPARISON.fullmatch(value):
        threshold = _threshold(comparison[2].strip(), entry, params)
        if threshold is None:
            return None
        if comparison[1] not in ("==", "!=") and not isinstance(threshold, float):
            entry.problem("E130", f"{comparison[1]} needs a number or a param in braces, not {comparison[2]!r}")
            return None
        return Condition(fact, cast(Operator, comparison[1]), threshold, _names(value))
    threshold = _threshold(value, entry, params)
    return None if threshold is None else Condition(fact, "==", threshold, _names(value))


def _threshold(text: str, entry: Entry, params: Mapping[str, float]) -> Value | None:
    if param := _PARAM.fullmatch(text):
        if param[1] in params:
            return params[param[1]]
        entry.problem("E141", f"param {param[1]!r} is not defined in this pack{nearest(param[1], params)}")
        return None
    if text in ("true", "false"):
        return text == "true"
    return float(text) if _NUMBER.fullmatch(text) and math.isfinite(float(text)) else text


def _names(text: str) -> tuple[str, ...]:
    return tuple(_PARAM.findall(text))
