"""The script that says what preflight is to look at: a function that returns the model, its loss and one batch."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from expert.live.probe import last_line
from expert.problems import nearest

PARTS = ("model", "loss_fn", "batch", "optimizer", "settings")
_RETURNS = "a function for preflight returns (model, loss_fn, batch), then an optimizer and settings if there are some"


class ScriptError(ValueError):
    """The script cannot be used; the message says why and what would mend it."""


def parts(target: str) -> dict[str, Any]:
    """What the function of `module:function` or `file.py:function` returns, by the names in `PARTS`.

    Raises ScriptError if the script does not load, has no such function, or the function raises or returns another
    thing.
    """
    place, colon, name = target.rpartition(":")
    if not (colon and place and name.isidentifier()):
        raise ScriptError(f"{target!r} names no function; module:function is expected, as in train:parts")
    function = _function(_module(place), place, name)
    try:
        returned = function()
    except (Exception, SystemExit) as error:
        raise ScriptError(f"{target} raised {last_line(error)}{_where(error)}") from error
    if isinstance(returned, Mapping) and set(PARTS[:3]) <= set(returned) <= set(PARTS):
        return dict(returned)
    if isinstance(returned, tuple | list) and 3 <= len(returned) <= len(PARTS):
        return dict(zip(PARTS, returned, strict=False))
    many = f" of {len(returned)}" if isinstance(returned, tuple | list | Mapping) else ""
    raise ScriptError(f"{target} returns {type(returned).__name__}{many}; {_RETURNS}")


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
