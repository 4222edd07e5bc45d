"""Prints how far `expert data --try-synthesis` takes away shifts that are planted in packaged data.

    python -m tests.bench.synthesis [--seed N] [WORD…]

Images and rows of scikit-learn are split at random; then one of the halves is changed, by Pillow and NumPy and not by
the code that is measured. A shift counts as halved if the AUC − 0.5 of the domain classifier falls by half or more on
samples that had no part in the choice. With words only the cases whose names hold one of them are tried.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from PIL import Image, ImageEnhance, ImageFilter
from sklearn import datasets

from expert.data import load, together
from expert.data.synthesis import synthesize
from expert.facts import Fact

Random = np.random.Generator
Pair = tuple[Any, Any]


def photos(random: Random) -> np.ndarray:
    """Pieces of scikit-learn's two photographs, (n, 96, 96, 3) of 0 to 255."""
    found = []
    for photo in datasets.load_sample_images().images:
        corners = zip(
            random.integers(0, photo.shape[0] - 96, 350), random.integers(0, photo.shape[1] - 96, 350), strict=True
        )
        found += [photo[y : y + 96, x : x + 96] for y, x in corners]
    return np.stack(found)


def digits(random: Random) -> np.ndarray:
    """Handwritten digits, (n, 96, 96, 3) of 0 to 255."""
    images = np.repeat((datasets.load_digits().images * 15.9).astype(np.uint8)[..., None], 3, axis=3)
    return np.stack(
        [np.asarray(Image.fromarray(one).resize((96, 96), Image.Resampling.BICUBIC)) for one in images[:1200]]
    )


def seen(images: np.ndarray) -> np.ndarray:
    """As a camera would see them: (n, 32, 32, 3), each pixel the mean of what falls on it."""
    return np.stack([np.asarray(Image.fromarray(one).resize((32, 32), Image.Resampling.BOX)) for one in images])


def table(name: str) -> Callable[[Random], pl.DataFrame]:
    """A table of scikit-learn with its target as `target`."""

    def make(random: Random) -> pl.DataFrame:
        bunch = getattr(datasets, f"load_{name}")()
        names = [str(column).replace(" ", "_") for column in bunch.feature_names]
        frame = pl.DataFrame(bunch.data, schema=names, orient="row")
        classes = getattr(bunch, "target_names", None)
        target = bunch.target if classes is None else [f"class {n}" for n in bunch.target]
        return frame.with_columns(pl.Series("target", target))

    return make


def each(change: Callable[[Image.Image], Image.Image]) -> Callable[[np.ndarray, Random], np.ndarray]:
    """A change of one picture for all of them."""
    return lambda images, random: np.stack([np.asarray(change(Image.fromarray(one))) for one in images])


def noisy(images: np.ndarray, random: Random, sigma: float = 25) -> np.ndarray:
    if (images == images[..., :1]).all():
        noise = np.repeat(random.normal(0, sigma, (*images.shape[:3], 1)), 3, axis=3)
    else:
        noise = random.normal(0, sigma, images.shape)
    return (images + noise).round().clip(0, 255).astype(np.uint8)


def dim_and_noisy(images: np.ndarray, random: Random) -> np.ndarray:
    return noisy(each(lambda one: ImageEnhance.Brightness(one).enhance(0.6))(images, random), random, 15)


def blurred_and_pale(images: np.ndarray, random: Random) -> np.ndarray:
    return each(lambda one: ImageEnhance.Contrast(one.filter(ImageFilter.GaussianBlur(0.9))).enhance(0.65))(
        images, random
    )


def cast(images: np.ndarray, random: Random) -> np.ndarray:
    return (images * np.array([1.0, 0.85, 0.65])).round().astype(np.uint8)


def gamma(images: np.ndarray, random: Random) -> np.ndarray:
    return (255 * (images / 255) ** 0.6).round().astype(np.uint8)


def gain_and_offset(images: np.ndarray, random: Random) -> np.ndarray:
    return (images * 0.6 + 60).round().clip(0, 255).astype(np.uint8)


def nearer(one: Image.Image) -> Image.Image:
    side = one.width / 1.35
    low = (one.width - side) / 2
    return one.resize(one.size, Image.Resampling.BICUBIC, box=(low, low, low + side, low + side))


def after(change: Callable[[np.ndarray, Random], np.ndarray]) -> Callable[[np.ndarray, Random], np.ndarray]:
    """A change of what the camera has seen."""
    return lambda images, random: change(seen(images), random)


def before(change: Callable[[np.ndarray, Random], np.ndarray]) -> Callable[[np.ndarray, Random], np.ndarray]:
    """A change of what the camera sees."""
    return lambda images, random: seen(change(images, random))


def moved(columns: int, gain: float, offset: float) -> Callable[[pl.DataFrame, Random], pl.DataFrame]:
    """Some columns times a gain, and moved by so many standard deviations."""

    def change(frame: pl.DataFrame, random: Random) -> pl.DataFrame:
        names = random.choice(frame.columns[:-1], columns, replace=False)
        return frame.with_columns([pl.col(n) * gain + offset * pl.col(n).std() for n in names])

    return change


def shaken(frame: pl.DataFrame, random: Random) -> pl.DataFrame:
    """Five columns with noise as wide as they are."""
    names = random.choice(frame.columns[:-1], 5, replace=False)
    return frame.with_columns(
        [frame[n] + pl.Series(n, random.normal(0, frame[n].std() or 0, len(frame))) for n in names]
    )


def bent(frame: pl.DataFrame, random: Random) -> pl.DataFrame:
    """Four columns bent: small values spread out, large ones drawn together."""
    names = random.choice(frame.columns[:-1], 4, replace=False)
    low, span = {n: frame[n].min() for n in names}, {n: frame[n].max() - frame[n].min() for n in names}
    return frame.with_columns([((pl.col(n) - low[n]) / span[n]) ** 0.5 * span[n] + low[n] for n in names])


def lost(frame: pl.DataFrame, random: Random) -> pl.DataFrame:
    """A third of three columns lost."""
    names = random.choice(frame.columns[:-1], 3, replace=False)
    return frame.with_columns([frame[n].set(pl.Series(random.random(len(frame)) < 0.35), None) for n in names])


def of_one_class(frame: pl.DataFrame, random: Random) -> pl.DataFrame:
    """Of the most frequent class only a tenth."""
    most = frame["target"].value_counts(sort=True)["target"][0]
    return frame.filter(pl.Series((frame["target"] != most).to_numpy() | (random.random(len(frame)) < 0.1)))


def of_high(frame: pl.DataFrame, random: Random) -> pl.DataFrame:
    """Rows with a high value of one column drawn ten times as often as those with a low one."""
    name = str(random.choice(frame.columns[:-1]))
    ranks = (frame[name].rank() / len(frame)).to_numpy()
    return frame.filter(pl.Series(random.random(len(frame)) < np.clip(2 * ranks - 0.3, 0.05, 1)))


def untouched(data: Any, random: Random) -> Any:
    return data


CASES: dict[str, tuple[Callable[[Random], Any], Callable[[Any, Random], Any]]] = {
    "photos, noise": (photos, after(noisy)),
    "photos, blur": (photos, after(each(lambda one: one.filter(ImageFilter.GaussianBlur(1.1))))),
    "photos, darker": (photos, after(each(lambda one: ImageEnhance.Brightness(one).enhance(0.65)))),
    "photos, less contrast": (photos, after(each(lambda one: ImageEnhance.Contrast(one).enhance(0.6)))),
    "photos, color cast": (photos, after(cast)),
    "photos, paler": (photos, after(each(lambda one: ImageEnhance.Color(one).enhance(0.4)))),
    "photos, gamma": (photos, after(gamma)),
    "photos, blur and less contrast": (photos, after(blurred_and_pale)),
    "digits, turned": (digits, before(each(lambda one: one.rotate(22, Image.Resampling.BICUBIC)))),
    "digits, nearer": (digits, before(each(nearer))),
    "digits, noise": (digits, after(noisy)),
    "digits, darker and noise": (digits, after(dim_and_noisy)),
    "cancer, other units": (table("breast_cancer"), moved(5, 1.6, 0)),
    "wine, drifted": (table("wine"), moved(6, 1, 1.2)),
    "diabetes, gain and offset": (table("diabetes"), moved(4, 0.7, 0.8)),
    "cancer, noise": (table("breast_cancer"), shaken),
    "diabetes, values missing": (table("diabetes"), lost),
    "cancer, bent columns": (table("breast_cancer"), bent),
    "cancer, few of one class": (table("breast_cancer"), of_one_class),
    "cancer, more high values": (table("breast_cancer"), of_high),
    "photos, untouched": (photos, after(untouched)),
    "cancer, untouched": (table("breast_cancer"), untouched),
    "photos, gain and offset": (photos, after(gain_and_offset)),
    "digits, gain and offset": (digits, after(gain_and_offset)),
}


def split(data: Any, change: Callable[[Any, Random], Any], random: Random) -> Pair:
    """Two halves by chance, the second changed."""
    order = random.permutation(len(data))
    half = len(data) // 2
    train, test = data[np.sort(order[:half])], data[np.sort(order[half:])]
    return (train if isinstance(train, pl.DataFrame) else seen(train)), change(test, random)


def main() -> None:
    """A line for each case, then how many are halved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    halved = tried = 0
    for n, (name, (make, change)) in enumerate(CASES.items()):
        if given.words and not any(word in name for word in given.words):
            continue
        random = np.random.default_rng([given.seed, n])
        train, test = split(make(random), change, random)
        started = time.perf_counter()
        sets = together(first := load(train, "train"), load(test, "test", like=first))
        found = {fact.name: fact.value for fact in synthesize(sets) if isinstance(fact, Fact)}
        seconds = time.perf_counter() - started
        if "synthesis_share" not in found:
            print(f"{name:32} not told apart{'':31} {seconds:5.1f} s", flush=True)
            continue
        was, became, share = (float(found[f"synthesis{which}"]) for which in ("_auc_before", "_auc", "_share"))
        if "untouched" not in name:
            tried, halved = tried + 1, halved + (share >= 0.5)
        said = found.get("synthesis", "nothing helps")
        print(f"{name:32} AUC {was:.3f} → {became:.3f}  {share:4.0%}  {seconds:5.1f} s  {said}", flush=True)
    print(f"{halved} of {tried} planted shifts at least halved")


if __name__ == "__main__":
    main()
