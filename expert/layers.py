"""The layers of knowledge, from the packs that come along to the command line: one KnowledgeBase in force."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path

from expert import records
from expert.configuration import Configuration, ConfigurationError, Settled
from expert.knowledge import KnowledgeBase, Rule
from expert.packs import load
from expert.problems import Problem
from expert.selection import in_profile, only, unknown, without
from expert.shelf import shelf
from expert.signals import catalogue


@cache
def builtin() -> KnowledgeBase:
    """The knowledge that comes with the product."""
    knowledge = load(_built_in(), catalogue())
    found = records.read(shelf("rules") / "records.json")
    return replace(knowledge, rules={id_: replace(r, record=found.get(id_)) for id_, r in knowledge.rules.items()})


def in_force(configuration: Configuration = Configuration()) -> KnowledgeBase:  # noqa: B008 - frozen and empty
    """The knowledge that comes with the product, with the files, params and choices of a configuration.

    Raises ConfigurationError for files, packs, params and ids that do not exist, PackError for mistakes in packs.
    """
    knowledge = in_profile(_chosen(everything(configuration), configuration.select, only), configuration.profile)
    return _chosen(knowledge, configuration.ignore, without)


def everything(configuration: Configuration) -> KnowledgeBase:
    """The knowledge of all packs of a configuration, whatever its profile and choices.

    Raises ConfigurationError for files, packs and params that do not exist, PackError for mistakes in packs.
    """
    if not (configuration.rules or configuration.params):
        return builtin()
    return _with_records(load(packs(configuration), catalogue(), configuration.params))


def packs(configuration: Configuration) -> list[Path | Traversable]:
    """The files of all packs: those that come along, and those of a configuration; each once.

    Raises ConfigurationError for files that do not exist.
    """
    problems: list[Problem] = []
    files = {file.resolve(): file for path in configuration.rules for file in _files(path, problems)}
    if problems:
        raise ConfigurationError(problems)
    return [*(file for file in _built_in() if Path(str(file)).resolve() not in files), *files.values()]


def _with_records(knowledge: KnowledgeBase) -> KnowledgeBase:
    """The knowledge with the records of the rules that are as they came along."""
    kept = builtin().rules
    rules = {
        id_: replace(rule, record=kept[id_].record) if id_ in kept and _alike(rule, kept[id_]) else rule
        for id_, rule in knowledge.rules.items()
    }
    return replace(knowledge, rules=rules)


def _alike(one: Rule, other: Rule) -> bool:
    return (one.when, one.unless, one.then, one.certainty) == (other.when, other.unless, other.then, other.certainty)


def _built_in() -> list[Traversable]:
    return sorted((file for file in shelf("rules").iterdir() if file.name.endswith(".yaml")), key=str)


def _files(settled: Settled, problems: list[Problem]) -> list[Path]:
    """The file of a path, or all packs of a folder."""
    path = Path(settled.value)
    if path.is_dir():
        return sorted(path.glob("*.yaml"))
    if not path.is_file():
        problems.append(settled.place.problem("E101", f"{path} is no file and no folder of rules"))
    return [path]


def _chosen(
    knowledge: KnowledgeBase,
    ids: Iterable[Settled],
    choose: Callable[[KnowledgeBase, Collection[str]], KnowledgeBase],
) -> KnowledgeBase:
    """What is left of the knowledge by choice; all of it where nothing is chosen."""
    problems = [one.place.problem("E140", said) for one in ids if (said := unknown(knowledge, one.value))]
    if problems:
        raise ConfigurationError(problems)
    chosen = [one.value for one in ids]
    return choose(knowledge, chosen) if chosen else knowledge
