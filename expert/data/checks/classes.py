"""The target: how often each class comes up, which are absent from a split, and whether the splits agree on it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from expert.data.checks import Found
from expert.data.checks.drift import kolmogorov_smirnov, pooled
from expert.data.split import Sets, Split
from expert.exhibits import Axis, Histogram
from expert.facts import Fact

_SHOWN = 30


def balance(sets: Sets) -> Found:
    """The smallest and the largest class of the training split."""
    counts = sets.train.class_counts
    if len(counts) < 2:
        if counts:
            yield Fact("only_class", next(iter(counts)))
        return
    smallest, largest = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    yield Fact("smallest_class", smallest)
    yield Fact("largest_class", largest)
    yield Fact("smallest_class_size", float(counts[smallest]))
    yield Fact("largest_class_size", float(counts[largest]))
    yield Fact("counted_class_ratio", counts[largest] / counts[smallest])


def agreement(sets: Sets) -> Found:
    """How far the targets of another split lie from those of the training split, and classes that one of them lacks."""
    for other in sets.others:
        if sets.train.labels is None or other.labels is None or sets.train.classifies is not other.classifies:
            continue
        yield from _of_classes(sets.train, other) if sets.train.classifies else _of_quantities(sets.train, other)


def _of_classes(train: Split, other: Split) -> Found:
    from scipy.stats import chi2_contingency

    counts = train.class_counts, other.class_counts
    names = sorted({*counts[0], *counts[1]}, key=lambda name: -(counts[0].get(name, 0) + counts[1].get(name, 0)))
    table = np.array([[of.get(name, 0) for name in names] for of in counts], float)
    if not table.sum(axis=1).all():
        return
    shares = table / table.sum(axis=1, keepdims=True)
    yield Fact("label_distance", float(np.abs(shares[0] - shares[1]).sum() / 2), other.name)
    if len(names) > 1:
        frequent = pooled(table)
        counted = frequent if frequent.shape[1] > 1 else table
        yield Fact("label_p", float(chi2_contingency(counted, correction=False).pvalue), other.name)
        moved = int(np.abs(shares[0] - shares[1]).argmax())
        yield Fact("label_moved", names[moved], other.name)
        yield Fact("label_share_train", float(shares[0, moved]), other.name)
        yield Fact("label_share_other", float(shares[1, moved]), other.name)
    yield from _absent("class_absent", counts[0], counts[1], other.name)
    yield from _absent("class_untrained", counts[1], counts[0], other.name)
    shown = names[:_SHOWN]
    yield Histogram(
        f"Classes in training and {other.name}",
        "Share of each class, the most frequent first."
        + (f" {len(names) - _SHOWN} more." if len(names) > _SHOWN else ""),
        tuple(float(n) for n in range(len(shown) + 1)),
        tuple(
            (split.name, tuple(map(float, share[:_SHOWN]))) for split, share in zip((train, other), shares, strict=True)
        ),
        Axis(train.target or "class", choices=tuple(shown)),
    )


def _absent(fact: str, here: Mapping[str, int], there: Mapping[str, int], about: str) -> Found:
    """Classes that come up in one of two splits only, and how likely a random split would leave out the largest."""
    gone = [name for name in here if name not in there]
    yield Fact(f"{fact}_count", float(len(gone)), about)
    if gone:
        name = max(gone, key=here.__getitem__)
        size, others = sum(there.values()), sum(here.values())
        yield Fact(fact, name, about)
        yield Fact(f"{fact}_size", float(here[name]), about)
        spread = len({*here, *there})  # so many classes were searched for the one
        yield Fact(f"{fact}_p", min(1.0, spread * float((others / (size + others)) ** here[name])), about)


def _of_quantities(train: Split, other: Split) -> Found:
    assert train.labels is not None
    assert other.labels is not None
    values = [np.sort(labels.drop_nulls().to_numpy()) for labels in (train.labels, other.labels)]
    if min(map(len, values)) < 2:
        return
    distance, p = kolmogorov_smirnov(*values)
    yield Fact("label_distance", distance, other.name)
    yield Fact("label_p", p, other.name)
    yield Fact("label_mean_train", float(values[0].mean()), other.name)
    yield Fact("label_mean_other", float(values[1].mean()), other.name)
