"""The layers of knowledge, from the packs that come along to the command line: one KnowledgeBase in force."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import ModuleType
from typing import cast

from expert import plugins, records
from expert.configuration import Configuration, ConfigurationError, Settled
from expert.knowledge import KnowledgeBase, Rule
from expert.packs import PackError, Stated, load, stated
from expert.packs.sheets import key_of
from expert.problems import Problem, nearest
from expert.selection import in_profile, only, unknown, without
from expert.shelf import shelf
from expert.signals import catalogue

GROUP = "expert.packs"
"""The entry points by which others add packs."""


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
    if not configuration.settled:
        return _usual()
    knowledge = in_profile(_chosen(everything(configuration), configuration.select, only), configuration.profile)
    return _chosen(knowledge, configuration.ignore, without)


@cache
def _usual() -> KnowledgeBase:
    """What is in force where nothing is settled."""
    return in_profile(everything(Configuration()), Configuration().profile)


def everything(configuration: Configuration) -> KnowledgeBase:
    """The knowledge of all packs of a configuration, whatever its profile and choices.

    Raises ConfigurationError for files, packs and params that do not exist, PackError for mistakes in packs.
    """
    if not (configuration.rules or configuration.params or installed()):
        return builtin()
    return _with_records(_loaded(packs(configuration), configuration))


def _loaded(every: Sequence[Path | Traversable], configuration: Configuration) -> KnowledgeBase:
    """The packs; installed ones with mistakes are reported and left out, unless the configuration names them."""
    asked = {one.value.removeprefix("pkg:") for one in configuration.rules}
    own = {name: {str(file) for file in inside} for name, inside in installed().items()}
    try:
        return load(every, catalogue(), configuration.params, installed())
    except PackError as error:
        firsts = {name: p for p in reversed(error.problems) for name in own if p.file in own[name]}
        broken = firsts.keys() - asked
        if not broken:
            raise
    for name in broken:
        problem = firsts[name]
        plugins.report(GROUP, name, f"{Path(problem.file).name}:{problem.line}: {problem.message}")
    left_out = {file for name in broken for file in own[name]}
    sound = {name: inside for name, inside in installed().items() if name not in broken}
    return load([f for f in every if str(f) not in left_out], catalogue(), configuration.params, sound)


def origins(configuration: Configuration) -> Mapping[str, tuple[Stated, ...]]:
    """Every value of every rule, symptom, diagnosis and remedy in force, with file and line, by id."""
    return stated(packs(configuration), configuration.params, installed())


@cache
def installed() -> Mapping[str, tuple[Path | Traversable, ...]]:
    """The packs of other distributions, by the names of their entry points `expert.packs`: modules with *.yaml in them.

    What is no such module is reported and left out.
    """
    packages = {}
    for name, module in plugins.found(GROUP).items():
        try:
            inside = files(cast(ModuleType, module)).iterdir()
            packages[name] = tuple(sorted((f for f in inside if f.name.endswith(".yaml")), key=str))
        except Exception as error:  # whatever a stranger names
            plugins.report(GROUP, name, f"it is no module with packs in it: {error}")
        if not packages.get(name):
            plugins.report(GROUP, name, "no *.yaml lies in it")
            packages.pop(name, None)
    return packages


def packs(configuration: Configuration) -> list[Path | Traversable]:
    """The files of all packs: those that come along, those installed, and those of a configuration; each once.

    Raises ConfigurationError for files that do not exist.
    """
    problems: list[Problem] = []
    named = [file for path in configuration.rules for file in _files(path, problems)]
    if problems:
        raise ConfigurationError(problems)
    every = [*_built_in(), *(file for own in installed().values() for file in own), *named]
    return list({key_of(file if isinstance(file, Path) else Path(str(file))): file for file in every}.values())


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


def _files(settled: Settled, problems: list[Problem]) -> Sequence[Path | Traversable]:
    """The file of a path, all packs of a folder, or those of an installed pack."""
    if settled.value.startswith("pkg:"):
        name = settled.value[4:]
        if name not in installed():
            said = f"no pack {name[:60]!r} is installed{nearest(name, installed())}"
            problems.append(settled.place.problem("E143", said))
        return installed().get(name, ())
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
