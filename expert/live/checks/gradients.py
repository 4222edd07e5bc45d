"""Where the gradient goes: to every parameter, in finite numbers, and to what the optimizer holds."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from expert.live.checks import Facts
from expert.live.probe import Probe, reseeded
from expert.live.trace import WEIGHTED, Layers, flows, watch_layers


def reach_of_the_gradient(probe: Probe) -> Facts:
    """Which parameters get a gradient from one backward pass in training mode, and which does the optimizer hold."""
    reseeded()
    model, seen = probe.fresh(), Layers()
    with watch_layers(model, seen):
        outputs = probe.outputs(model)
    loss = probe.loss(outputs)
    trainable = {name: p for name, p in model.named_parameters() if p.requires_grad}
    if not trainable:
        return {"gradient_reaches_nothing": True}
    if loss.grad_fn is None:
        return {"gradient_reaches_nothing": True, "cut_off_share": 1.0, "cut_off_layer": "the loss"}
    loss.backward()  # type: ignore[no-untyped-call] # torch leaves it without types
    without = {name for name, p in trainable.items() if p.grad is None}
    owners = _owners(model)
    idle = {name for name in without if not _ran(owners.get(name, ""), seen)}
    cut = [name for name in trainable if name in without - idle]
    return {
        "gradient_reaches_nothing": len(without) == len(trainable),
        "cut_off_share": _share(cut, trainable),
        "cut_off_layer": owners.get(cut[0], cut[0]) if cut else None,
        "unused_share": _share(idle, trainable),
        "unused_layer": next((owners.get(name, name) for name in trainable if name in idle), None),
        "unregistered_weights": float(_unregistered(loss, model, outputs, probe)),
        **_finite(trainable, loss),
        **_held(probe, {name for name in trainable if name not in without}, trainable, seen),
    }


def decay_over_depth(probe: Probe) -> Facts:
    """The gradient of the first layer against that of the last, each over its weights."""
    reseeded()
    model = probe.fresh()
    loss = probe.loss(probe.outputs(model))
    if loss.grad_fn is None:
        return {}
    loss.backward()  # type: ignore[no-untyped-call] # torch leaves it without types
    ratios = []
    for layer in probe.look.seen.layers:
        weight = getattr(model.get_submodule(layer.name), "weight", None)
        if isinstance(weight, Tensor) and weight.grad is not None and float(weight.detach().norm()) > 0:
            ratios.append(float(weight.grad.norm() / weight.detach().norm()))
    if len(ratios) < 3 or not ratios[-1] or not all(map(math.isfinite, ratios)):
        return {}
    return {"gradient_first_to_last": ratios[0] / ratios[-1]}


def _finite(trainable: dict[str, nn.Parameter], loss: Tensor) -> Facts:
    bad = [n for n, p in trainable.items() if p.grad is not None and not bool(torch.isfinite(_dense(p.grad)).all())]
    behind = bool(bad) and bool(torch.isfinite(loss))
    return {"gradient_not_finite": behind, "non_finite_gradient_layer": bad[0] if behind else None}


def _dense(gradient: Tensor) -> Tensor:
    return gradient.coalesce().values() if gradient.is_sparse else gradient


def _held(probe: Probe, reached: set[str], trainable: dict[str, nn.Parameter], seen: Layers) -> Facts:
    if probe.recipe.assumed or not reached:
        return {}
    unheld = [name for name in trainable if name in reached - probe.recipe.held]
    layers = [layer.name for layer in seen.layers if isinstance(layer.module, WEIGHTED)]
    last = {f"{layers[-1]}.{name}" for name, _ in seen.layers[-1].module.named_parameters()} if layers else set()
    return {
        "unheld_share": _share(unheld, {name: trainable[name] for name in reached}),
        "unheld_layer": unheld[0].rpartition(".")[0] or unheld[0] if unheld else None,
        "last_layer_held": not last & reached or bool(last & reached & probe.recipe.held),
        "foreign_weights": float(probe.recipe.foreign),
    }


def _unregistered(loss: Tensor, model: nn.Module, outputs: Any, probe: Probe) -> int:
    """How many weights the graph of the loss reaches that no list of parameters names."""
    named = {id(p) for p in model.parameters()}
    named |= {id(t) for t in (*flows(probe.inputs), *flows(probe.targets))}
    if isinstance(probe.loss_fn, nn.Module):
        named |= {id(p) for p in probe.loss_fn.parameters()}
    seen: set[Any] = set()
    todo = [node for output in flows(outputs) if (node := output.grad_fn) is not None]
    weights = 0
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if isinstance(leaf, nn.Parameter) and id(leaf) not in named:
            weights += leaf.numel()
        todo += [below for below, _ in node.next_functions if below is not None]
    return weights


def _owners(model: nn.Module) -> dict[str, str]:
    """The layer that owns each parameter."""
    return {name: name.rpartition(".")[0] for name, _ in model.named_parameters()}


def _ran(layer: str, seen: Layers) -> bool:
    """Whether a layer, or one that it is part of and whose weights are used without calling it, ran."""
    if layer in seen.ran or not layer:
        return True
    parent = layer.rpartition(".")[0]
    return any(isinstance(s.module, nn.MultiheadAttention) and s.name == parent for s in seen.layers)


def _share(names: Any, trainable: dict[str, nn.Parameter]) -> float:
    whole = sum(p.numel() for p in trainable.values())
    return sum(trainable[name].numel() for name in names) / max(whole, 1)
