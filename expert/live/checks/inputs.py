"""What stands at the model's door: inputs that are scaled, alive and finite."""

from __future__ import annotations

import torch
from torch import Tensor

from expert.live.checks import Facts
from expert.live.probe import Probe
from expert.live.trace import NORMALIZING, WEIGHTED, flows


def finite_numbers(probe: Probe) -> Facts:
    """The shares of inputs and targets that are NaN or infinite, and the layer that makes them so."""
    return {
        "input_not_finite": _not_finite(flows(probe.inputs)),
        "target_not_finite": _not_finite(flows(probe.targets)),
    }


def distinct_samples(probe: Probe) -> Facts:
    """Whether the samples differ from each other."""
    inputs, samples = flows(probe.inputs), probe.samples
    if not inputs or not samples or samples < 4 or inputs[0].shape[0] != samples or inputs[0].is_complex():
        return {}
    rows = torch.cat([t.reshape(samples, -1).double() for t in inputs if t.shape[:1] == (samples,)], dim=1)
    rows = torch.nan_to_num(rows)
    distinct = len(torch.unique(rows, dim=0))
    return {"distinct_inputs": 0.0 if distinct == 1 else distinct / samples}


def channel_scales(probe: Probe) -> Facts:
    """Mean and deviation of each channel where the first weights read fractions.

    What the model itself normalizes before its first weights is as it should be. Channels are the second axis of
    images, the last one else.
    """
    read = _first_read(probe)
    if read is None:
        return {}
    channels = _by_channel(read)
    means, deviations = channels.mean(1), channels.std(1, correction=0)
    alive = deviations > 1e-12 * (1 + means.abs())
    known = deviations[alive]
    offsets = (means.abs() / deviations.clamp_min(1e-12))[alive & (means.abs() > 1)]
    return {
        "channel_scale": float(channels.square().mean(1).sqrt().max()),
        "channel_least_scale": float(channels.square().mean().sqrt()),
        "channel_spread": float(known.max() / known.min()) if len(known) > 1 else None,
        "channel_offset": float(offsets.max()) if len(offsets) else 0.0,
    }


def image_layout(probe: Probe) -> Facts:
    """Whether the first convolution takes rows for channels: square pictures (samples, rows, columns, channels)."""
    layers, inputs = probe.look.seen.layers, [t for t in flows(probe.inputs) if t.ndim == 4]
    if not layers or not inputs or not isinstance(layers[0].module, torch.nn.Conv2d):
        return {}
    shapes = {tuple(inputs[0].shape), tuple(layers[0].inputs.shape)}
    _, rows, columns, channels = inputs[0].shape
    return {"channels_last": len(shapes) == 1 and rows == columns >= 8 and channels in (1, 3, 4)}


def modality(probe: Probe) -> Facts:
    """What the inputs look like: images, sequences, features, or several of them."""
    inputs = flows(probe.inputs)
    if not inputs:
        return {}
    if len([t for t in inputs if t.is_floating_point()]) > 1:
        return {"modality": "several"}
    ranks = {4: "images", 3: "sequences", 2: "features" if inputs[0].is_floating_point() else "sequences"}
    return {"modality": ranks.get(inputs[0].ndim)}


def _first_read(probe: Probe) -> Tensor | None:
    """What the first layer with weights reads, if nothing learned or normalizing came before it."""
    for _, module, _ in probe.look.seen.outputs:
        if isinstance(module, (*NORMALIZING, torch.nn.Embedding, torch.nn.EmbeddingBag)):
            return None
        if isinstance(module, WEIGHTED):
            break
    layers = probe.look.seen.layers
    doors = [t for t in flows(probe.inputs) if t.is_floating_point() and t.ndim > 1]
    if not layers or not doors:
        return None
    read = layers[0].inputs
    usable = read.is_floating_point() and read.ndim > 1 and bool(torch.isfinite(read).all())
    return read.float() if usable and read.numel() >= 8 else None


def _by_channel(values: Tensor) -> Tensor:
    """(channels, everything else)"""
    axis = 1 if values.ndim >= 4 else values.ndim - 1
    return values.movedim(axis, 0).reshape(values.shape[axis], -1)


def _not_finite(tensors: list[Tensor]) -> float | None:
    fractions = [t for t in tensors if t.is_floating_point()]
    if not fractions:
        return 0.0 if tensors else None
    bad = sum(int((~torch.isfinite(t)).sum()) for t in fractions)
    return bad / max(1, sum(t.numel() for t in fractions))
