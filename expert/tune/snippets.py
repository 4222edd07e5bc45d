"""The next ranges as code that runs: for Optuna, Ray Tune and a W&B sweep."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from expert.tune.ranges import Next
from expert.tune.results import Result
from expert.tune.trials import Knob


def text(following: Sequence[Next]) -> str:
    """The ranges in a sentence: `lr from 0.001 to 0.02 (log), optimizer adam or sgd`."""
    from expert.prose import number
    from expert.tune.space import shown

    said = []
    for one in following:
        if one.scale.kind == "choice":
            said.append(f"{one.scale.name} {' or '.join(map(shown, one.choices))}")
        else:
            log = " (log)" if one.scale.is_log else ""
            said.append(f"{one.scale.name} from {number(one.low)} to {number(one.high)}{log}")
    return ", ".join(said)


def optuna(following: Sequence[Next]) -> str:
    """A function that asks a trial for every knob."""
    lines = [f"        {one.scale.name!r}: trial.{_suggestion(one)}," for one in following]
    return "\n".join(["def suggest(trial):", "    return {", *lines, "    }"])


def ray(following: Sequence[Next]) -> str:
    """The `param_space` of a Tuner."""
    lines = [f"    {one.scale.name!r}: {_distribution(one)}," for one in following]
    return "\n".join(["from ray import tune", "", "param_space = {", *lines, "}"])


def wandb(following: Sequence[Next], fixed: Mapping[str, Knob], result: Result) -> str:
    """The configuration of a sweep, in YAML; what was the same in all trials stays as it was."""
    goal = "minimize" if result.better == "lower" else "maximize"
    lines = ["method: random", "metric:", f"  name: {_quoted(result.name)}", f"  goal: {goal}", "parameters:"]
    for one in following:
        lines += [f"  {_quoted(one.scale.name)}:", *(f"    {line}" for line in _parameter(one))]
    for name, value in fixed.items():
        lines += [f"  {_quoted(name)}:", f"    value: {_json(value)}"]
    return "\n".join(lines)


def _suggestion(one: Next) -> str:
    name = repr(one.scale.name)
    match one.scale.kind:
        case "choice":
            return f"suggest_categorical({name}, {_listed(one.choices)})"
        case "whole":
            return f"suggest_int({name}, {one.low:.0f}, {one.high:.0f}{', log=True' if one.scale.is_log else ''})"
    return f"suggest_float({name}, {one.low:.6g}, {one.high:.6g}{', log=True' if one.scale.is_log else ''})"


def _distribution(one: Next) -> str:
    match one.scale.kind, one.scale.is_log:
        case "choice", _:
            return f"tune.choice({_listed(one.choices)})"
        case "whole", log:
            return f"tune.{'lograndint' if log else 'randint'}({one.low:.0f}, {one.high + 1:.0f})"
        case _, log:
            return f"tune.{'loguniform' if log else 'uniform'}({one.low:.6g}, {one.high:.6g})"
    raise AssertionError(one.scale.kind)


def _parameter(one: Next) -> list[str]:
    if one.scale.kind == "choice":
        return [f"values: [{', '.join(map(_json, one.choices))}]"]
    kind = {
        ("whole", False): "int_uniform",
        ("whole", True): "q_log_uniform_values",
        ("number", False): "uniform",
        ("number", True): "log_uniform_values",
    }[one.scale.kind, one.scale.is_log]
    ends = (f"{one.low:.0f}", f"{one.high:.0f}") if one.scale.kind == "whole" else (_float(one.low), _float(one.high))
    return [f"distribution: {kind}", f"min: {ends[0]}", f"max: {ends[1]}"]


def _listed(choices: Sequence[Knob]) -> str:
    return f"[{', '.join(repr(_plain(choice)) for choice in choices)}]"


def _json(value: Knob) -> str:
    plain = _plain(value)
    return json.dumps(plain if not isinstance(plain, float) else float(f"{plain:.6g}"))


def _quoted(name: str) -> str:
    return name if name.replace("_", "").isalnum() and not name[0].isdigit() else json.dumps(name)


def _plain(value: Knob) -> object:
    """Whole numbers as such, lists as lists."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return int(value)
    return value


def _float(value: float) -> str:
    """A float as YAML 1.1 reads one: 1.0e-05, not 1e-05."""
    written = f"{value:.6g}"
    mantissa, e, exponent = written.partition("e")
    return written if "." in mantissa or not e else f"{mantissa}.0e{exponent}"
