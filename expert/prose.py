"""Knowledge is prose with numbers: braces quote facts and params, brackets hold what is left out when one is unknown.

"Lower the peak learning rate[ to {suggested_lr:.1e}]" becomes "Lower the peak learning rate to 3.0e-04" where
`suggested_lr` is known, else "Lower the peak learning rate"; `{suggested_lr:.1e|3e-4}` says 3e-4 where it is not known.
Braces around anything but a name are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from expert.facts import Value

_NAME = r"[a-z][a-z0-9_-]*"
_QUOTE = re.compile(rf"\{{({_NAME})(?::([^{{}}|]*))?(\|[^{{}}]*)?\}}")
_OPTIONAL = re.compile(rf"\[([^\[\]]*\{{{_NAME}(?::[^{{}}]*)?\}}[^\[\]]*)\]")


def quotes(text: str) -> tuple[str, ...]:
    """The names that a text quotes and needs: not in brackets, and without a default."""
    return tuple(match[1] for match in _QUOTE.finditer(_OPTIONAL.sub("", text)) if match[3] is None)


def mentions(text: str) -> tuple[tuple[str, str], ...]:
    """Every name that a text quotes, needed or not, with its format."""
    return tuple((match[1], match[2] or "") for match in _QUOTE.finditer(text))


def fill(text: str, values: Mapping[str, Value]) -> str:
    """The text with its quotes filled in. Raises KeyError for a quote that is needed and not known."""

    def optional(match: re.Match[str]) -> str:
        return match[1] if all(name in values for name in quotes(match[1])) else ""

    def quote(match: re.Match[str]) -> str:
        if match[1] not in values and match[3] is not None:
            return match[3][1:]
        return number(values[match[1]], match[2] or "")

    return _QUOTE.sub(quote, _OPTIONAL.sub(optional, text))


def number(value: Value, form: str = "") -> str:
    """A value as a reader expects it: in the format asked for, else with four significant digits at the most."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if form:
        return format(value, form)
    if value == int(value) and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:.4g}"
