"""The data of the golden runs: small, ships with scikit-learn or is generated."""

from __future__ import annotations

import torch
from sklearn import datasets
from torch import Tensor

from tests.runs.loop import Splits


def digits(train: int = 1000, val: int = 400, scale: float = 1 / 16, shift: float = 0.0) -> Splits:
    """Handwritten digits, 64 grey values in 10 classes; train, val and the rest for test."""
    found = datasets.load_digits()
    return split(torch.tensor(found.data).float() * scale + shift, torch.tensor(found.target), train, val)


def normalized_digits(train: int = 1000, val: int = 400) -> Splits:
    """Digits with mean 0 and deviation 1, the test split left out."""
    data = digits(train, val, 1 / 6.0, -0.8)
    data.pop("test", None)
    return data


def made(train: int, val: int, flipped: float = 0.0, classes: int = 2, features: int = 20, **more: object) -> Splits:
    """Classes that lie in clusters of a few informative features, a share of the labels flipped."""
    options: dict[str, object] = {"n_informative": 8, "n_redundant": 2, "class_sep": 1.0, "n_clusters_per_class": 2}
    x, y = datasets.make_classification(
        train + val + 1000, features, n_classes=classes, flip_y=flipped, random_state=1, **(options | more)
    )
    return split(torch.tensor(x).float(), torch.tensor(y), train, val)


def cancer() -> Splits:
    """Breast cancer, 30 measures, normalized, two classes as numbers 0 and 1."""
    found = datasets.load_breast_cancer()
    x = torch.tensor(found.data).float()
    data = split((x - x.mean(0)) / x.std(0), torch.tensor(found.target).float()[:, None], 400, 169)
    return data


def diabetes(target_scale: float | None = None) -> Splits:
    """Diabetes progression from 10 measures; targets with mean 0 and deviation 1, or scaled as asked."""
    found = datasets.load_diabetes()
    x, y = torch.tensor(found.data).float(), torch.tensor(found.target).float()[:, None]
    y = (y - y.mean()) / y.std() if target_scale is None else y * target_scale
    return split((x - x.mean(0)) / x.std(0), y, 342, 100)


def recall_of_the_first(length: int, count: int = 800) -> Splits:
    """Sequences of numbers whose class is the sign of their first entries."""
    x = torch.randn(count, length, 2)
    y = (x[:, :3, 0].sum(1) > 0).long()
    return split(x, y, int(count * 0.75), count - int(count * 0.75))


WORDS = (
    "the",
    "loss",
    "fell",
    "and",
    "a",
    "gap",
    "grew",
    "so",
    "data",
    "made",
    "small",
    "until",
    "again",
    "with",
    "bug",
)


def characters(length: int = 24) -> Splits:
    """Windows of a text of random words, and the character that follows each of their characters."""
    text = " ".join(WORDS[i] for i in torch.randint(0, len(WORDS), (3000,)).tolist())
    letters = sorted(set(text))
    codes = torch.tensor([letters.index(c) for c in text])
    windows = codes.unfold(0, length + 1, 5)
    edge = int(len(windows) * 0.85)
    return {
        "train": (windows[:edge, :-1], windows[:edge, 1:]),
        "val": (windows[edge:, :-1], windows[edge:, 1:]),
    }


def split(x: Tensor, y: Tensor, train: int, val: int) -> Splits:
    """The samples in random order as train, val and, where some are left, test."""
    order = torch.randperm(len(x))
    parts = {"train": order[:train], "val": order[train : train + val], "test": order[train + val :]}
    return {name: (x[index], y[index]) for name, index in parts.items() if len(index)}
