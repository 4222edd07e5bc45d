"""The function of a module or a file that a person names as `module:function` or `file.py:function`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from expert.problems import nearest


class ScriptError(ValueError):
    """The script cannot be used; the message says why and what would mend it."""


def called(target: str) -> Any:
    """What the function returns.

    Raises ScriptError if the script does not load, has no such function, or the function raises.
    """
    place, colon, name = target.rpartition(":")
    if not (colon and place and name.isidentifier()):
        raise ScriptError(f"{target!r} names no function; module:function is expected, as in train:parts")
    function = _function(_module(place), place, name)
    try:
        return function()
    except (Exception, SystemExit) as error:
        raise ScriptError(f"{target} raised {last_line(error)}{_where(error)}") from error


def last_line(error: BaseException) -> str:
    """The last line of a traceback, as in `RuntimeError: mat1 and mat2 shapes cannot be multiplied`."""
    said = "".join(traceback.format_exception_only(error)).strip()
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return (lines[0] if len(lines) < 4 else " ".join(lines[:2]))[:300]


def _module(place: str) -> ModuleType:
    try:
        if place.endswith(".py"):
            return _from_file(Path(place))
        sys.path.insert(0, str(Path.cwd()))
        return importlib.import_module(place)
    except FileNotFoundError as error:
        if Path(place).exists():
            raise ScriptError(f"{place} does not load: {last_line(error)}{_where(error)}") from error
        raise ScriptError(f"there is no file {place}") from error
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and error.name == place.split(".")[0]:
            raise ScriptError(f"there is no module {place!r} in this folder or among what is installed") from error
        raise ScriptError(f"{place} does not load: {last_line(error)}{_where(error)}") from error


def _from_file(path: Path) -> ModuleType:
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _function(module: ModuleType, place: str, name: str) -> Callable[[], Any]:
    found = getattr(module, name, None)
    if not callable(found):
        functions = [key for key, value in vars(module).items() if callable(value)]
        raise ScriptError(f"{place} has no function {name!r}{nearest(name, functions)}")
    function: Callable[[], Any] = found
    return function


def _where(error: BaseException) -> str:
    """File and line where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, SyntaxError) or not frames:
        return ""
    own = [frame for frame in frames if not frame.filename.startswith("<") and frame.filename != __file__]
    return f" ({own[-1].filename}:{own[-1].lineno})" if own else ""
