"""What a preflight looks at: copies of the model and its loss, one batch, and the recipe of the optimizer."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from expert.live.trace import Calls, Layers, Look, flows, main_tensor, watch_layers, watch_loss
from expert.live.training import Attempt, learn
from expert.script import last_line


class ForwardError(Exception):
    """The model or its loss raised. `where` names the layer or the loss, `error` what it raised."""

    def __init__(self, where: str, error: BaseException) -> None:
        super().__init__(f"{where} raised {last_line(error)}")
        self.where, self.error = where, error


class OutOfTimeError(Exception):
    """The time that was given is over."""


@dataclass(frozen=True)
class Recipe:
    """How to make the optimizer anew: its kind, and the options and parameter names of each group.

    `foreign` counts weights that it holds and the model lacks; a recipe that is `assumed` is the recommended default.
    """

    kind: type[torch.optim.Optimizer]
    groups: tuple[tuple[Mapping[str, Any], frozenset[str]], ...]
    foreign: int = 0
    assumed: bool = False

    @property
    def rate(self) -> float:
        """The learning rate of the first group."""
        return float(self.groups[0][0].get("lr", 0.0)) if self.groups else 0.0

    @property
    def held(self) -> frozenset[str]:
        """The names of the parameters that it holds."""
        return frozenset(name for _, names in self.groups for name in names)

    def make(self, model: nn.Module, rate: float | None = None, **changed: object) -> torch.optim.Optimizer:
        """An optimizer of this recipe for a copy of the model; `rate` is the first group's, others in proportion."""
        scale = 1.0 if rate is None or not self.rate else rate / self.rate
        parameters = dict(model.named_parameters())
        groups = [
            {
                **{k: v for k, v in options.items() if k not in changed},
                **{k: v for k, v in changed.items() if k in options},
                "lr": float(options.get("lr", 0.0)) * scale,
                "params": [parameters[name] for name in sorted(names) if name in parameters],
            }
            for options, names in self.groups
        ]
        kind: Callable[[list[dict[str, Any]]], torch.optim.Optimizer] = self.kind
        return kind([group for group in groups if group["params"]])


@dataclass(frozen=True, eq=False)
class Probe:
    """One preflight: what was given, copied, and what was seen of it so far. Nobody trains or changes `model`."""

    model: nn.Module
    loss_fn: Callable[..., Any] | None
    inputs: Any
    targets: Any
    recipe: Recipe
    seconds: float = 60.0
    deadline: float = float("inf")
    arrived_training: bool = True
    settings: Mapping[str, object] = field(default_factory=dict)

    def fresh(self) -> nn.Module:
        """A copy of the model as it came, in training mode."""
        return copy.deepcopy(self.model).train()

    def left(self) -> float:
        """Seconds that are left. Raises OutOfTimeError if there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise OutOfTimeError
        return left

    def outputs(self, model: nn.Module, inputs: Any = None) -> Any:
        """What the model gives for (a copy of) the inputs. Raises ForwardError, OutOfTimeError."""
        self.left()
        given = cloned(self.inputs if inputs is None else inputs)
        with located(model):
            if isinstance(given, Mapping):
                return model(**given)
            return model(*given) if isinstance(given, tuple | list) else model(given)

    def loss(self, outputs: Any, targets: Any = None) -> Tensor:
        """The loss of outputs, a scalar. Raises ForwardError."""
        if self.loss_fn is None:
            found = outputs.get("loss") if isinstance(outputs, Mapping) else getattr(outputs, "loss", outputs)
        else:
            try:
                found = self.loss_fn(outputs, cloned(self.targets if targets is None else targets))
            except Exception as error:
                raise ForwardError("the loss", error) from error
        if not isinstance(found, Tensor) or found.numel() != 1:
            said = f"a tensor of shape {tuple(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
            raise ForwardError("the loss", TypeError(f"a loss is a tensor that holds one number, and this is {said}"))
        return found.reshape(())

    @cached_property
    def look(self) -> Look:
        """One pass in evaluation mode with every weight taking part, observed: layers, activations, outputs."""
        model = self.fresh().eval()
        for parameter in model.parameters():
            if parameter.is_floating_point():
                parameter.requires_grad_(True)
        layers = Layers()
        with watch_layers(model, layers):
            outputs = self.outputs(model)
        return Look(layers, outputs, main_tensor(outputs))

    @cached_property
    def calls(self) -> Calls:
        """What the loss was seen doing with the outputs of `look`."""
        calls = Calls()
        with watch_loss(calls):
            calls.loss = float(self.loss(self.look.outputs).detach())
        return calls

    @cached_property
    def memorizing(self) -> Attempt:
        """The attempt to memorize the batch with the optimizer as it came."""
        return self.attempt(self.recipe.rate, 0.3)

    @cached_property
    def range_test(self) -> Attempt:
        """The same while the rate rises from a millionth to ten, tenfold every ten steps."""
        rates = [10 ** (-6 + n / 10) for n in range(71)]
        model = self.fresh()
        return self._learn(model, self.recipe.make(model), rates, 0.2, 4.0)

    def attempt(self, rate: float, share: float, model: nn.Module | None = None, **changed: object) -> Attempt:
        """200 steps on the batch at a rate, within a share of the time. Raises ForwardError, OutOfTimeError."""
        model = model or self.fresh()
        return self._learn(model, self.recipe.make(model, rate, **changed), 200, share)

    def _learn(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        rates: Sequence[float] | int,
        share: float,
        hopeless: float = float("inf"),
    ) -> Attempt:
        reseeded()
        return learn(model, optimizer, self._graded, rates, min(share * self.seconds, self.left()), hopeless)

    def _graded(self, model: nn.Module) -> tuple[Tensor, bool]:
        """The loss in training mode, and whether every class is named right."""
        outputs, calls = self.outputs(model), Calls()
        with watch_loss(calls):
            loss = self.loss(outputs)
        call = calls.main
        if call is None or call.name not in ("cross_entropy", "nll_loss") or call.target.is_floating_point():
            return loss, False
        counted = call.target >= 0
        named = call.prediction.argmax(1 if call.prediction.ndim > 1 else 0)
        return loss, bool((named == call.target)[counted].all()) and call.prediction.shape[-1] > 1

    @cached_property
    def samples(self) -> int | None:
        """How many samples the batch holds: the leading size that inputs and targets share."""
        sizes = [t.shape for t in flows(self.inputs) if t.ndim]
        target = next((t.shape[0] for t in flows(self.targets) if t.ndim), None)
        if not sizes:
            return None
        if target is not None and target > 1 and target in sizes[0][:2]:
            return int(target)
        return int(sizes[0][0]) if sizes[0][0] > 1 else None


def batch_axis(tensor: Tensor, samples: int) -> int | None:
    """The axis that counts the samples: the first, or else the second."""
    return next((axis for axis, size in enumerate(tensor.shape[:2]) if size == samples), None)


def by_sample(tensor: Tensor, samples: int) -> Tensor | None:
    """The tensor as (samples, rest); a leading axis of samples × positions is taken apart."""
    axis = batch_axis(tensor, samples)
    if axis is not None:
        return tensor.movedim(axis, 0).reshape(samples, -1)
    whole = tensor.ndim and tensor.shape[0] > samples and tensor.shape[0] % samples == 0
    return tensor.reshape(samples, -1) if whole else None


def mapped(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """Tensors, and tuples, lists and mappings of them, with every tensor changed."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, Mapping):
        return {key: mapped(inner, change) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(mapped(inner, change) for inner in value) if type(value) in (tuple, list) else value
    return value


def cloned(value: Any) -> Any:
    """A copy, so that nothing done in place reaches what a person gave."""
    return mapped(value, lambda tensor: tensor.detach().clone())


def reseeded(seed: int = 0) -> None:
    """Start the random numbers of torch anew."""
    torch.manual_seed(seed)


@contextmanager
def located(model: nn.Module) -> Iterator[None]:
    """Turn what the model raises into ForwardError, with the innermost layer that was running."""
    names = {module: name for name, module in model.named_modules()}
    running: list[nn.Module] = []

    def enter(module: nn.Module, _: object) -> None:
        running.append(module)

    def leave(module: nn.Module, _: object, __: object) -> None:
        if running and running[-1] is module:
            running.pop()

    hooks = [
        hook
        for module in names
        if not isinstance(module, torch.jit.ScriptModule)
        for hook in (module.register_forward_pre_hook(enter), module.register_forward_hook(leave))
    ]
    try:
        yield
    except (ForwardError, OutOfTimeError):
        raise
    except Exception as error:
        raise ForwardError(_called(running, names, model), error) from error
    finally:
        for hook in hooks:
            hook.remove()


def _called(running: Sequence[nn.Module], names: Mapping[nn.Module, str], model: nn.Module) -> str:
    innermost = running[-1] if running else model
    name = names.get(innermost, "")
    kind = type(innermost).__name__
    return f"layer {name} ({kind})" if name else f"the forward of {kind}"
