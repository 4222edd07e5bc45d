"""RunLog → facts. One subject per file, one plain function per signal; its parameters are what it reads.

A parameter annotated `Series` takes the series of that name, `RunLog` the run, anything else the setting or the other
signal of that name. A missing input skips the signal, unless the parameter may be None. A signal returns its value, an
`At` (the value with its steps), or None where it cannot tell. The return annotation gives kind and unit, the first
line of the docstring the help that authors of packs see. A signal measures; it never judges. The signals of a file
that says `SUBJECT = "layer"` are measured for every layer, of the series about it.
"""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from graphlib import TopologicalSorter
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from expert import plugins, supplied, vocabulary
from expert.facts import At, Fact, Quantity, Range, Value
from expert.run import RunLog, Series

GROUP = "expert.signals"
"""The entry points by which others add signals."""


@dataclass(frozen=True)
class Input:
    """One parameter of a signal."""

    name: str
    kind: Literal["series", "run", "fact"]
    needed: bool


@dataclass(frozen=True)
class Signal:
    """One function that measures one fact."""

    quantity: Quantity
    function: Callable[..., At | Value | None]
    inputs: tuple[Input, ...]
    subject: str = "run"


@cache
def signals() -> Mapping[str, Signal]:
    """Every signal of every file of this folder, and of those installed, those first that others read.

    Raises graphlib.CycleError if signals read each other in a circle.
    """
    found: dict[str, Signal] = {}
    for module in (m for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")):
        namespace = vars(importlib.import_module(f"{__name__}.{module.name}"))
        for name, function in namespace.items():
            own = inspect.isfunction(function) and function.__module__ == namespace["__name__"]
            if own and not name.startswith("_"):
                found[name] = _signal(function)
    return _ordered(_with_installed(_ordered(found)))


def _ordered(found: Mapping[str, Signal]) -> dict[str, Signal]:
    """Those first that others read. Raises graphlib.CycleError if they read each other in a circle."""
    reads = {name: {i.name for i in signal.inputs if i.name in found} for name, signal in found.items()}
    return {name: found[name] for name in TopologicalSorter(reads).static_order()}


def _with_installed(own: Mapping[str, Signal]) -> Mapping[str, Signal]:
    """The signals of this folder, and those that entry points add: each names a function, or a module of them.

    Those that are none, that bear a name that is taken, or that would read themselves, are reported and left out.
    """
    found = dict(own)
    for point, thing in plugins.found(GROUP).items():
        functions = [thing] if inspect.isfunction(thing) else [f for n, f in _public(thing)]
        if not functions:
            plugins.report(GROUP, point, "it is no function, and no module with public functions of its own")
        for function in functions:
            name = function.__name__
            try:
                if name in found or name in vocabulary.SETTINGS or name in supplied.QUANTITIES:
                    raise ValueError(f"a fact {name!r} is there already")
                signal = replace(_signal(function), function=_guarded(function))
                if not signal.quantity.help:
                    raise ValueError(f"the signal {name!r} has no docstring, so nobody knows what it measures")
                _ordered({**found, name: signal})
            except Exception as error:  # annotations of a stranger that are none, a circle
                plugins.report(GROUP, point, f"{name}: {error}")
            else:
                found[name] = signal
    return found


def _public(module: object) -> list[tuple[str, Any]]:
    """The public functions that a module defines itself."""
    own = getattr(module, "__name__", "")
    functions = inspect.getmembers(module, inspect.isfunction)
    return [(name, f) for name, f in functions if f.__module__ == own and not name.startswith("_")]


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A stranger's function: when it raises, or gives what is no value, the fact is unknown, and that is reported."""

    def measured(**arguments: object) -> Any:
        try:
            result = function(**arguments)
            _value(result)
        except Exception as error:  # one signal must not stop the others
            plugins.report(GROUP, function.__name__, f"it failed: {type(error).__name__}: {error}")
            return None
        return result

    return measured


@cache
def catalogue() -> Mapping[str, Quantity]:
    """Every fact that a run can have: what the signals measure, the settings, and what is supplied beside the log."""
    measured = {name: signal.quantity for name, signal in signals().items()}
    return dict(sorted({**vocabulary.SETTINGS, **supplied.QUANTITIES, **measured}.items()))


def measure(run: RunLog) -> tuple[Fact, ...]:
    """All facts of the run: its settings, what was supplied, and what the signals make of both and of its series."""
    settings = tuple(
        Fact(name, value, reads=("settings",))
        for name, value in sorted(run.settings.items())
        if isinstance(value, str | bool) or (isinstance(value, int | float) and math.isfinite(value))
    )
    subjects = sorted({"", *(s.about for s in run.series), *(f.about for f in run.facts)})
    measured = [fact for about in subjects for fact in _measure(run, about)]
    named = {fact.name for fact in (*run.facts, *measured)}
    return (*(fact for fact in settings if fact.name not in named), *run.facts, *measured)


def missing(fact: str, run: RunLog) -> tuple[str, ...]:
    """The series and settings without which the run cannot have that fact; none if it has them all.

    Of inputs that stand for each other the first is named.
    """
    return _missing(fact, *_there(run))


@lru_cache(maxsize=1)  # a plan asks for the inputs of hundreds of rules of one run
def _there(run: RunLog) -> tuple[frozenset[str], frozenset[str]]:
    """The series that a run has, and its settings and supplied facts, by name."""
    series = frozenset(series.name for series in _played(run, ""))
    return series, frozenset({*run.settings, *(fact.name for fact in run.facts)})


@lru_cache(maxsize=16_384)  # the runs of a fleet are alike
def _missing(fact: str, series: frozenset[str], known: frozenset[str]) -> tuple[str, ...]:
    """The inputs that lack for a fact where these series are there, and these settings and supplied facts."""
    signal = signals().get(fact)
    if signal is None:
        return () if fact in known else (supplied.supplier(fact) or fact,)
    if signal.subject != "run":
        return (vocabulary.INSIDE,)
    absent = {i: _absent(i, series, known) for i in signal.inputs if i.kind != "run"}
    needed = [names for i, names in absent.items() if i.needed]
    if not needed and absent and all(absent.values()):
        needed = [next(iter(absent.values()))]  # any would do: the first is the usual one
    return tuple(dict.fromkeys(name for names in needed for name in names))


def _absent(wanted: Input, series: frozenset[str], known: frozenset[str]) -> tuple[str, ...]:
    if wanted.kind == "fact":
        return _missing(wanted.name, series, known)
    if wanted.name in series:
        return ()
    return (vocabulary.INSIDE,) if wanted.name in vocabulary.SEEN_INSIDE else (wanted.name,)


def _measure(run: RunLog, about: str) -> list[Fact]:
    series = {s.name: s for s in _played(run, about)}
    values: dict[str, object] = {**run.settings, **{f.name: f.value for f in run.facts if f.about == about}}
    read: dict[str, tuple[str, ...]] = {}
    facts = []
    for name, signal in signals().items():
        if (signal.subject == "run") is bool(about):
            continue
        arguments = {}
        for wanted in signal.inputs:
            source: Mapping[str, object] = series if wanted.kind == "series" else values
            arguments[wanted.name] = run if wanted.kind == "run" else source.get(wanted.name)
        if any(arguments[i.name] is None for i in signal.inputs if i.needed):
            continue
        with np.errstate(all="ignore"):  # what overflows is not finite, and so unknown
            value, at = _value(signal.function(**arguments))
        if value is not None:
            values[name] = value
            read[name] = _reads(signal, arguments, series, read)
            facts.append(Fact(name, value, about, read[name], at))
    return facts


def _played(run: RunLog, about: str) -> tuple[Series, ...]:
    return vocabulary.played(tuple(series for series in run.series if series.about == about))


def _value(result: At | Value | None) -> tuple[Value | None, Range | None]:
    """The value as a plain, finite one, and its steps."""
    value, at = (result.value, (float(result.first), float(result.last))) if isinstance(result, At) else (result, None)
    if value is None or isinstance(value, str):
        return value, at
    if hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, bool):
        value = float(value)
    return (value if isinstance(value, bool) or math.isfinite(value) else None), at


def _reads(
    signal: Signal, arguments: Mapping[str, object], series: Mapping[str, Series], read: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """The log's own columns, and settings, that a fact comes from, through other facts too."""
    found: list[str] = []
    for taken in signal.inputs:
        if arguments[taken.name] is None:
            continue
        if taken.kind == "series":
            found.append(series[taken.name].column)
        elif taken.kind == "fact":
            found += read.get(taken.name, (f"setting {taken.name}",))
    return tuple(dict.fromkeys(found))


def _signal(function: Callable[..., Any]) -> Signal:
    subject = getattr(sys.modules.get(function.__module__), "SUBJECT", "run")
    hints = get_type_hints(function, include_extras=True)
    returned = [hint for hint in _options(hints.pop("return")) if hint not in (NoneType, At)]
    name, help_ = function.__name__, (function.__doc__ or "").split("\n")[0]
    unit, words = "", ()
    kind: Literal["number", "truth", "word"] = "number"
    for hint in returned:
        if hasattr(hint, "__metadata__"):
            unit, hint = hint.__metadata__[0], get_args(hint)[0]
        if get_origin(hint) is Literal:
            kind, words = "word", get_args(hint)
        elif hint in (bool, str):
            kind = "truth" if hint is bool else "word"
    inputs = tuple(_input(parameter, hint) for parameter, hint in hints.items())
    return Signal(Quantity(name, kind, unit, help_, words), function, inputs, subject)


def _input(name: str, hint: object) -> Input:
    options = _options(hint)
    kind: Literal["series", "run", "fact"] = "series" if Series in options else "run" if RunLog in options else "fact"
    return Input(name, kind, NoneType not in options)


def _options(hint: Any) -> tuple[Any, ...]:
    """The members of a union, else the hint itself."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
