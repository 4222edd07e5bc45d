"""The settings that lie beside a log, and those in a file that a person names."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

NAMES = ("config.json", "config.yaml", "hparams.yaml", "args.yaml", "args.json", "opt.yaml", "training_args.json")
_LARGEST = 1_000_000


def settings_beside(log: Path) -> dict[str, object]:
    """The settings in the files of known names in the log's folder; a broken one counts as absent."""
    folder = log if log.is_dir() else log.parent
    found: dict[str, object] = {}
    for name in NAMES:
        path = folder / name
        if path != log and path.is_file() and path.stat().st_size <= _LARGEST:
            try:
                found.update(settings_file(path))
            except ValueError:
                continue
    return found


def settings_file(path: Path) -> Mapping[str, object]:
    """The settings in a JSON, YAML or TOML file. Raises ValueError naming the file and what is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        match path.suffix.lower():
            case ".json":
                found = json.loads(text)
            case ".toml":
                found = tomllib.loads(text)
            case _:
                import yaml

                found = yaml.load(text, _plain())
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
    except Exception as error:  # PyYAML raises its own family
        raise ValueError(f"{path}: {error}") from error
    if not isinstance(found, Mapping):
        raise ValueError(f"{path}: settings are names with values, as in 'lr: 0.001'")
    return {str(name): value for name, value in found.items()}


@cache
def _plain() -> Any:
    """Safe YAML in which 1e-3 is a number and an unknown tag is left out."""
    import yaml

    loader: Any = type("Plain", (yaml.SafeLoader,), {})
    number = re.compile(r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)[eE][-+]?\d+")
    loader.add_implicit_resolver("tag:yaml.org,2002:float", number, list("-+0123456789."))
    loader.add_multi_constructor("", lambda loader, suffix, node: None)
    return loader
