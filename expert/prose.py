"""Knowledge is prose with numbers: braces quote facts and params, brackets hold what is left out when one is unknown.

"Lower the peak learning rate[ to {suggested_lr:.1e}]" becomes "Lower the peak learning rate to 0.0003" where
`suggested_lr` is known, else "Lower the peak learning rate"; `{suggested_lr:.1e|3e-4}` says 3e-4 where it is not known.
A part in brackets that would tell of a share of 0% is left out too. Braces around anything but a name are left as they
are. Prose has numbers for people, code those for Python.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from expert.facts import Value

_NAME = r"[a-z][a-z0-9_-]*"
_SIGNIFICANT = re.compile(r",?\.(\d+)([eg])")
_QUOTE = re.compile(rf"\{{({_NAME})(?::([^{{}}|]*))?(\|[^{{}}]*)?\}}")
_OPTIONAL = re.compile(rf"\[([^\[\]]*\{{{_NAME}(?::[^{{}}]*)?\}}[^\[\]]*)\]")


def quotes(text: str) -> tuple[str, ...]:
    """The names that a text quotes and needs: not in brackets, and without a default."""
    return tuple(match[1] for match in _QUOTE.finditer(_OPTIONAL.sub("", text)) if match[3] is None)


def mentions(text: str) -> tuple[tuple[str, str], ...]:
    """Every name that a text quotes, needed or not, with its format."""
    return tuple((match[1], match[2] or "") for match in _QUOTE.finditer(text))


def fill(text: str, values: Mapping[str, Value]) -> str:
    """The prose with its quotes filled in. Raises KeyError for a quote that is needed and not known."""
    return _filled(text, values, number)


def fill_code(code: str, values: Mapping[str, Value]) -> str:
    """The code with its quotes filled in, as Python reads them. Raises KeyError as `fill` does."""
    return _filled(code, values, _in_code)


def unfilled(text: str) -> str:
    """The prose of no run in particular: without the parts in brackets, and with an ellipsis for each quote."""
    return _QUOTE.sub(lambda match: match[3][1:] if match[3] else "…", _OPTIONAL.sub("", text))


def by_clock(text: str, clock: str) -> str:
    """The prose of a run whose steps are its epochs says epoch 5, 30 epochs where others say step 5, 30 steps."""
    return re.sub(r"\bstep(s?) (?=\d)|(?<=\d )step(s?)\b", lambda m: m[0].replace("step", clock), text)


def number(value: Value, form: str = "") -> str:
    """A value as a reader expects it, without powers of ten from 0.0001 to 999 billion: 0.03, 213, 3.4 million.

    In the format asked for, else with four significant digits at the most.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return str(value)
    if significant := _SIGNIFICANT.fullmatch(form):
        return _rounded(value, max(1, int(significant[1]) + (significant[2] == "e")))
    if form.endswith("%") and abs(value) > 1e-5 and not re.search("[1-9]", format(value, form)):
        return f"{_rounded(100 * value, 1)}%"
    if form:
        return format(value, form)
    if value == int(value) and abs(value) < 1e15:
        return f"{value:,.0f}"
    return _rounded(value, 4)


def setting(value: object) -> str:
    """A setting as a reader expects it; of a list each number."""
    if isinstance(value, tuple):
        return ", ".join(number(one) for one in value)
    return number(value) if isinstance(value, bool | str | int | float) else str(value)


def _rounded(value: float, digits: int) -> str:
    """With so many significant digits; whole numbers keep four."""
    size = abs(value)
    if 0 < size < 1e-4 or size >= 1e12:
        return re.sub(r"e\+?(-?)0*", r"e\1", f"{value:.{digits}g}")
    for unit, word in ((1e9, "billion"), (1e6, "million")):
        if size >= unit:
            return f"{value / unit:.{1 if size < 10 * unit else 0}f} {word}"
    whole = len(f"{size:.0f}")
    rounded = float(f"{value:.{max(digits, whole if whole <= 4 else 3)}g}")
    return f"{rounded:,.12g}"


def _is_none(value: Value | None, form: str) -> bool:
    """Whether a share would be told as 0%."""
    return isinstance(value, float) and form.endswith("%") and not re.search("[1-9]", number(value, form))


def _in_code(value: Value, form: str) -> str:
    if isinstance(value, bool | str):
        return str(value)
    return format(value, form.replace(",", "") or ".6g")


def _filled(text: str, values: Mapping[str, Value], said: Callable[[Value, str], str]) -> str:
    def optional(match: re.Match[str]) -> str:
        known = all(name in values for name in quotes(match[1]))
        return match[1] if known and not any(_is_none(values.get(n), form) for n, form in mentions(match[1])) else ""

    def quote(match: re.Match[str]) -> str:
        if match[1] not in values and match[3] is not None:
            return match[3][1:]
        return said(values[match[1]], match[2] or "")

    return _QUOTE.sub(quote, _OPTIONAL.sub(optional, text))
