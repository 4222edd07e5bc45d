"""The news of a night as an Atom feed (RFC 4287)."""

from __future__ import annotations

from xml.etree import ElementTree

from expert.fleet.report import Report
from expert.renderers._words import clean

_SPACE = "http://www.w3.org/2005/Atom"


def atom(report: Report) -> bytes:
    """The feed with what is new, worse, back or resolved tonight."""
    ElementTree.register_namespace("", _SPACE)
    feed = ElementTree.Element(f"{{{_SPACE}}}feed")
    _add(feed, "title", "Training runs, night by night")
    _add(feed, "id", "urn:training-expert:nightly")
    _add(feed, "updated", f"{report.night}T00:00:00Z")
    for entry in report.of("new", "worse", "reopened", "resolved"):
        item = ElementTree.SubElement(feed, f"{{{_SPACE}}}entry")
        _add(item, "title", clean(f"{entry.row.state}: {entry.row.title} ({entry.run})"))
        _add(item, "id", f"urn:training-expert:{entry.row.finding}:{report.night}")
        _add(item, "updated", f"{report.night}T00:00:00Z")
        _add(item, "summary", clean(entry.because or entry.row.title))
        if entry.page:
            ElementTree.SubElement(item, f"{{{_SPACE}}}link", href=f"run/{entry.page}.html")
    text: bytes = ElementTree.tostring(feed, "utf-8", xml_declaration=True)
    return text


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{_SPACE}}}{name}").text = text
