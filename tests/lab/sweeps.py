"""Small problems of tuning that are really trained: networks on digits and the like, and scikit-learn's own models.

A problem trains many settings at once, a seed for each. Where its ranges lie, and which samples it has, is drawn from
the seed of the problem, so that the optimum lies anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn import datasets
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from torch.nn import functional

Floats = NDArray[np.float64]
Splits = tuple[Floats, Floats, Floats, Floats]
"""Training inputs and targets, validation inputs and targets."""


@dataclass(frozen=True)
class Range:
    """Where a knob is searched."""

    low: float
    high: float
    is_log: bool = False
    whole: bool = False

    def at(self, places: Floats) -> Floats:
        """The values at places from 0 to 1 on the knob's own scale."""
        low, high = np.log([self.low, self.high]) if self.is_log else (self.low, self.high)
        values = low + places * (high - low)
        values = np.exp(values) if self.is_log else values
        return np.round(values) if self.whole else values

    def place(self, value: float) -> float:
        """Where a value lies, 0 to 1 inside the range."""
        low, high, at = np.log([self.low, self.high, value]) if self.is_log else (self.low, self.high, value)
        return float((at - low) / (high - low))


@dataclass(frozen=True)
class Problem:
    """What is tuned. `train` gives the validation loss for each of n settings, an array per knob, with a seed each."""

    name: str
    knobs: Mapping[str, Range]
    train: Callable[[Mapping[str, Floats], NDArray[np.int64]], Floats]
    noisy: bool

    def results(self, places: Floats, seeds: NDArray[np.int64]) -> Floats:
        """The validation losses at places of shape (n, knobs)."""
        return self.train({name: r.at(places[:, k]) for k, (name, r) in enumerate(self.knobs.items())}, seeds)


def problems(seed: int) -> list[Problem]:
    """Ten problems of one seed."""
    random = np.random.default_rng(seed)

    def moved(low: float, high: float, whole: bool = False) -> Range:
        """A range on a log scale, shifted by up to a fifth of its width either way."""
        factor = (high / low) ** random.uniform(-0.2, 0.2)
        return Range(low * factor, high * factor, True, whole)

    digits, wine, cancer = (_classes(name, random) for name in ("digits", "wine", "breast_cancer"))
    diabetes, friedman = _diabetes(random), _friedman(random)
    svm = _few(digits, 300, 300)
    return [
        Problem("digits, momentum", {"lr": moved(1e-3, 10), "weight_decay": moved(1e-5, 1)}, _networks(digits), True),
        Problem(
            "digits, adam", {"lr": moved(1e-5, 1), "width": moved(3, 96, True)}, _networks(digits, adam=True), True
        ),
        Problem("wine, adam", {"lr": moved(1e-5, 1), "dropout": Range(0.0, 0.9)}, _networks(wine, adam=True), True),
        Problem("cancer, momentum", {"lr": moved(1e-4, 10), "momentum": Range(0.0, 0.99)}, _networks(cancer), True),
        Problem(
            "friedman, adam",
            {"lr": moved(1e-4, 1), "weight_decay": moved(1e-5, 1), "dropout": Range(0.0, 0.8)},
            _networks(friedman, adam=True),
            True,
        ),
        Problem("support vectors on digits", {"C": moved(1e-2, 1e3), "gamma": moved(1e-5, 1)}, _of(_svc, svm), False),
        Problem(
            "support vectors on diabetes", {"C": moved(1e-2, 1e4), "gamma": moved(1e-5, 10)}, _of(_svr, diabetes), False
        ),
        Problem(
            "kernel ridge on friedman",
            {"alpha": moved(1e-5, 10), "gamma": moved(1e-4, 10)},
            _of(_ridge, _few(friedman, 200, 300)),
            False,
        ),
        Problem(
            "boosting on friedman",
            {"learning_rate": moved(5e-3, 2), "max_depth": Range(1, 12, whole=True), "subsample": Range(0.2, 1.0)},
            _of(_boosting, _few(friedman, 200, 300)),
            True,
        ),
        Problem(
            "elastic net on diabetes",
            {"alpha": moved(1e-4, 10), "l1_ratio": Range(0.01, 1.0)},
            _of(_net, diabetes),
            False,
        ),
    ]


def _few(splits: Splits, n: int, m: int) -> Splits:
    return splits[0][:n], splits[1][:n], splits[2][:m], splits[3][:m]


def _split(inputs: Floats, targets: Floats, random: np.random.Generator) -> Splits:
    order = random.permutation(len(inputs))
    train, val = order[: len(order) // 2], order[len(order) // 2 :]
    scaler = StandardScaler().fit(inputs[train])
    return scaler.transform(inputs[train]), targets[train], scaler.transform(inputs[val]), targets[val]


def _classes(name: str, random: np.random.Generator) -> Splits:
    loaded = getattr(datasets, f"load_{name}")()
    return _split(loaded.data, loaded.target.astype(np.int64), random)


def _diabetes(random: np.random.Generator) -> Splits:
    loaded = datasets.load_diabetes()
    return _split(loaded.data, (loaded.target - loaded.target.mean()) / loaded.target.std(), random)


def _friedman(random: np.random.Generator) -> Splits:
    inputs, targets = datasets.make_friedman1(800, noise=1.0, random_state=int(random.integers(2**31)))
    return _split(inputs, (targets - targets.mean()) / targets.std(), random)


def _of(fit: Callable[[Splits, Mapping[str, float], int], float], splits: Splits) -> Callable[..., Floats]:
    """A model of scikit-learn, trained for one setting after the other."""

    def train(knobs: Mapping[str, Floats], seeds: NDArray[np.int64]) -> Floats:
        rows = [{name: float(values[n]) for name, values in knobs.items()} for n in range(len(seeds))]
        return np.array([fit(splits, row, int(s)) for row, s in zip(rows, seeds, strict=True)])

    return train


def _squared(model: object, splits: Splits) -> float:
    x, y, x_val, y_val = splits
    return float(np.mean((model.fit(x, y).predict(x_val) - y_val) ** 2))


def _svc(splits: Splits, knobs: Mapping[str, float], seed: int) -> float:
    x, y, x_val, y_val = splits
    model = SVC(C=knobs["C"], gamma=knobs["gamma"]).fit(x, y)
    margins = model.decision_function(x_val)
    shares = np.exp(2 * margins - (2 * margins).max(1, keepdims=True))
    return float(log_loss(y_val, shares / shares.sum(1, keepdims=True), labels=model.classes_))


def _svr(splits: Splits, knobs: Mapping[str, float], seed: int) -> float:
    return _squared(SVR(C=knobs["C"], gamma=knobs["gamma"], max_iter=20_000), splits)


def _ridge(splits: Splits, knobs: Mapping[str, float], seed: int) -> float:
    return _squared(KernelRidge(kernel="rbf", **knobs), splits)


def _boosting(splits: Splits, knobs: Mapping[str, float], seed: int) -> float:
    depth = int(knobs["max_depth"])
    rest = {"learning_rate": knobs["learning_rate"], "subsample": knobs["subsample"]}
    return _squared(GradientBoostingRegressor(n_estimators=40, max_depth=depth, random_state=seed, **rest), splits)


def _net(splits: Splits, knobs: Mapping[str, float], seed: int) -> float:
    return _squared(ElasticNet(**knobs, max_iter=5000), splits)


def _networks(splits: Splits, adam: bool = False) -> Callable[..., Floats]:
    """Networks of one hidden layer, all settings trained beside each other in one batched multiplication."""
    x, y, x_val, y_val = (torch.as_tensor(part) for part in splits)
    x, x_val = x.float(), x_val.float()
    classes = y.dtype == torch.long
    outputs = int(y.max()) + 1 if classes else 1

    def loss(out: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """The loss of each network, shape (m,)."""
        if not classes:
            return ((out[..., 0] - targets) ** 2).mean(-1)
        flat = functional.cross_entropy(out.flatten(0, 1), targets.flatten(), reduction="none")
        return flat.view(out.shape[:2]).mean(-1)

    def train(knobs: Mapping[str, Floats], seeds: NDArray[np.int64]) -> Floats:
        parts = range(0, len(seeds), 250)
        return np.concatenate([some({k: v[p : p + 250] for k, v in knobs.items()}, seeds[p : p + 250]) for p in parts])

    def some(knobs: Mapping[str, Floats], seeds: NDArray[np.int64], steps: int = 150, batch: int = 32) -> Floats:
        m = len(seeds)

        def of(name: str, usual: float) -> torch.Tensor:
            return torch.as_tensor(knobs.get(name, np.full(m, usual))).float().view(m, 1, 1)

        widths = of("width", 32)
        hidden = int(widths.max())
        mask = (torch.arange(hidden).view(1, 1, -1) < widths).float()
        makers = [torch.Generator().manual_seed(int(s)) for s in seeds]
        first = torch.stack([torch.randn(x.shape[1], hidden, generator=g) * (2 / x.shape[1]) ** 0.5 for g in makers])
        last = torch.stack([torch.randn(hidden, outputs, generator=g) for g in makers]) / widths.sqrt()
        weights = [first, torch.zeros(m, 1, hidden), last, torch.zeros(m, 1, outputs)]
        order = torch.stack([torch.randint(len(x), (steps, batch), generator=g) for g in makers], 1)
        moments = [[torch.zeros_like(w) for w in weights] for _ in range(2)]
        lr, decay, momentum, dropout = of("lr", 0.01), of("weight_decay", 0.0), of("momentum", 0.9), of("dropout", 0.0)
        noise = torch.Generator().manual_seed(int(seeds[0]))

        def forward(inputs: torch.Tensor, keep: torch.Tensor | float = 1.0) -> torch.Tensor:
            return (torch.relu(inputs @ weights[0] + weights[1]) * mask * keep) @ weights[2] + weights[3]

        for step in range(steps):
            weights = [w.detach().requires_grad_() for w in weights]
            keep: torch.Tensor | float = 1.0
            if "dropout" in knobs:
                keep = (torch.rand(m, batch, hidden, generator=noise) >= dropout).float() / (1 - dropout)
            grads = torch.autograd.grad(loss(forward(x[order[step]], keep), y[order[step]]).sum(), weights)
            with torch.no_grad():
                for n, (w, g) in enumerate(zip(weights, grads, strict=True)):
                    if adam:
                        moments[0][n] = 0.9 * moments[0][n] + 0.1 * g
                        moments[1][n] = 0.999 * moments[1][n] + 0.001 * g**2
                        mean, square = (
                            moments[0][n] / (1 - 0.9 ** (step + 1)),
                            moments[1][n] / (1 - 0.999 ** (step + 1)),
                        )
                        weights[n] = w * (1 - lr * decay) - lr * mean / (square.sqrt() + 1e-8)
                    else:
                        moments[0][n] = momentum * moments[0][n] + g + decay * w
                        weights[n] = w - lr * moments[0][n]
        with torch.no_grad():
            found = loss(forward(x_val.expand(m, -1, -1)), y_val.expand(m, -1))
        return found.double().numpy()

    return train
