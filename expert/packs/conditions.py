"""Conditions as a pack writes them: `fact: true`, `fact: word`, `fact: ">= {param}"`, `fact: 2..5`, `fact: [a, b]`.

Beside facts stand `all`, `any` and `none` with lists of conditions, `at_least: {n: 2, of: [...]}`, and `where` with
arithmetic between facts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Literal, cast

from expert.facts import Value
from expert.formula import FormulaError, parse
from expert.knowledge import Clause, Combination, Condition, Formula, Operator
from expert.packs.tree import Entry
from expert.problems import nearest

_COMPARISON = re.compile(r"(<=|>=|==|!=|<|>)\s*(\S.*)")
_BETWEEN = re.compile(r"(\S+?)\s*\.\.\s*(\S+)")
_PARAM = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


def clauses(entry: Entry, params: Mapping[str, float]) -> tuple[Clause, ...]:
    """What a mapping asks for; every mistake is noted. `params` are the pack's, by name, in force."""
    found: list[Clause] = []
    for key, place, value in entry.pairs():
        match key:
            case "where":
                found += [formula for text in value.items() if (formula := _formula(text, params))]
            case "all":
                found += [clause for item in _list(key, value) for clause in clauses(item, params)]
            case "any" | "none":
                found += _combination(key, value, params)
            case "at_least":
                found += _at_least(place, value, params)
            case _:  # where the threshold is a mistake the fact is still looked up
                found.append(condition(key, value, params) or Condition(key, "known", ""))
    return tuple(found)


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


def _list(key: str, entry: Entry) -> tuple[Entry, ...]:
    """The conditions below `all`, `any`, `none` or `of`."""
    if entry.is_sequence and entry.items():
        return entry.items()
    entry.problem(
        "E130", f"{key!r} takes a list of conditions, as in '{key}: [{{loss_rise: \"> 1\"}}, {{task: regression}}]'"
    )
    return ()


def _members(key: str, entry: Entry, params: Mapping[str, float]) -> tuple[Clause, ...]:
    """Each item of the list as one clause; several conditions of one item must all hold."""
    found = []
    for item in _list(key, entry):
        together = clauses(item, params)
        if not together:
            item.problem("E130", "a condition is missing here")
        else:
            found.append(together[0] if len(together) == 1 else Combination("all", together))
    return tuple(found)


def _combination(key: Literal["any", "none"], entry: Entry, params: Mapping[str, float]) -> list[Clause]:
    members = _members(key, entry, params)
    return [Combination(key, members)] if members else []


def _at_least(place: Entry, entry: Entry, params: Mapping[str, float]) -> list[Clause]:
    keys = entry.keys("n", "of")
    if keys.keys() != {"n", "of"}:
        place.problem("E112", "'at_least' has a number and a list, as in 'at_least: {n: 2, of: [...]}'")
        return []
    members, count = _members("of", keys["of"], params), keys["n"].value
    if not isinstance(count, float) or not 1 <= count <= len(members) or count != int(count):
        keys["n"].problem("E130", f"'n' is a whole number from 1 to {len(members)}, that of the conditions below 'of'")
        return []
    return [Combination("at least", members, int(count))]


def _formula(entry: Entry, params: Mapping[str, float]) -> Formula | None:
    text = entry.text()
    try:
        return Formula(text, parse(text, params), tuple(dict.fromkeys(_PARAM.findall(text))))
    except FormulaError as error:
        code = "E141" if "param" in str(error) else "E130"
        entry.at(text, error.column).problem(code, str(error))
        return None


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
