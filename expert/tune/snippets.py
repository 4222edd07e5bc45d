"""The next ranges as code that runs: for Optuna, Ray Tune and a W&B sweep."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from expert.prose import number
from expert.tune.ranges import Next
from expert.tune.results import Result
from expert.tune.space import shown
from expert.tune.trials import Knob, Sweep

_MOST_KNOWN = 30
"""So many trials that lie in the next ranges are handed over, the best of them."""


def text(following: Sequence[Next]) -> str:
    """The ranges in a sentence: `lr from 0.001 to 0.02 (log), optimizer adam or sgd`."""
    return ", ".join(f"{one.scale.name} {said(one)}" for one in following)


def said(one: Next) -> str:
    """The next range of one knob in words."""
    if one.fixed is not None:
        return f"{'fixed at ' if one.is_idle else ''}{shown(one.fixed)}"
    if one.scale.kind == "choice":
        return " or ".join(map(shown, one.choices))
    return f"from {number(one.low)} to {number(one.high)}{' (log)' if one.scale.is_log else ''}"


def optuna(following: Sequence[Next], sweep: Sweep, result: Result) -> str:
    """A study that goes on in the next ranges, and that knows the trials which lie in them already.

    TPE learns from those as from its own; Bergstra et al. 2011, Algorithms for Hyper-Parameter Optimization.
    """
    goal = "minimize" if result.better == "lower" else "maximize"
    known = _inside(following, sweep, result)
    return "\n".join(
        [
            "import optuna",
            "",
            "def suggest(trial):",
            "    return {",
            *(f"        {one.scale.name!r}: {suggestion(one)}," for one in following),
            "    }",
            "",
            f'study = optuna.create_study(direction="{goal}", sampler=optuna.samplers.TPESampler(multivariate=True))',
            *(_known(known) if known else ()),
            f"# train is yours: it takes the knobs and gives {result.name}",
            f"study.optimize(lambda trial: train(suggest(trial)), n_trials={_again(sweep)})",
        ]
    )


def ray(following: Sequence[Next], sweep: Sweep, result: Result) -> str:
    """The space and the goal of a Tuner."""
    lines = [f"    {one.scale.name!r}: {distribution(one)}," for one in following]
    goal = f'metric={result.name!r}, mode="{"min" if result.better == "lower" else "max"}"'
    config = f"tune_config = tune.TuneConfig({goal}, num_samples={_again(sweep)})"
    return "\n".join(["from ray import tune", "", "param_space = {", *lines, "}", config])


def wandb(following: Sequence[Next], fixed: Mapping[str, Knob], result: Result) -> str:
    """The configuration of a sweep, in YAML; what was the same in all trials stays as it was."""
    goal = "minimize" if result.better == "lower" else "maximize"
    lines = ["method: random", "metric:", f"  name: {_quoted(result.name)}", f"  goal: {goal}", "parameters:"]
    for one in following:
        lines += [f"  {_quoted(one.scale.name)}:", *(f"    {line}" for line in parameter(one))]
    for name, value in fixed.items():
        lines += [f"  {_quoted(name)}:", f"    value: {_json(value)}"]
    return "\n".join(lines)


def _again(sweep: Sweep) -> int:
    """As many trials as before."""
    return len(sweep.trials)


def _inside(following: Sequence[Next], sweep: Sweep, result: Result) -> list[tuple[float, dict[str, Knob]]]:
    """Result and knobs of the trials whose knobs all lie in the next ranges, the best first."""
    searched = [one for one in following if one.fixed is None]
    found = []
    for trial, value, loss in zip(sweep.trials, result.values, result.losses, strict=True):
        knobs = {one.scale.name: trial.knobs[one.scale.name] for one in searched if one.scale.name in trial.knobs}
        if (
            math.isfinite(loss)
            and len(knobs) == len(searched)
            and all(one.holds(knobs[one.scale.name]) for one in searched)
        ):
            found.append((float(loss), float(value), knobs))
    return [(value, knobs) for _, value, knobs in sorted(found, key=lambda one: one[0])[:_MOST_KNOWN]]


def _known(known: Sequence[tuple[float, Mapping[str, Knob]]]) -> list[str]:
    rows = [
        f"    ({value:.6g}, {{{', '.join(f'{name!r}: {_python(knob)}' for name, knob in knobs.items())}}}),"
        for value, knobs in known
    ]
    return [
        "for value, knobs in [  # trials that lie in these ranges already",
        *rows,
        "]:",
        "    old = optuna.trial.FixedTrial(knobs)",
        "    suggest(old)",
        "    new = optuna.trial.create_trial(params=old.params, distributions=old.distributions, value=value)",
        "    study.add_trial(new)",
    ]


def suggestion(one: Next) -> str:
    """What asks a trial of Optuna for one knob."""
    if one.fixed is not None:
        return _python(one.fixed)
    name, log = repr(one.scale.name), ", log=True" if one.scale.is_log else ""
    match one.scale.kind:
        case "choice":
            return f"trial.suggest_categorical({name}, {_listed(one.choices)})"
        case "whole":
            return f"trial.suggest_int({name}, {one.low:.0f}, {one.high:.0f}{log})"
    return f"trial.suggest_float({name}, {one.low:.6g}, {one.high:.6g}{log})"


def distribution(one: Next) -> str:
    """What Ray Tune draws one knob from."""
    if one.fixed is not None:
        return _python(one.fixed)
    match one.scale.kind, one.scale.is_log:
        case "choice", _:
            return f"tune.choice({_listed(one.choices)})"
        case "whole", log:
            return f"tune.{'lograndint' if log else 'randint'}({one.low:.0f}, {one.high + 1:.0f})"
        case _, log:
            return f"tune.{'loguniform' if log else 'uniform'}({one.low:.6g}, {one.high:.6g})"
    raise AssertionError(one.scale.kind)


def parameter(one: Next) -> list[str]:
    """What one knob is in a sweep of W&B, lines of YAML."""
    if one.fixed is not None:
        return [f"value: {_json(one.fixed)}"]
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
    return f"[{', '.join(map(_python, choices))}]"


def _python(value: Knob) -> str:
    plain = _plain(value)
    return f"{plain:.6g}" if isinstance(plain, float) else repr(plain)


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
