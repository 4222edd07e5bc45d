"""What packs mean, in plain Python: the oracle that the engine must agree with. It imports nothing of the product."""

from __future__ import annotations

import ast
import math
import re
from fractions import Fraction
from functools import cache
from typing import Any

import yaml

Value = float | bool | str
_YES = (True, "true", "== true", "!= false")
_NO = (False, "false", "== false", "!= true")


class Oracle:
    """The packs, judged over facts by subject and name: `{about: {name: value}}`."""

    def __init__(self, texts: list[str], facts: dict[str, dict[str, Value]]) -> None:
        packs = [yaml.safe_load(text) for text in texts]
        self.facts = {"": {}, **{about: named for about, named in facts.items() if named}}
        self.conclusions = {id_ for pack in packs for part in ("symptoms", "diagnoses") for id_ in pack.get(part) or {}}
        self.rules: dict[str, dict[str, Any]] = {}
        for pack in packs:
            params = {name: param["default"] for name, param in (pack.get("params") or {}).items()}
            for id_, rule in (pack.get("rules") or {}).items():
                self.rules[id_] = {**rule, "params": params}
        self.truth = cache(self._truth)
        self.worth = cache(self._worth)
        self.value = cache(self._value)

    def firings(self) -> dict[tuple[str, str], float]:
        """The certainty that each rule gives, by rule and subject, where it fires."""
        every = {(rule, about): self.worth(rule, about) for rule in self.rules for about in self.facts}
        return {key: worth for key, worth in every.items() if worth is not None}

    def known(self) -> dict[str, dict[str, Value]]:
        """All that is known about each subject."""
        found = {}
        for about in self.facts:
            values = {name: self.value(name, about) for name in {*self.facts[about], *self.conclusions}}
            found[about] = {name: value for name, value in values.items() if value is not None}
        return found

    def _value(self, name: str, about: str) -> Value | None:
        """A measured value, or what the rules make of a conclusion; None where it is unknown."""
        rules = [id_ for id_, rule in self.rules.items() if rule["then"] == name]
        if not rules:
            return self.facts[about].get(name)
        worth = [w for w in (self.worth(id_, about) for id_ in rules) if w is not None]
        total = together(worth)
        open_rules = [id_ for id_ in rules if self.rules[id_]["certainty"] > 0 and self.truth(id_, about) is None]
        return None if total < 0.2 and open_rules else total

    def _truth(self, id_: str, about: str) -> bool | None:
        """Whether all that the rule asks for is so: its conditions, and that what it quotes is known."""
        rule = self.rules[id_]
        truths = [self._together(rule["when"], about, rule["params"])]
        needed = re.sub(r"\[.*?\]", "", rule["because"])
        for quoted in re.findall(r"\{([a-z0-9_-]+)", needed):
            if quoted not in rule["params"]:
                truths.append(None if self.value(quoted, about) is None else True)
        return all_of(truths)

    def _worth(self, id_: str, about: str) -> float | None:
        """The certainty that a rule gives if it fires, else None."""
        rule = self.rules[id_]
        if self.truth(id_, about) is not True:
            return None
        exceptions = rule.get("unless") or []
        for exception in exceptions if isinstance(exceptions, list) else [exceptions]:
            if self._together(exception, about, rule["params"]) is True:
                return None
        return rule["certainty"] * self._weakest(rule["when"], about, rule["params"])

    def _together(self, wishes: dict[str, Any], about: str, params: dict[str, float]) -> bool | None:
        """Whether everything that a mapping asks for is so."""
        return all_of([self._so(key, wish, about, params) for key, wish in wishes.items()])

    def _so(self, key: str, wish: Any, about: str, params: dict[str, float]) -> bool | None:
        """Whether one key of a mapping is so: a fact, a formula, or conditions combined."""
        if key == "where":
            values = {name: self.value(name, about) for name in self.facts[about]}
            return all_of([computed(text, values, params) for text in (wish if isinstance(wish, list) else [wish])])
        if key not in ("all", "any", "none", "at_least"):
            return self._met(key, wish, about, params)
        items = wish["of"] if key == "at_least" else wish
        truths = [self._together(item, about, params) for item in items]
        needed = {"all": len(items), "any": 1, "none": 1, "at_least": wish["n"] if key == "at_least" else 0}[key]
        surely, perhaps = sum(t is True for t in truths), sum(t is not False for t in truths)
        found = True if surely >= needed else False if perhaps < needed else None
        return found if key != "none" or found is None else not found

    def _weakest(self, wishes: dict[str, Any], about: str, params: dict[str, float]) -> float:
        """How sure one can be of a mapping that is so."""
        sure = [1.0]
        for key, wish in wishes.items():
            if key in ("all", "any", "at_least"):
                items = wish["of"] if key == "at_least" else wish
                met = [item for item in items if self._together(item, about, params)]
                best = sorted((self._weakest(item, about, params) for item in met), reverse=True)
                sure.append(
                    best[{"all": len(items), "any": 1}.get(key, 0) - 1] if key != "at_least" else best[wish["n"] - 1]
                )
            elif key in self.conclusions and (wish in _YES or (isinstance(wish, str) and wish.startswith(">"))):
                value = self.value(key, about)
                assert isinstance(value, float | int)
                sure.append(value)
        return min(sure)

    def _met(self, fact: str, wish: Any, about: str, params: dict[str, float]) -> bool | None:
        """Whether the fact is as the condition wishes, None where it is not known."""
        value = self.value(fact, about)
        if value is None:
            return None
        if fact in self.conclusions and wish in _YES + _NO:
            return (value >= 0.2) is (wish in _YES)
        return _as_wished(value, wish, params)


def all_of(truths: list[bool | None]) -> bool | None:
    """Kleene's AND."""
    if False in truths:
        return False
    return None if None in truths else True


def computed(text: str, values: dict[str, Value | None], params: dict[str, float]) -> bool | None:
    """Whether a formula is so: Python itself computes each side of each comparison."""
    for name, number in params.items():
        text = text.replace(f"{{{name}}}", f"({number!r})")
    numbers = {name: float(value) for name, value in values.items() if _is_number(value)}
    return _formula(ast.parse(text, mode="eval").body, numbers)


def _formula(node: Any, numbers: dict[str, float]) -> bool | None:
    if isinstance(node, ast.BoolOp):
        truths = [_formula(value, numbers) for value in node.values]
        if isinstance(node.op, ast.And):
            return all_of(truths)
        opposite = all_of([None if truth is None else not truth for truth in truths])
        return None if opposite is None else not opposite
    if isinstance(node, ast.UnaryOp):
        inner = _formula(node.operand, numbers)
        return None if inner is None else not inner
    sides = [_side(side, numbers) for side in (node.left, *node.comparators)]
    truths = []
    for left, sign, right in zip(sides, node.ops, sides[1:], strict=False):
        pair = ast.Expression(ast.Compare(ast.Name("left", ast.Load()), [sign], [ast.Name("right", ast.Load())]))
        code = compile(ast.fix_missing_locations(pair), "pair", "eval")
        truths.append(None if None in (left, right) else eval(code, {"left": left, "right": right}))
    return all_of(truths)


def _side(node: Any, numbers: dict[str, float]) -> float | None:
    allowed = {"__builtins__": {}, "abs": abs, "min": min, "max": max, "sqrt": math.sqrt, "log": math.log}
    try:
        value = eval(compile(ast.Expression(node), "side", "eval"), allowed, numbers)
    except (ArithmeticError, ValueError, NameError, TypeError):  # a type that does not fit: a root is complex
        return None
    return value if not isinstance(value, complex) and math.isfinite(value) else None


def together(reasons: list[float]) -> float:
    """Certainty factors in exact fractions: what speaks for it, what speaks against it, and what remains of the two."""
    for_, against = Fraction(1), Fraction(1)
    for reason in reasons:
        worth = min(abs(Fraction(reason)), Fraction(999, 1000))
        for_, against = (for_ * (1 - worth), against) if reason > 0 else (for_, against * (1 - worth))
    remains = (against - for_) / max(for_, against)
    return max(-0.999, min(0.999, round(float(remains), 12)))


def _as_wished(value: Value, wish: Any, params: dict[str, float]) -> bool:
    if isinstance(wish, list):
        return any(_same(value, one) for one in wish)
    if not isinstance(wish, str):
        return _same(value, wish)
    between = re.fullmatch(r"(.+?)\.\.(.+)", wish)
    if between:
        low, high = (_meant(part, params) for part in between.groups())
        return _is_number(value) and not value < low and not value > high
    sign = next((sign for sign in ("<=", ">=", "==", "!=", "<", ">") if wish.startswith(sign)), "")
    meant = _meant(wish.removeprefix(sign), params)
    if sign == "!=":
        return not _same(value, meant)
    if sign in ("<", "<=", ">", ">="):
        if not _is_number(value):
            return False
        below, equal = value < meant, math.isclose(value, meant, rel_tol=0, abs_tol=0)
        return {"<": below, "<=": below or equal, ">": not below and not equal, ">=": not below}[sign]
    return _same(value, meant)


def _meant(text: str, params: dict[str, float]) -> Any:
    text = text.strip()
    if text.startswith("{"):
        return params[text[1:-1]]
    try:
        return float(text)
    except ValueError:
        return {"true": True, "false": False}.get(text, text)


def _is_number(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)


def _same(one: object, other: object) -> bool:
    if _is_number(one) and _is_number(other):
        return one == other
    return type(one) is type(other) and one == other
