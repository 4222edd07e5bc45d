"""Plan → text. One format per file of this folder, found by its place: a module with `render(plan) -> str`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from expert import rooms

if TYPE_CHECKING:
    from expert.comparison import Comparison
    from expert.plan import Plan


@cache
def formats() -> tuple[str, ...]:
    """The names of the formats."""
    return tuple(rooms.names(__name__))


_SUFFIXES = {"markdown": ".md", "text": ".txt", "junit": ".xml"}


def suffix(form: str) -> str:
    """What the name of a file in a format ends with."""
    return _SUFFIXES.get(form, f".{form}")


def render(plan: Plan, form: str) -> str:
    """The plan in one format. Raises KeyError naming the formats for one that does not exist."""
    if form not in formats():
        raise KeyError(f"{form!r} is no format; the formats are {', '.join(formats())}")
    text: str = importlib.import_module(f"{__name__}.{form}").render(plan)
    return text


def joined(texts: Sequence[str], form: str) -> str:
    """One text for several plans: as the format has it, else one below the other."""
    module = importlib.import_module(f"{__name__}.{form}")
    if len(texts) > 1 and hasattr(module, "joined"):
        whole: str = module.joined(texts)
        return whole
    return "\n\n".join(text.strip("\n") for text in texts) + "\n"


def render_comparison(found: Comparison, form: str) -> str:
    """Several runs side by side in one of the same formats."""
    text: str = importlib.import_module(f"{__name__}._comparison.{form}").render(found)
    return text


def index(plans: Sequence[Plan], links: Sequence[str]) -> str:
    """The page for several runs, the worst first; `links` lead to their pages, in the order of the plans."""
    text: str = importlib.import_module(f"{__name__}._index").index(plans, links)
    return text


def graph(drawing: object) -> str:
    """A drawing of the knowledge (`expert.authoring.graph`) as SVG."""
    text: str = importlib.import_module(f"{__name__}._graph").graph(drawing)
    return text


def document(template: str, values: Mapping[str, object]) -> str:
    """A page about rules: a template of `reports/` with what it shows (`expert.authoring.document`)."""
    text: str = importlib.import_module(f"{__name__}._document").document(template, values)
    return text
