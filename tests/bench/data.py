"""How often `expert data` names what was planted, and how quiet it is on random splits: `python tests/bench/data.py`.

A planted case is named if one of its diagnoses is found above low; a random split of one set is quiet if nothing is.
`--seed N` takes other splits and other plants, `--facts` prints the facts, `--only NAME` takes one case; `--profile`
times a million rows of fifty columns and prints the peak of the memory.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from sklearn import datasets
from sklearn.model_selection import train_test_split

from expert.data.compare import judged, measure, opened

ABOVE_LOW = ("critical", "high", "medium")
Pair = tuple[np.ndarray, np.ndarray]
Splits = dict[str, object]


@dataclass(frozen=True)
class Case:
    name: str
    wanted: tuple[str, ...]
    splits: Splits


def tables() -> dict[str, Pair]:
    """The sets that come with scikit-learn, and one that it makes."""
    found = {name: getattr(datasets, f"load_{name}")(return_X_y=True) for name in ("iris", "wine", "breast_cancer")}
    found |= {"digits": datasets.load_digits(return_X_y=True), "diabetes": datasets.load_diabetes(return_X_y=True)}
    return found


def patches(seed: int, per_photo: int = 400, side: int = 32) -> Pair:
    """Color patches of the two photos that come with scikit-learn; the photo is the class."""
    random, found, labels = np.random.default_rng(seed), [], []
    for label, photo in enumerate(datasets.load_sample_images().images):
        height, width = (size - side for size in photo.shape[:2])
        for y, x in zip(random.integers(0, height, per_photo), random.integers(0, width, per_photo), strict=True):
            found.append(photo[y : y + side, x : x + side])
            labels.append(label)
    return np.stack(found), np.asarray(labels)


def split(pair: Pair, seed: int, share: float = 0.3) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    x, y = pair
    return train_test_split(x, y, test_size=share, random_state=seed)  # type: ignore[no-any-return]


def clean(seed: int) -> Iterator[Case]:
    """Random splits of one set."""
    for name, pair in tables().items():
        for n in range(3):
            a, b, ya, yb = split(pair, seed + n, 0.2 + 0.1 * n)
            yield Case(f"{name} {n}", (), {"train": (a, ya), "val": (b, yb)})
    for n in range(3):
        a, b, ya, yb = split(tables()["digits"], seed + 10 + n)
        yield Case(f"digits as images {n}", (), {"train": (images(a), ya), "val": (images(b), yb)})
    for n in range(2):
        a, b, ya, yb = split(patches(seed + n), seed + n)
        yield Case(f"patches {n}", (), {"train": (a, ya), "val": (b, yb)})


def images(x: np.ndarray) -> np.ndarray:
    """Digits of 64 numbers as gray images of 16 × 16."""
    return np.kron(x.reshape(-1, 8, 8) / 16 * 255, np.ones((2, 2))).astype(np.uint8)


def planted(seed: int) -> Iterator[Case]:
    """Faults of known kinds."""
    random = np.random.default_rng(seed)
    sets = tables()

    def pair(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        a, b, ya, yb = split(sets[name], seed)
        return a.copy(), b.copy(), ya.copy(), yb.copy()

    def case(name: str, wanted: str, *parts: np.ndarray) -> Case:
        a, b, ya, yb = parts
        return Case(name, tuple(wanted.split()), {"train": (a, ya), "test": (b, yb)})

    shift = "distribution-shift"
    a, b, ya, yb = pair("breast_cancer")
    b[:, :5] += 1.0 * a[:, :5].std(axis=0)
    yield case("five columns a deviation higher", shift, a, b, ya, yb)
    a, b, ya, yb = pair("wine")
    b[:, 3] *= 1.5
    yield case("one column half as large again", shift, a, b, ya, yb)
    a, b, ya, yb = pair("digits")
    yield case("digits with noise", shift, a, b + random.normal(0, 3, b.shape), ya, yb)
    a, b, ya, yb = pair("diabetes")
    old = a[:, 0] > 0.01
    yield case(
        "the test set is of old people", shift, a[~old], np.vstack([b, a[old]]), ya[~old], np.append(yb, ya[old])
    )
    a, b, ya, yb = pair("breast_cancer")
    b[random.random(len(b)) < 0.4, 7] = np.nan
    yield case("four of ten values are missing in test", f"{shift} inputs-corrupted", a, b, ya, yb)
    a, b, ya, yb = pair("breast_cancer")
    center, scale = a.mean(axis=0), a.std(axis=0)
    yield case("test is not normalized", f"{shift} inputs-not-normalized", (a - center) / scale, b, ya, yb)
    for name, change in (
        ("brighter", lambda x: np.clip(x.astype(float) + 40, 0, 255)),
        ("less contrast", lambda x: (x.astype(float) - 128) * 0.6 + 128),
        ("noise", lambda x: np.clip(x + random.normal(0, 15, x.shape), 0, 255)),
        ("blur", blurred),
        ("gray", lambda x: np.repeat(x.mean(axis=3, keepdims=True), 3, axis=3)),
        ("turned by a right angle", lambda x: np.rot90(x, axes=(1, 2))),
    ):
        a, b, ya, yb = split(patches(seed), seed)
        yield case(f"patches: {name}", shift, a, np.ascontiguousarray(change(b)).astype(np.uint8), ya, yb)
    a, b, ya, yb = pair("digits")
    kept = (yb > 4) | (random.random(len(yb)) < 0.15)
    yield case("few small digits in test", f"{shift} class-imbalance", a, b[kept], ya, yb[kept])
    a, b, ya, yb = pair("digits")
    yield case("no 3 in training", "classes-do-not-match", a[ya != 3], b, ya[ya != 3], yb)
    x, y = sets["iris"]
    yield case("iris cut without a shuffle", f"classes-do-not-match {shift}", x[:100], x[100:], y[:100], y[100:])

    leak = "data-leakage"
    for name, share in (("digits", 0.3), ("breast_cancer", 0.2), ("diabetes", 0.1)):
        a, b, ya, yb = pair(name)
        n = int(share * len(b))
        b[:n], yb[:n] = a[:n], ya[:n]
        yield case(f"{share:.0%} of {name} test stand in training", leak, a, b, ya, yb)
    a, b, ya, yb = pair("breast_cancer")
    n = len(b) // 4
    b[:n], yb[:n] = a[:n] * (1 + random.normal(0, 0.001, a[:n].shape)), ya[:n]
    yield case("a quarter of test are near copies", leak, a, b, ya, yb)
    a, b, ya, yb = split(patches(seed), seed)
    n = len(b) // 5
    b[:n], yb[:n] = np.clip(a[:n] * 0.95 + random.normal(0, 2, a[:n].shape), 0, 255), ya[:n]
    yield case("a fifth of the test patches are training patches, darker", leak, a, b, ya, yb)
    leak = "answer-in-the-inputs"
    for name in ("breast_cancer", "digits", "iris"):
        a, b, ya, yb = pair(name)
        with_answer = [np.column_stack([x, y + random.normal(0, 0.05, len(y))]) for x, y in ((a, ya), (b, yb))]
        yield case(f"{name} with the answer as a column", leak, *with_answer, ya, yb)
    a, b, ya, yb = pair("diabetes")
    with_answer = [np.column_stack([x, 3 * y + random.normal(0, 5, len(y))]) for x, y in ((a, ya), (b, yb))]
    yield case("diabetes with the answer as a column", leak, *with_answer, ya, yb)

    for name, share in (("digits", 0.2), ("wine", 0.3)):
        a, b, ya, yb = pair(name)
        again = random.choice(len(a), int(share * len(a)))
        yield case(
            f"{name}: {share:.0%} more rows, repeated",
            "duplicate-samples",
            np.vstack([a, a[again]]),
            b,
            np.append(ya, ya[again]),
            yb,
        )
    a, b, ya, yb = pair("breast_cancer")
    kept = (ya == 1) | (random.random(len(ya)) < 0.08)
    yield case("few malignant ones", "class-imbalance", a[kept], b, ya[kept], yb)
    a, b, ya, yb = pair("digits")
    kept = (ya != 8) | (random.random(len(ya)) < 0.06)
    yield case("hardly an 8", "class-imbalance", a[kept], b, ya[kept], yb)
    for name, share in (("digits", 0.1), ("breast_cancer", 0.15), ("wine", 0.2)):
        a, b, ya, yb = pair(name)
        wrong = random.random(len(ya)) < share
        ya[wrong] = (ya[wrong] + random.integers(1, ya.max() + 1, wrong.sum())) % (ya.max() + 1)
        yield case(f"{name}: {share:.0%} of the labels wrong", "label-noise", a, b, ya, yb)
    a, b, ya, yb = pair("digits")
    yield case(
        "digits: the classes of test are numbered otherwise", "labels-corrupted label-noise", a, b, ya, (yb + 1) % 10
    )


def blurred(x: np.ndarray) -> np.ndarray:
    """Images (n, h, w, c) under a mean of 3 × 3."""
    x = x.astype(float)
    for axis in (1, 2):
        x = (np.roll(x, 1, axis) + x + np.roll(x, -1, axis)) / 3
    return x


def looked_at(case: Case, facts: bool) -> tuple[bool, bool]:
    start = time.perf_counter()
    sets = opened(case.splits)
    measured = measure(sets)
    plan = judged(sets, measured)
    found = [f.diagnosis.id for f in plan.findings if f.severity in ABOVE_LOW]
    right = bool(set(found) & set(case.wanted)) if case.wanted else not found
    said = ", ".join(f"{f.diagnosis.id} {f.severity} {f.certainty:.2f}" for f in plan.findings) or "nothing"
    print(f"{'ok  ' if right else 'MISS'} {time.perf_counter() - start:5.1f}s {case.name}: found {said}", flush=True)
    if facts:
        print(
            "\n".join(f"       {f.about or '·'} {f.name} = {f.value}" for f in measured.facts),
            *measured.notes,
            sep="\n  ",
        )
    return right, bool(case.wanted) and found[:1] != [] and found[0] in case.wanted


def profile() -> None:
    """A million rows of fifty columns, eight of ten in training, as CSV and as Parquet, each in its own process."""
    random = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in (("train", 800_000), ("val", 200_000)):
            frame = pl.DataFrame({f"x{n}": random.normal(size=rows) * 10 ** (n % 4) for n in range(45)})
            words = {f"w{n}": random.choice(np.array(["red", "green", "blue", "white"]), rows) for n in range(4)}
            frame = frame.with_columns(**{k: pl.Series(v) for k, v in words.items()})
            frame = frame.with_columns(label=pl.Series(random.integers(0, 5, rows)))
            frame.write_csv(Path(folder, f"{name}.csv"))
            frame.write_parquet(Path(folder, f"{name}.parquet"))
        for kind in ("csv", "parquet"):
            start = time.perf_counter()
            command = [
                sys.executable,
                __file__,
                "--measured",
                *(str(Path(folder, f"{n}.{kind}")) for n in ("train", "val")),
            ]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            print(f"{kind}: 1,000,000 rows of 50 columns in {time.perf_counter() - start:.1f} s; {done.stdout.strip()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--facts", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--measured", nargs=2, metavar=("TRAIN", "VAL"), help="two files: print the peak memory")
    options = parser.parse_args()
    if options.measured:
        train, val = options.measured
        sets = opened({"train": train, "val": val})
        plan = judged(sets, measure(sets))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"peak memory {peak:.2f} GB; {plan.verdict}")
        return
    if options.profile:
        profile()
        return
    kinds: dict[str, Callable[[int], Iterator[Case]]] = {"planted": planted, "clean": clean}
    for kind, cases in kinds.items():
        results = [looked_at(case, options.facts) for case in cases(options.seed) if options.only in case.name]
        if results:
            print(f"{kind}: {sum(right for right, _ in results)} of {len(results)} right")
        if kind == "planted" and results:
            print(f"the planted fault named first: {sum(first for _, first in results)} of {len(results)}")


if __name__ == "__main__":
    main()
