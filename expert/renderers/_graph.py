"""A drawing of the knowledge → one SVG that stands alone."""

from __future__ import annotations

from markupsafe import Markup

from expert.renderers.html import asset, fill


def graph(drawing: object) -> str:
    """The drawing (boxes and lines with their places) as SVG."""
    return fill("graph.svg", {"drawing": drawing, "style": Markup(asset("graph.css"))})
