"""One forward pass, watched: what comes in at the model's door, what each layer and activation gives, what goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from expert.live.hook import Hook
from expert.live.layers import Layer, first_tensor
from expert.live.sample import Sample

_ENOUGH = 65_536
"""Means and deviations are taken over about so many numbers of a tensor, of its first samples."""
_SILENT_FOR = 256
"""A unit is dead that gave zero for each of the last so many inputs, or for all if fewer were seen (at least 32)."""
_FEWEST = 32
_QUERIES = 32
_MASKED = -1e8

_RELU: set[Any] = {functional.relu, functional.relu_, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_}
_TANH: set[Any] = {functional.tanh, torch.tanh, torch.tanh_, Tensor.tanh, Tensor.tanh_}
_SIGMOID: set[Any] = {functional.sigmoid, torch.sigmoid, torch.sigmoid_, Tensor.sigmoid, Tensor.sigmoid_}
_SOFTMAX: set[Any] = {functional.softmax, torch.softmax, Tensor.softmax}
_ATTENTION: Any = functional.scaled_dot_product_attention
_HEADS: Any = functional.multi_head_attention_forward
_WATCHED: set[Any] = _RELU | _TANH | _SIGMOID | _SOFTMAX | {_ATTENTION, _HEADS}
_BY_CHANNEL = nn.Conv1d | nn.BatchNorm1d | nn.ConvTranspose1d


class Watch(TorchFunctionMode):
    """Looks at one forward pass with gradients, then is over; `detach` leaves no hook behind.

    As a mode of torch's functions it sees activations that are functions, too; it is in force within the forward pass
    alone. A pass that is run again for a checkpoint, within the backward pass, is not looked at. `silent` counts for
    each ReLU how many inputs in a row its units gave zero for; it outlives the watch. What goes wrong is given to
    `failed`.
    """

    def __init__(
        self,
        model: nn.Module,
        layers: Sequence[Layer],
        sample: Sample,
        silent: dict[str, tuple[Tensor, int]],
        failed: Callable[[Exception], None],
        backward: Callable[[], None],
    ) -> None:
        super().__init__()
        self.sample, self.silent, self.failed, self.backward = sample, silent, failed, backward
        self.activations: dict[str, str] = {}
        self.output: Tensor | None = None
        self.ends_in = ""
        self.last_name = ""
        self.precision = ""
        self.passed = False
        self._seen: set[nn.Module] = set()
        self._error: Exception | None = None
        self._watching = False
        self._stack: list[tuple[str, nn.Module]] = []
        self._latest: nn.Module | None = None
        self._last: tuple[str, Tensor] | None = None
        self._calls: dict[str, int] = {}
        self._own = {id(layer.module): layer.name for layer in layers}
        self._handles: list[RemovableHandle] = []
        for name, module in model.named_modules():
            self._handles += [
                module.register_forward_pre_hook(Hook(self._entering(name)), with_kwargs=True, prepend=True),
                module.register_forward_hook(Hook(self._leaving), always_call=True),
            ]

    def detach(self) -> None:
        """Take every hook away."""
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if func in _WATCHED:
            self._look(self._function, func, args, kwargs or {}, result)
        return result

    def _entering(self, name: str) -> Callable[[nn.Module, tuple[Any, ...], dict[str, Any]], None]:
        def enter(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            self._stack.append((name, module))
            if len(self._stack) == 1 and self._is_to_watch(module):
                self._watching = True
                self._look(self._door, first_tensor((args, kwargs)))
                cast(Any, self).__enter__()

        return enter

    def _is_to_watch(self, module: nn.Module) -> bool:
        """Whether the call of a module from outside is one to look at: with gradients, and the first of this module.

        The model itself is called from outside, or its parts are; a loss or a metric among them has no parameters.
        """
        if module in self._seen or not torch.is_grad_enabled() or _in_backward():
            return False
        return next(module.parameters(), None) is not None

    def _leaving(self, module: nn.Module, args: object, output: object) -> None:
        while self._stack and self._stack.pop()[1] is not module:
            pass  # left by an exception
        if self._watching and id(module) in self._own:
            self._latest = module
            self._look(self._statistics, self._own[id(module)], first_tensor(output))
        if self._watching and not self._stack:
            cast(Any, self).__exit__(None, None, None)
            self._watching, self.passed = False, True
            self._seen.add(module)
            self._look(self._leave, output)
            if self._error is not None:
                self.failed(self._error)

    def _look(self, at: Callable[..., None], *given: Any) -> None:
        """Look; a defect of ours is told once the pass is over and the mode is out of force."""
        if self._error is None:
            try:
                with torch.no_grad():
                    at(*given)
            except Exception as error:
                self._error = error

    def _door(self, given: Tensor | None) -> None:
        device = torch._C._get_accelerator().type if given is None else given.device.type
        if torch.is_autocast_enabled(device):
            self.precision = str(torch.get_autocast_dtype(device)).removeprefix("torch.")
        if given is None:
            return
        self.sample.put("", "batch", len(given) if given.ndim else 1)
        if given.is_floating_point():
            for name, value in described(given).items():
                self.sample.put("", f"input_{name}", value)

    def _statistics(self, name: str, output: Tensor | None) -> None:
        if output is None or not output.is_floating_point() or output.numel() < 2:
            return
        deviation, mean = torch.std_mean(_part(output).float())
        self.sample.put(name, "out_mean", mean)
        self.sample.put(name, "out_std", deviation)

    def _leave(self, output: object) -> None:
        given = first_tensor(output)
        if given is None or not given.is_floating_point():
            return
        if self._last is not None and self._last[1] is given:  # what ends the model may well be at its bounds
            name = self._last[0]
            self.last_name, self.ends_in = name, self.activations.get(name, "")
            for key in [(name, "dead"), (name, "units"), (name, "saturated"), (name, "numbers")]:
                self.sample.tensors.pop(key, None)
                self.sample.numbers.pop(key, None)
        if given.requires_grad:
            cast(Any, given).register_hook(self._backward)
        self.output = given.detach() if given.ndim else None
        if given.ndim:
            flat = given.detach().reshape(-1, given.shape[-1]) if given.ndim > 1 else given.detach()[:, None]
            flat = flat[:_ENOUGH].float()
            self.sample.tensors["", "out_mean"] = flat.mean()  # of several parts that are called, the last one's
            if len(flat) > 1:
                self.sample.tensors["", "out_std"] = flat.std(0).mean()

    def _backward(self, gradient: Tensor) -> None:
        try:
            self.backward()
        except Exception as error:
            self.failed(error)

    def _function(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any
    ) -> None:
        name = self._call_name()
        if func in _RELU:
            self.activations[name] = "relu"
            self._dead(name, result)
        elif func in _TANH or func in _SIGMOID:
            self.activations[name] = "tanh" if func in _TANH else "sigmoid"
            values = _part(result)
            flat = values.abs() > 0.99 if func in _TANH else (values < 0.01) | (values > 0.99)
            self.sample.put(name, "saturated", flat.sum())
            self.sample.put(name, "numbers", flat.numel())
        elif func is _ATTENTION:
            scores = _scores(args[0], args[1], *_mask_of(args, kwargs))
            self._attention(name, scores.softmax(-1), scores > _MASKED)
        elif func is _HEADS:
            probabilities = _weights(args, kwargs)
            self._attention(name, probabilities, probabilities > 0)
        elif result.ndim == 4 or (result.ndim == 3 and result.shape[-1] == result.shape[-2]):
            self._attention(name, result[:2], args[0][:2] > _MASKED)
        else:
            self.activations[name] = "softmax"
        self._last = (name, result) if isinstance(result, Tensor) else None

    def _call_name(self) -> str:
        """The module at work, numbered from its second activation on."""
        module = self._stack[-1][0] or type(self._stack[-1][1]).__name__
        self._calls[module] = self._calls.get(module, 0) + 1
        return module if self._calls[module] == 1 else f"{module}:{self._calls[module]}"

    def _dead(self, name: str, output: Tensor) -> None:
        if output.ndim < 2:
            return
        unit = 1 if output.ndim > 3 or (output.ndim == 3 and isinstance(self._latest, _BY_CHANNEL)) else output.ndim - 1
        rest = [axis for axis in range(output.ndim) if axis != unit]
        units, rows = output.shape[unit], output.numel() // output.shape[unit]
        silent, seen = self.silent.get(name, (torch.zeros(units, device=output.device), 0))
        if silent.shape != (units,) or silent.device != output.device:
            silent, seen = torch.zeros(units, device=output.device), 0
        silent, seen = torch.where(output.amax(rest) > 0, 0, silent + rows), seen + rows
        self.silent[name] = silent, seen
        if seen >= _FEWEST:
            self.sample.put(name, "dead", (silent >= min(_SILENT_FOR, seen)).sum())
            self.sample.put(name, "units", units)

    def _attention(self, name: str, probabilities: Tensor, allowed: Tensor) -> None:
        """The mean entropy over that of a uniform attention: 0 looks at one place, 1 everywhere alike."""
        found, choices = probabilities.detach().float(), allowed.sum(-1)
        entropy = -(found * found.clamp_min(1e-12).log()).sum(-1)
        counted = choices > 1
        share = torch.where(counted, entropy / choices.clamp_min(2).float().log(), 0)
        self.sample.put(name, "attention_entropy", share.sum() / counted.sum().clamp_min(1))


def described(given: Tensor) -> dict[str, Tensor]:
    """Mean, deviation, range and count of non-finite numbers of inputs, over their first samples."""
    some = _part(given.detach()).float()
    deviation, mean = torch.std_mean(some)
    low, high = some.aminmax()
    return {"mean": mean, "std": deviation, "min": low, "max": high, "nonfinite": some.numel() - some.isfinite().sum()}


def _part(tensor: Tensor) -> Tensor:
    """The first samples of a tensor, about `_ENOUGH` numbers of it."""
    found = tensor.detach()
    if found.ndim < 2 or found.numel() <= _ENOUGH:
        return found
    return found[: max(1, _ENOUGH * len(found) // found.numel())]


def _mask_of(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Tensor | None, bool, float | None]:
    mask = args[3] if len(args) > 3 else kwargs.get("attn_mask")
    causal = args[5] if len(args) > 5 else kwargs.get("is_causal", False)
    return mask, bool(causal), kwargs.get("scale")


def _scores(query: Tensor, key: Tensor, mask: Tensor | None, causal: bool, scale: float | None) -> Tensor:
    """What some queries of the first samples make of all keys, before the softmax. Shape (…, queries, keys)."""
    rows = torch.linspace(0, query.shape[-2] - 1, min(_QUERIES, query.shape[-2])).long().to(query.device)
    some, keys = query.detach()[:2, ..., rows, :].float(), key.detach()[:2].float()
    if some.ndim == 4 and keys.shape[1] != some.shape[1]:  # grouped queries share their keys
        keys = keys.repeat_interleave(some.shape[1] // keys.shape[1], 1)
    scores = some @ keys.transpose(-2, -1) * (scale or query.shape[-1] ** -0.5)
    if causal:
        later = torch.arange(keys.shape[-2], device=query.device) > rows[:, None]
        scores = scores.masked_fill(later, float("-inf"))
    elif mask is not None:
        part = mask.detach()[:2] if mask.ndim == query.ndim and len(mask) > 1 else mask.detach()
        part = part[..., rows, :] if part.shape[-2] == query.shape[-2] else part
        scores = scores.masked_fill(~part, float("-inf")) if part.dtype == torch.bool else scores + part.float()
    return scores


def _weights(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Tensor:
    """The attention weights of the first two samples; torch's own layer does not give them. Without dropout."""
    query, key, value, *rest = args
    heads, some = args[4], 2
    more = {**kwargs, "training": False, "need_weights": True, "average_attn_weights": False}
    if query.ndim == 3:  # (length, sample, width)
        query, key, value = (found[:, :some] for found in (query, key, value))
        mask, padding = kwargs.get("attn_mask"), kwargs.get("key_padding_mask")
        more["attn_mask"] = mask[: some * heads] if mask is not None and mask.ndim == 3 else mask
        more["key_padding_mask"] = None if padding is None else padding[:some]
    found: Tensor = _HEADS(query, key, value, *rest, **more)[1]
    return found


def _in_backward() -> bool:
    return bool(torch._C._current_graph_task_id() != -1)
