"""Pages about the rules, in the look of a report: no script, no request, the same bytes each time."""

from __future__ import annotations

from collections.abc import Mapping

from expert.renderers.html import still_page


def document(template: str, values: Mapping[str, object]) -> str:
    """A page about rules; `values` is what its template shows."""
    return still_page(template, values)
