"""The layers of a model: the modules that hold parameters of their own, by the name that the model gives them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from torch import Tensor, nn
from torch._dynamo.eval_frame import OptimizedModule
from torch.nn.parallel import DataParallel, DistributedDataParallel
from torch.nn.parameter import is_lazy

_WITH_MODE = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._NormBase)


@dataclass(frozen=True, eq=False)
class Layer:
    """A module with the parameters that are its own; those that several modules share belong to one."""

    name: str
    module: nn.Module
    parameters: tuple[nn.Parameter, ...]


def unwrapped(model: nn.Module) -> nn.Module:
    """The model inside what distributes or compiles it."""
    while isinstance(model, DistributedDataParallel | DataParallel | OptimizedModule):
        model = model._orig_mod if isinstance(model, OptimizedModule) else model.module
    return model


def is_compiled(model: nn.Module) -> bool:
    """Whether torch.compile runs the model or a part of it, so that a hook would be traced or break its graph."""
    return any(isinstance(m, OptimizedModule) or m._compiled_call_impl is not None for m in model.modules())


def layers(model: nn.Module) -> tuple[Layer, ...]:
    """Every layer in the order of the model; parameters that do not exist yet (lazy) are left out."""
    holders = [(n, m, [p for p in held if not is_lazy(p)]) for n, m, held in _holders(model)]
    owner: dict[int, tuple[int, int]] = {}
    for place, (_, _, held) in enumerate(holders):
        for parameter in held:  # what collects the parameters of others holds more of them
            owner[id(parameter)] = min(owner.get(id(parameter), (len(held), place)), (len(held), place))
    found = []
    for place, (name, module, held) in enumerate(holders):
        own = tuple(p for p in held if owner[id(p)][1] == place)
        if own:
            found.append(Layer(name, module, own))
    return tuple(found)


def _holders(model: nn.Module) -> Iterable[tuple[str, nn.Module, list[nn.Parameter]]]:
    """The modules by name, with their own parameters; a dictionary or list of parameters bears the name of its holder.

    Keras keeps those of all layers in one dictionary, by paths such as `dense/kernel`: each layer is one by itself.
    """
    inner = unwrapped(model)
    for name, module in inner.named_modules():
        within = name.rpartition(".")[0] if isinstance(module, nn.ParameterDict | nn.ParameterList) else name
        by_path: dict[str, list[nn.Parameter]] = {}
        for key, parameter in module.named_parameters(recurse=False):
            by_path.setdefault(key.rpartition("/")[0], []).append(parameter)
        for path, held in by_path.items():
            yield path or within or type(inner).__name__, module, held


def with_mode(model: nn.Module) -> tuple[nn.Module, ...]:
    """The modules that do something else in training than in evaluation: dropout, and norms with running statistics."""
    return tuple(m for m in model.modules() if isinstance(m, _WITH_MODE) and _has_mode(m))


def _has_mode(module: nn.Module) -> bool:
    return bool(getattr(module, "p", 0)) if isinstance(module, _WITH_MODE[0]) else module.running_mean is not None


def first_tensor(found: object) -> Tensor | None:
    """The first tensor in what a module takes or gives, which may be nested."""
    if isinstance(found, Tensor):
        return found
    inside: Iterable[object] = ()
    if isinstance(found, dict):
        inside = found.values()
    elif isinstance(found, list | tuple):
        inside = found
    return next((tensor for part in inside if (tensor := first_tensor(part)) is not None), None)
