"""The settings that lie beside a log, and those in a file that a person names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from expert.readers._json import parsed

NAMES = (
    "config.json",
    "config.yaml",
    "config.yml",
    "params.json",
    "params.yaml",
    "hparams.json",
    "hparams.yaml",
    "args.json",
    "args.yaml",
    "opt.yaml",
    "training_args.json",
    "train_config.json",
)
"""The names of files that hold a run's settings, the later ones before the earlier."""
_MOST_NODES = 100_000
_LARGEST = 1_000_000
_PLACED = re.compile(r"(.*?):? \(?(?:at )?line (\d+),? column \d+.*", re.DOTALL)


def settings_beside(log: Path) -> tuple[dict[str, object], tuple[str, ...]]:
    """The settings in the files of known names in the log's folder, and what must be said of those that are broken."""
    folder = log if log.is_dir() else log.parent
    found: dict[str, object] = {}
    notes = []
    for name in NAMES:
        path = folder / name
        if path == log or not path.is_file():
            continue
        if path.stat().st_size > _LARGEST:
            notes.append(f"{name} beside the log is too large to be settings, and is not read")
            continue
        try:
            found.update(settings_file(path))
        except ValueError as error:
            notes.append(f"settings beside the log are not read: {str(error).replace(str(path), name)}")
    return found, tuple(notes)


def settings_file(path: Path) -> Mapping[str, object]:
    """The settings in a JSON, YAML or TOML file. Raises ValueError naming the file, the line and what is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
    try:
        match path.suffix.lower():
            case ".json":
                found = parsed(text)
            case ".toml":
                found = tomllib.loads(text)
            case _:
                found = _yaml(text)
    except ValueError as error:
        message = str(error).replace("(at end of document)", f"(at line {len(text.splitlines())}, column 1)")
        said = _PLACED.fullmatch(message)  # as json and tomllib say it
        what, line = said.groups() if said else (message, getattr(error, "lineno", 1))
        raise ValueError(f"{path}:{line}: {what}") from error
    except RecursionError as error:
        raise ValueError(f"{path}: it is nested too deeply") from error
    if not isinstance(found, Mapping):
        raise ValueError(f"{path}:1: settings are names with values, as in 'lr: 0.001'")
    return {str(name): value for name, value in found.items()}


def _yaml(text: str) -> Any:
    import yaml

    try:
        loader = _plain()(text)
        node = loader.get_single_node()
        if node is None:
            return None
        if _expanded(node, {}) > _MOST_NODES:
            raise ValueError(f"its aliases stand for more than {_MOST_NODES:,} values")
        return loader.construct_document(node)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        wrong = ValueError(getattr(error, "problem", None) or str(error).splitlines()[0])
        if mark is not None:
            wrong.lineno = mark.line + 1  # type: ignore[attr-defined]  # as json's own error has it
        raise wrong from error
    except (TypeError, AttributeError) as error:  # a key that cannot be one, a tag that PyYAML stumbles over
        raise ValueError(str(error)) from error


def _expanded(node: Any, known: dict[int, int]) -> int:
    """How many values a YAML node stands for once its aliases are written out."""
    if id(node) not in known:
        known[id(node)] = _MOST_NODES + 1  # an alias of itself stands for no end of them
        children = node.value if isinstance(node.value, list) else []
        inside = (part for child in children for part in (child if isinstance(child, tuple) else (child,)))
        known[id(node)] = 1 + sum(_expanded(part, known) for part in inside)
    return known[id(node)]


@cache
def _plain() -> Any:
    """Safe YAML in which 1e-3 is a number, and a tag of Python's is taken for the plain values that it holds."""
    import yaml

    loader: Any = type("Plain", (yaml.SafeLoader,), {})
    number = re.compile(r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)[eE][-+]?\d+")
    loader.add_implicit_resolver("tag:yaml.org,2002:float", number, list("-+0123456789."))
    loader.add_multi_constructor("", _untagged)
    return loader


def _untagged(loader: Any, tag: str, node: Any) -> object:
    import yaml

    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) or None
