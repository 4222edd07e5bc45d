"""Which shares of wrong labels are found, and how often right ones are accused: `python -m tests.bench.label_noise`.

Of packaged and generated sets, whose classes are far apart or overlap, a share of the labels is made wrong by chance.
A line for each set says in how many of the seeds `label-noise` is found above low, by share. `--seeds A B` takes the
seeds from A to before B.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from sklearn import datasets

from expert.data.checks.label_noise import label_noise
from expert.data.compare import judged, measure, opened

SHARES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.1)
Pair = tuple[np.ndarray, np.ndarray]


def packaged(name: str) -> Callable[[int], Pair]:
    """A set that comes with scikit-learn; all of it for each seed."""
    return lambda seed: getattr(datasets, f"load_{name}")(return_X_y=True)  # type: ignore[no-any-return]


def diabetes(seed: int) -> Pair:
    x, y = datasets.load_diabetes(return_X_y=True)
    return x, (y > np.median(y)).astype(int)


def drawn(seed: int, slope: float, tails: float, size: int = 1500) -> Pair:
    """Two classes whose odds follow a straight line, in columns with such tails."""
    random = np.random.default_rng(seed)
    x = random.standard_t(tails, (size, 8))
    return x, (random.random(size) < 1 / (1 + np.exp(np.clip(-slope * (x[:, 0] + x[:, 1]), -500, 500)))).astype(int)


def rare(seed: int) -> Pair:
    random = np.random.default_rng(seed)
    y = (random.random(2000) < 0.05).astype(int)
    x = random.normal(size=(2000, 10))
    x[:, 0] += 2.5 * y
    return x, y


def coarse(seed: int) -> Pair:
    """Few whole numbers in each column, and classes that overlap."""
    random = np.random.default_rng(seed)
    x = random.integers(0, 4, (1200, 6)).astype(float)
    return x, (random.random(1200) < np.clip((x[:, 0] + x[:, 1] - 1) / 4, 0.02, 0.98)).astype(int)


def classification(separation: float, classes: int = 2) -> Callable[[int], Pair]:
    return lambda seed: datasets.make_classification(
        1200, 15, n_informative=8, n_classes=classes, flip_y=0, class_sep=separation, random_state=seed
    )


SETS: dict[str, Callable[[int], Pair]] = {
    **{name: packaged(name) for name in ("iris", "wine", "breast_cancer", "digits")},
    "diabetes, two halves": diabetes,
    **{f"two classes, {far} apart": classification(far) for far in (0.5, 1, 2, 3)},
    **{f"five classes, {far} apart": classification(far, 5) for far in (1, 2)},
    **{
        f"moons, noise {s}": lambda seed, s=s: datasets.make_moons(800, noise=s, random_state=seed)
        for s in (0.1, 0.25, 0.4)
    },
    **{
        f"blobs, {s} wide": lambda seed, s=s: datasets.make_blobs(1000, 6, centers=4, cluster_std=s, random_state=seed)
        for s in (1, 3, 5)
    },
    "hastie": lambda seed: datasets.make_hastie_10_2(2000, random_state=seed),
    "rings": lambda seed: datasets.make_gaussian_quantiles(
        n_samples=1500, n_features=6, n_classes=3, random_state=seed
    ),
    "a straight line": lambda seed: drawn(seed, 2, 30),
    "a straight line, steep": lambda seed: drawn(seed, 8, 30),
    "a straight line, heavy tails": lambda seed: drawn(seed, 3, 2),
    "a rare class": rare,
    "coarse": coarse,
}


def found(x: np.ndarray, y: np.ndarray) -> bool:
    sets = opened({"train": (x, y)})
    plan = judged(sets, measure(sets, looks={"label_noise": label_noise}))
    return any(f.diagnosis.id == "label-noise" and f.severity in ("critical", "high", "medium") for f in plan.findings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--seeds", type=int, nargs=2, default=(0, 3))
    given = parser.parse_args()
    seeds = range(*given.seeds)
    total = dict.fromkeys(SHARES, 0)
    kept = [name for name in SETS if not given.words or any(word in name for word in given.words)]
    print(f"{'':30}" + "".join(f"{share:>8.0%}" for share in SHARES))
    for name in kept:
        counts = dict.fromkeys(SHARES, 0)
        for seed in seeds:
            x, y = SETS[name](seed)
            kinds, y = np.unique(y, return_inverse=True)
            for share in SHARES:
                random = np.random.default_rng([seed, int(1000 * share)])
                wrong = random.random(len(y)) < share
                noisy = np.where(wrong, (y + random.integers(1, len(kinds), len(y))) % len(kinds), y)
                counts[share] += found(x, noisy)
        total = {share: total[share] + counts[share] for share in SHARES}
        print(f"{name:30}" + "".join(f"{counts[share]:>8}" for share in SHARES), flush=True)
    print(f"{f'of {len(kept) * len(seeds)}':30}" + "".join(f"{total[share]:>8}" for share in SHARES))


if __name__ == "__main__":
    main()
