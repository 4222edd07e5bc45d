"""Plan → JUnit XML, for servers that show test results: an item is a failed test, a quiet run a passed one."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from expert.plan import Plan
from expert.renderers import _words as words
from expert.renderers._items import noted


def render(plan: Plan) -> str:
    """One suite of tests for the run."""
    items, name = noted(plan), words.short(plan.run.name) or "run"
    unjudged = plan.verdict == "Not judged"
    counts = {"tests": str(max(1, len(items))), "failures": str(len(items)), "skipped": str(int(unjudged))}
    suite = ElementTree.Element("testsuite", {"name": name, **counts})
    for one in items:
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=words.clean(one.item.title))
        ElementTree.SubElement(
            case, "failure", message=one.message, type=f"{one.finding.severity} {one.finding.diagnosis.id}"
        )
    if not items:
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=words.short(words.verdict(plan)))
        if unjudged:
            ElementTree.SubElement(case, "skipped", message=words.short(words.refusal(plan), 600))
    return _written([suite])


def joined(texts: Sequence[str]) -> str:
    """The suites of all."""
    return _written([suite for text in texts for suite in ElementTree.fromstring(text)])


def _written(suites: Sequence[ElementTree.Element]) -> str:
    root = ElementTree.Element("testsuites")
    root.extend(suites)
    ElementTree.indent(root)
    return ElementTree.tostring(root, "unicode", xml_declaration=True) + "\n"
