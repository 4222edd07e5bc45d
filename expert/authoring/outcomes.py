"""What came of the tests and examples of packs: as text for a person, as JUnit for a machine."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

_NO_XML = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Outcome:
    """One test: its name, its file and line, how it differs from what it expects, and whether that is a known gap."""

    name: str
    where: str
    difference: str = ""
    todo: bool = False

    @property
    def failed(self) -> bool:
        """Whether it differs and is no known gap."""
        return bool(self.difference) and not self.todo


def in_text(outcomes: Iterable[Outcome]) -> str:
    """The differences, one below the other, and a line that counts."""
    found = list(outcomes)
    told = [f"{o.where}: {o.name}\n    {_indented(o.difference)}" for o in found if o.failed]
    told += [
        f"{o.where}: {o.name}: a known gap no longer; take 'todo' out" for o in found if o.todo and not o.difference
    ]
    counts = [
        (sum(not o.difference for o in found), "passed"),
        (sum(o.failed for o in found), "failed"),
        (sum(o.todo and bool(o.difference) for o in found), "to do"),
    ]
    return "\n".join([*told, ", ".join(f"{n} {word}" for n, word in counts if n or word == "passed")])


def in_junit(outcomes: Iterable[Outcome]) -> str:
    """JUnit XML with one suite per file."""
    files: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        files[outcome.where.rpartition(":")[0]].append(outcome)
    root = ElementTree.Element("testsuites", name="expert rules test")
    for file, inside in files.items():
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_xml(file),
            tests=str(len(inside)),
            failures=str(sum(o.failed for o in inside)),
            skipped=str(sum(o.todo and bool(o.difference) for o in inside)),
        )
        for outcome in inside:
            _, _, line = outcome.where.rpartition(":")
            case = ElementTree.SubElement(
                suite, "testcase", name=_xml(outcome.name), classname=_xml(file), file=_xml(file), line=line
            )
            if outcome.failed:
                first = outcome.difference.split("\n")[0]
                ElementTree.SubElement(case, "failure", message=_xml(first)).text = _xml(outcome.difference)
            elif outcome.difference:
                ElementTree.SubElement(case, "skipped", message=_xml(f"to do: {outcome.difference}"))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")


def _xml(text: str) -> str:
    """The text without the characters that XML 1.0 does not have."""
    return _NO_XML.sub("\ufffd", text)
