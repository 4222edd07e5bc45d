"""Before the first real step: look at a model, its loss and one batch, and say what is wrong with them.

Every check of `expert.live.checks` looks at copies and gives facts; they stand beside the log of the attempt to
memorize the batch, and the same engine and packs judge both.
"""

from __future__ import annotations

import copy
import random
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import nn

from expert import vocabulary
from expert.diagnose import judge
from expert.facts import Fact, Value
from expert.layers import builtin
from expert.live.checks import checks
from expert.live.described import of_program
from expert.live.layers import unwrapped
from expert.live.probe import ForwardError, OutOfTimeError, Probe, Recipe, mapped
from expert.live.trace import head
from expert.live.training import Attempt
from expert.plan import NotJudged, Plan
from expert.run import FloatArray, RunLog, Series, Setting
from expert.script import last_line
from expert.selection import without

_ERRORS: Mapping[str, tuple[str, ...]] = {
    "targets": ("Target ", "all elements of target", "Class values must be"),
    "probabilities": ("all elements of input should be between",),
    "type": ("expected scalar type", "dtype", "same type", "Expected tensor for argument", "must be Long", "Float but"),
    "shape": ("shape", "size", "dimension", "Dimension", "channels", "must match", "Expected 2D", "broadcast"),
}
"""What the messages of torch say of each kind of mistake."""


def preflight(
    model: nn.Module,
    loss_fn: Callable[..., Any] | None,
    batch: Any,
    optimizer: torch.optim.Optimizer | None = None,
    settings: Mapping[str, object] | None = None,
    seconds: float = 60.0,
    tell: Callable[[str], None] | None = None,
) -> Plan:
    """The plan for a model that has not trained yet; the model, the optimizer and all random numbers stay as they are.

    `batch` is `(inputs, targets)`, where inputs are a tensor, a tuple (`model(*inputs)`) or a mapping
    (`model(**inputs)`); a mapping alone (its `labels` or `targets` are the targets), or one tensor that is its own
    target. `loss_fn(outputs, targets)` gives a scalar; None takes the `loss` of the outputs. Without an optimizer Adam
    at 3e-4 is taken. A check that is not done after `seconds` is not judged. `tell` is told what is being looked at.
    Raises TypeError for what is no model, no loss or no batch, ValueError for a model that cannot be copied,
    or is scripted.
    """
    inputs, targets = _parted(batch, loss_fn)
    if not isinstance(model, nn.Module):
        raise TypeError(f"the model is a torch.nn.Module, and this is {type(model).__name__}")
    if any(isinstance(module, torch.jit.ScriptModule) for module in model.modules()):
        raise ValueError("a scripted model shows neither its layers nor its gradients: give it before torch.jit.script")
    if loss_fn is not None and not callable(loss_fn):
        raise TypeError(f"the loss is called with outputs and targets, and this is {type(loss_fn).__name__}")
    if optimizer is not None and not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"the optimizer is a torch.optim.Optimizer, and this is {type(optimizer).__name__}")
    model = unwrapped(model)  # what is compiled or distributed is looked at as it was written
    with _undisturbed():
        probe = Probe(
            _copied(model, "model"),
            _copied(loss_fn, "loss") if isinstance(loss_fn, nn.Module) else loss_fn,
            inputs,
            targets,
            _recipe(model, optimizer),
            seconds,
            time.monotonic() + seconds,
            model.training,
            settings or {},
        )
        facts, open_checks = _looked_at(probe, tell or (lambda _: None))
        program = of_program(model, [] if optimizer is None else [optimizer])
        run = _log(probe, facts, {**program, **(settings or {})}, type(model).__name__)
    floored = any(fact.name == "loss_can_reach_zero" and not fact.value for fact in facts)
    knowledge = without(builtin(), (*_OURS, *_FLOORED) if floored else _OURS)
    return replace(judge(run, knowledge), not_judged=open_checks)


_OURS = ("gradients-not-zeroed", "undertrained", "unshuffled-data", "incomplete-run", "no-validation", "too-short")
"""What cannot be wrong with a few steps on one batch, taken by a loop of ours that zeroes the gradients."""

_FLOORED = ("not-learning",)
"""What a loss that is low does not tell where nobody knows how low it can get."""


def _looked_at(probe: Probe, tell: Callable[[str], None]) -> tuple[list[Fact], tuple[NotJudged, ...]]:
    """The facts of all checks, and the checks that could not be made, with the reason."""
    facts: dict[str, Value] = {}
    open_: dict[tuple[str, str], list[str]] = {}
    for name, check in checks().items():
        words = name.replace("_", " ")
        tell(words)
        try:
            facts |= {fact: value for fact, value in check(probe).items() if value is not None}
        except ForwardError as failure:
            facts |= _failure(failure)
            open_.setdefault(("a model that runs", f"{failure.where} raised: mend that first"), []).append(words)
        except OutOfTimeError:
            open_.setdefault(("more time", f"{probe.seconds:g} seconds were not enough: --seconds 300"), []).append(
                words
            )
        except Exception as error:  # one check must not stop the others
            open_.setdefault(("a check that works here", f"it failed: {last_line(error)}"), []).append(words)
    finite = {n: v for n, v in facts.items() if isinstance(v, bool | str) or np.isfinite(v)}
    made = [Fact(name, float(v) if isinstance(v, int) and not isinstance(v, bool) else v) for name, v in finite.items()]
    read = [replace(f, reads=_CURVES[f.name]) if f.name in _CURVES else f for f in made]
    unmade = (NotJudged((lack,), tuple(names), tuple(names), how) for (lack, how), names in open_.items())
    return read, tuple(unmade)


_CURVES = {
    "suggested_rate": ("range test: loss", "range test: learning rate"),
    "batch_course": ("train_loss",),
}


def _failure(failure: ForwardError) -> dict[str, Value]:
    said = last_line(failure.error)
    kind = next((kind for kind, signs in _ERRORS.items() if any(sign in said for sign in signs)), "other")
    return {"failed_in": failure.where, "failure": said, "failure_kind": kind}


def _log(probe: Probe, facts: Sequence[Fact], given: Mapping[str, object], name: str) -> RunLog:
    """The attempt to memorize the batch as a run, with what is known of the program, and the range test beside it."""
    settings: dict[str, Setting] = {**_of_loss(probe), **vocabulary.settings(given), "probe": "single-batch"}
    if probe.samples:
        settings.setdefault("batch_size", float(probe.samples))
    series: list[Series] = []
    attempt = vars(probe).get("memorizing")
    if isinstance(attempt, Attempt) and np.isfinite(attempt.losses[:1]).any():  # else there is no curve to judge
        series += [
            _series("train_loss", attempt.losses, "train_loss", "loss", "train"),
            _series("lr", attempt.rates, "lr", "lr"),
            _series("grad_norm", attempt.norms, "grad_norm", "grad_norm"),
        ]
    if isinstance(tested := vars(probe).get("range_test"), Attempt) and len(tested.losses):
        series += [
            _series("range test: loss", tested.losses, "range_test_loss", "range"),
            _series("range test: learning rate", tested.rates, "range_test_rate", "range"),
        ]
    return RunLog(name, "preflight", tuple(series), settings, (), _notes(probe, facts), "preflight", (), tuple(facts))


def _notes(probe: Probe, facts: Sequence[Fact]) -> tuple[str, ...]:
    assumed = ("no optimizer was given: Adam at 3e-4 is taken",) if probe.recipe.assumed else ()
    suggested = (f.value for f in facts if f.name == "suggested_rate")
    return (*assumed, *(f"the range test suggests a learning rate of {rate:.1e}" for rate in suggested))


def _series(column: str, values: FloatArray, name: str, role: str, split: str = "") -> Series:
    steps = np.arange(len(values), dtype=np.float64)
    return Series(column, steps, values, name, role, split, "lower" if role == "loss" else None)


def _of_loss(probe: Probe) -> dict[str, Setting]:
    """What loss and outputs tell of the program, under the names that settings have."""
    try:
        call, prediction = probe.calls.main, probe.look.prediction
    except (ForwardError, OutOfTimeError, TypeError):
        return {}
    found: dict[str, Setting] = {}
    if call is not None:
        found["loss"] = call.name
        kind, _ = head(call.prediction.grad_fn)
        if kind in ("softmax", "sigmoid", "tanh", "relu"):
            found["output_activation"] = kind
        if call.name == "cross_entropy" and call.prediction.ndim > 1 and call.prediction.shape[1] > 1:
            return {**found, "num_classes": float(call.prediction.shape[1])}
    return {**found, "output_units": float(prediction.shape[-1])} if prediction.ndim > 1 else found


def _recipe(model: nn.Module, optimizer: torch.optim.Optimizer | None) -> Recipe:
    """How the optimizer is made; Adam at 3e-4 where there is none."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    if optimizer is None:
        trainable = frozenset(name for name, p in model.named_parameters() if p.requires_grad)
        return Recipe(torch.optim.Adam, (({"lr": 3e-4}, trainable),), assumed=True)
    groups = tuple(
        (
            {key: _plain(value) for key, value in group.items() if key != "params" and key in optimizer.defaults},
            frozenset(names[id(p)] for p in group["params"] if id(p) in names),
        )
        for group in optimizer.param_groups
    )
    foreign = sum(p.numel() for g in optimizer.param_groups for p in g["params"] if id(p) not in names)
    return Recipe(type(optimizer), groups, foreign)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, torch.Tensor) and value.numel() == 1 else value


def _parted(batch: Any, loss_fn: object) -> tuple[Any, Any]:
    """Inputs and targets of a batch. Raises TypeError for what is no batch."""
    batch = _tensors(batch)
    if isinstance(batch, Mapping):
        key = next((k for k in ("labels", "targets", "target", "y") if k in batch), None)
        if loss_fn is None or key is None:
            return dict(batch), batch.get(key) if key else None
        return {k: v for k, v in batch.items() if k != key}, batch[key]
    if isinstance(batch, torch.Tensor):
        return batch, batch
    if isinstance(batch, tuple | list) and len(batch) == 2:
        return batch[0], batch[1]
    if isinstance(batch, tuple | list) and len(batch) > 2:
        return tuple(batch[:-1]), batch[-1]
    raise TypeError(f"a batch is (inputs, targets), a mapping or one tensor, and this is {type(batch).__name__}")


def _tensors(value: Any) -> Any:
    """Tensors in place of arrays."""
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy())
    if isinstance(value, Mapping):
        return {key: _tensors(inner) for key, inner in value.items()}
    if type(value) in (tuple, list):
        return type(value)(_tensors(inner) for inner in value)
    return mapped(value, lambda tensor: tensor.detach())


def _copied(value: Any, what: str) -> Any:
    """Raises ValueError if it cannot be copied."""
    try:
        return copy.deepcopy(value)
    except Exception as error:
        raise ValueError(
            f"the {what} cannot be copied, and preflight touches only copies: {last_line(error)}. "
            "Usually it keeps a tensor with a graph as an attribute: detach it, or make it a buffer"
        ) from error


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Random state, default mode of gradients and warnings are afterwards what they were."""
    own, numbers = random.getstate(), np.random.get_state()
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices), torch.enable_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            random.setstate(own)
            np.random.set_state(numbers)
