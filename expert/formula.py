"""Arithmetic between facts, as in `grad_norm_peak / grad_norm_median > {ratio}`: a small, closed part of Python.

Python's own parser reads it; nothing is executed. There are numbers, facts, params in braces, `+ - * / // % **`,
comparisons, `and`, `or`, `not`, and the functions of `FUNCTIONS`. What cannot be computed (an unknown fact, a division
by zero, a number too large) is unknown, and Kleene's three truth values carry it on.
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from expert.facts import Value
from expert.problems import nearest

FUNCTIONS: Mapping[str, tuple[Callable[..., float], int]] = {
    "abs": (abs, 1),
    "exp": (math.exp, 1),
    "log": (math.log, 1),
    "log10": (math.log10, 1),
    "max": (max, 0),
    "min": (min, 0),
    "sqrt": (math.sqrt, 1),
}
"""What may be called, with the number of its arguments; 0 stands for two or more."""
LONGEST, _MOST, _DEEPEST = 300, 60, 12  # characters, operations, nesting
_ARITHMETIC: Mapping[type[ast.AST], tuple[str, Callable[..., float]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
}
_COMPARISONS: Mapping[type[ast.AST], tuple[str, Callable[[float, float], bool]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}
_COMPUTE = dict(_ARITHMETIC.values()) | {name: function for name, (function, _) in FUNCTIONS.items()}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = dict(_COMPARISONS.values())


class FormulaError(ValueError):
    """What a formula may not be: a message, and the column of the text, from 0, where it is wrong."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True)
class Term:
    """An operation on numbers (`+`, `neg`, `log` …), a comparison, or `and`, `or`, `not` of truths."""

    sign: str
    parts: tuple[Term | str | float, ...]

    def facts(self) -> Iterator[str]:
        """The facts that it reads."""
        for part in self.parts:
            if isinstance(part, Term):
                yield from part.facts()
            elif isinstance(part, str):
                yield part


def parse(text: str, params: Mapping[str, float]) -> Term:
    """The formula that a text holds, params replaced by their numbers. Raises FormulaError."""
    text = text.strip()
    if len(text) > LONGEST or not text.isascii():
        raise FormulaError(f"a formula has at most {LONGEST} characters, all of them ASCII")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of what is refused below anyway
            tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise FormulaError(f"not a formula: {error.msg}", max(0, (error.offset or 1) - 1)) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise FormulaError(f"not a formula: {error}") from None
    if sum(isinstance(node, ast.expr) for node in ast.walk(tree)) > _MOST:
        raise FormulaError(f"a formula has at most {_MOST} parts; a signal of your own can hold more")
    found = _truth(tree.body, params, 1)
    if not any(True for _ in found.facts()):
        raise FormulaError("the formula reads no fact, so it is always the same")
    return found


def truth(term: Term, known: Mapping[str, Value]) -> bool | None:
    """Whether a formula holds, None where that is unknown; never raises."""
    if term.sign in ("and", "or", "not"):
        truths = [truth(part, known) if isinstance(part, Term) else None for part in term.parts]
        if term.sign == "not":
            return None if truths[0] is None else not truths[0]
        decides = term.sign == "or"
        return decides if decides in truths else None if None in truths else not decides
    left, right = (number(part, known) for part in term.parts)
    return None if left is None or right is None else _COMPARE[term.sign](left, right)


def number(part: Term | str | float, known: Mapping[str, Value]) -> float | None:
    """The number that a part of a formula comes to, None where that is unknown or no finite number; never raises."""
    if isinstance(part, str):
        value = known.get(part)
        return None if value is None or isinstance(value, bool | str) else float(value)
    if not isinstance(part, Term):
        return part
    numbers = [number(inner, known) for inner in part.parts]
    if None in numbers:
        return None
    try:
        found = -numbers[0] if part.sign == "neg" else _COMPUTE[part.sign](*numbers)  # type: ignore[operator]
    except (ArithmeticError, ValueError):
        return None
    return found if isinstance(found, float) and math.isfinite(found) else None


def _truth(node: ast.expr, params: Mapping[str, float], depth: int) -> Term:
    """The node as a truth. Raises FormulaError."""
    _check_depth(node, depth)
    match node:
        case ast.BoolOp():
            sign = "and" if isinstance(node.op, ast.And) else "or"
            return Term(sign, tuple(_truth(value, params, depth + 1) for value in node.values))
        case ast.UnaryOp(op=ast.Not()):
            return Term("not", (_truth(node.operand, params, depth + 1),))
        case ast.Compare():
            return _compared(node, params, depth)
    if isinstance(node, ast.BinOp | ast.Name | ast.Constant | ast.UnaryOp | ast.Call | ast.Set):
        _number(node, params, depth)  # what is wrong inside is told first
        raise FormulaError("this is a number; a formula compares, as in 'a / b > 3'", node.col_offset)
    raise _not_allowed(node)


def _compared(node: ast.Compare, params: Mapping[str, float], depth: int) -> Term:
    """`a < b < c` is `a < b and b < c`."""
    numbers = [_number(part, params, depth + 1) for part in (node.left, *node.comparators)]
    pairs = []
    for sign, left, right, place in zip(node.ops, numbers, numbers[1:], node.comparators, strict=False):
        if type(sign) not in _COMPARISONS:
            raise FormulaError(f"a formula compares with {', '.join(_COMPARE)}", place.col_offset)
        pairs.append(Term(_COMPARISONS[type(sign)][0], (left, right)))
    return pairs[0] if len(pairs) == 1 else Term("and", tuple(pairs))


def _number(node: ast.expr, params: Mapping[str, float], depth: int) -> Term | str | float:
    """The node as a number. Raises FormulaError."""
    _check_depth(node, depth)
    match node:
        case ast.Name():
            return node.id
        case ast.Constant() if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return _finite(node, node.value)
        case ast.Set(elts=[ast.Name() as param]):
            return _param(param, params)
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            parts = (_number(part, params, depth + 1) for part in (node.left, node.right))
            return Term(_ARITHMETIC[type(node.op)][0], tuple(parts))
        case ast.UnaryOp(op=ast.USub()):
            return Term("neg", (_number(node.operand, params, depth + 1),))
        case ast.Call():
            return _called(node, params, depth)
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            raise FormulaError("this is a truth, but a number is needed", node.col_offset)
        case ast.Constant():
            raise FormulaError(f"{node.value!r} is no number; words stand in a condition of their own", node.col_offset)
    raise _not_allowed(node)


def _called(node: ast.Call, params: Mapping[str, float], depth: int) -> Term:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
        raise FormulaError(f"a formula may call {', '.join(FUNCTIONS)}", node.col_offset)
    name, wanted = node.func.id, FUNCTIONS[node.func.id][1]
    if len(node.args) != wanted and (wanted or len(node.args) < 2):
        raise FormulaError(f"{name} takes {'one number' if wanted else 'two numbers or more'}", node.col_offset)
    return Term(name, tuple(_number(argument, params, depth + 1) for argument in node.args))


def _param(node: ast.Name, params: Mapping[str, float]) -> float:
    if node.id not in params:
        raise FormulaError(f"param {node.id!r} is not defined in this pack{nearest(node.id, params)}", node.col_offset)
    return params[node.id]


def _finite(node: ast.expr, value: float) -> float:
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise FormulaError("the number is too large", node.col_offset)
    return found


def _check_depth(node: ast.expr, depth: int) -> None:
    if depth > _DEEPEST:
        raise FormulaError("nested too deeply", node.col_offset)


def _not_allowed(node: ast.expr) -> FormulaError:
    said = "a formula has numbers, facts, {params}, + - * / // % **, comparisons, and, or, not, and functions"
    return FormulaError(said, node.col_offset)
