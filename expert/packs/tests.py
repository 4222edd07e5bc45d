"""The tests that a pack holds: a run in short, or a log beside the pack, and what the rules make of it.

They are read only by those who test: a mistake in a test never keeps a run from being judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path

from expert.facts import Quantity, Value
from expert.knowledge import Condition, KnowledgeBase
from expert.packs.conditions import condition
from expert.packs.places import document
from expert.packs.shorthand import length
from expert.packs.tree import Entry, PackError
from expert.problems import Problem

_MOST_SERIES = 50


@dataclass(frozen=True)
class Ranked:
    """A diagnosis that a test expects among the findings, at which place, and how certain."""

    id: str
    rank: int = 1
    certainty: Condition | None = None


@dataclass(frozen=True, eq=False)
class PackTest:
    """A run and what is expected of it. Its facts come from `facts`, or from `series` (in short), `log` and `settings`.

    `fires`, `silent` and `unknown` name rules, `absent` diagnoses that must not be found. `todo` marks a known gap.
    """

    name: str
    file: str
    where: str
    facts: Mapping[str, Value] = field(default_factory=dict)
    series: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Value] = field(default_factory=dict)
    log: str = ""
    fires: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    diagnosis: tuple[Ranked, ...] = ()
    absent: tuple[str, ...] = ()
    todo: bool = False


def pack_tests(
    files: Iterable[Path | Traversable], knowledge: KnowledgeBase, catalogue: Mapping[str, Quantity]
) -> tuple[PackTest, ...]:
    """The tests of all the files, in their order. Raises PackError with the problems of all of them."""
    problems: list[Problem] = []
    found = []
    for file in sorted(files, key=str):
        root = document(file, problems)
        for key, _, value in root.pairs() if root else ():
            if key == "tests":
                found += [_test(entry, n, knowledge, catalogue) for n, entry in enumerate(_each(value), 1)]
    if problems:
        raise PackError(problems)
    return tuple(found)


def _each(entry: Entry) -> tuple[Entry, ...]:
    if not entry.is_sequence:
        entry.problem("E180", "tests are a list: each begins with '- name: …'")
        return ()
    return entry.items()


def _test(entry: Entry, n: int, knowledge: KnowledgeBase, catalogue: Mapping[str, Quantity]) -> PackTest:
    expected = ("fires", "silent", "unknown", "diagnosis", "absent")
    keys = entry.keys("name", "facts", "series", "settings", "log", *expected, "todo")
    known = {*catalogue, *knowledge.symptoms, *knowledge.diagnoses}
    if "name" not in keys:
        entry.problem("E112", "a test has a name: what is true, as in 'name: a bump in the warm-up is no jump'")
    if sum(key in keys for key in ("facts", "series", "log")) + ("settings" in keys and "facts" in keys) != 1:
        entry.problem("E180", "a test has facts, or series, or a log; settings go with series or a log")
    if not any(key in keys for key in expected):
        entry.problem("E112", f"a test expects something: {', '.join(expected)}")
    return PackTest(
        keys["name"].text() if "name" in keys else f"test {n}",
        entry.file,
        entry.where,
        facts=_values(keys["facts"], known) if "facts" in keys else {},
        series=_series(keys["series"]) if "series" in keys else {},
        settings=_values(keys["settings"], None) if "settings" in keys else {},
        log=_log(keys["log"]) if "log" in keys else "",
        fires=_ids(keys, "fires", "rule", knowledge.rules),
        silent=_ids(keys, "silent", "rule", knowledge.rules),
        unknown=_ids(keys, "unknown", "rule", knowledge.rules),
        diagnosis=_ranked(keys["diagnosis"], knowledge) if "diagnosis" in keys else (),
        absent=_ids(keys, "absent", "diagnosis", knowledge.diagnoses),
        todo="todo" in keys and _truth(keys["todo"]),
    )


def _series(entry: Entry) -> dict[str, str]:
    """The series in short by name, as they are written; so many may be tried at once."""
    found: dict[str, str] = {}
    for name, key, value in entry.pairs():
        try:
            length(value.text())
        except ValueError as error:
            value.problem("E181", str(error))
        if len(found) == _MOST_SERIES:
            key.problem("E181", f"a test has at most {_MOST_SERIES} series")
            break
        found[name] = value.text()
    return found


def _values(entry: Entry, known: Iterable[str] | None) -> dict[str, Value]:
    """Facts or settings by name; facts must be among those known."""
    found: dict[str, Value] = {}
    for name, key, value in entry.pairs():
        if known is not None and name not in known:
            key.unknown("E140", "fact, symptom or diagnosis", name, known)
        elif value.value is None:
            value.problem("E160", "a test gives a number, true, false or a word")
        else:
            found[name] = value.value
    return found


def _log(entry: Entry) -> str:
    """The path of a log, which must lie in the folder of the pack or below it: a pack reads nothing else."""
    folder = Path(entry.file).resolve().parent
    try:
        path = (folder / entry.text()).resolve()
        is_there = path.exists()
    except (OSError, ValueError):  # too long a name, or one that no file can have
        path, is_there = folder, False
    if not path.is_relative_to(folder):
        entry.problem("E182", "a log lies beside the pack or below it; no other file is read")
    elif not is_there:
        entry.problem("E182", f"there is no log {entry.text()[:200]!r} beside the pack")
    return str(path)


def _ids(keys: Mapping[str, Entry], key: str, kind: str, known: Iterable[str]) -> tuple[str, ...]:
    found = []
    for entry in keys[key].items() if key in keys else ():
        id_ = entry.text()
        if id_ not in known:
            entry.unknown("E140", kind, id_, known)
        found.append(id_)
    return tuple(found)


def _ranked(entry: Entry, knowledge: KnowledgeBase) -> tuple[Ranked, ...]:
    """`diagnosis: id` is the first finding; `{id: …, rank: 2, certainty: ">= 0.5"}` says where and how certain."""
    found = []
    for place, item in enumerate(entry.items(), 1):
        if item.is_mapping:
            keys = item.keys("id", "rank", "certainty")
            if "id" not in keys:
                item.problem("E112", "an expected diagnosis needs its id")
                continue
            rank = int(keys["rank"].number()) if "rank" in keys else place
            certain = condition("certainty", keys["certainty"], {}) if "certainty" in keys else None
            item = keys["id"]
        else:
            rank, certain = place, None
        id_ = item.text()
        if id_ not in knowledge.diagnoses:
            item.unknown("E140", "diagnosis", id_, knowledge.diagnoses)
        found.append(Ranked(id_, rank, certain))
    return tuple(found)


def _truth(entry: Entry) -> bool:
    if not isinstance(entry.value, bool):
        entry.problem("E110", "here true or false is expected")
    return entry.value is True
