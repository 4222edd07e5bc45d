"""Which transforms, and how far they carry: chosen by their effect on samples that they were not estimated from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from expert.data.split import Split
from expert.data.synthesis.separation import separation
from expert.data.synthesis.transform import Transform, applied
from expert.run import FloatArray, IntArray

S = TypeVar("S", bound=Sized)
_MOST, _BEAM, _STEPS = 4, 3, 6
_FEWEST = 20
_NEAR = 0.3
"""At this distance a classifier that tells the samples apart has an AUC of 0.58."""
_LEAST_GAIN = 0.04
"""A further transform takes away at least this share of the distance that was there at first."""


@dataclass(frozen=True)
class Subject(Generic[S]):
    """Samples of two splits, and what one does with such samples.

    `features` are numbers (n, k) in which transforms show, `split` makes a split of samples again, and `snippet` code
    of transforms.
    """

    train: S
    test: S
    propose: Callable[[S, S], Iterable[Transform[S]]]
    features: Callable[[S], FloatArray]
    take: Callable[[S, IntArray], S]
    split: Callable[[S, Split], Split]
    snippet: Callable[[Sequence[Transform[S]]], str]


@dataclass(frozen=True)
class Chain(Generic[S]):
    """Transforms in their order, and how far the samples are still apart after them (d′, in deviations)."""

    transforms: tuple[Transform[S], ...]
    distance: float


def choose(subject: Subject[S], estimated: tuple[S, S], tried: tuple[S, S], seed: int) -> tuple[Chain[S], ...]:
    """The best chain of each length from 0 on, at most four transforms long, as long as each carries further.

    Transforms are estimated from one pair of samples (training and test) and tried on another; the best chains of one
    length, each ending with another kind, go on to the next, as two changes may show only together.
    """
    (fit_train, fit_test), (try_train, try_test) = estimated, tried
    seen = subject.features(try_test)

    def chain(*transforms: Transform[S]) -> Chain[S]:
        changed = subject.features(applied(try_train, transforms, seed))
        return Chain(transforms, separation(changed, seen) if len(changed) >= _FEWEST else float("inf"))

    def refined(one: Chain[S]) -> Chain[S]:
        for _ in range(_STEPS):
            nearer = min(
                (chain(*one.transforms[:-1], other) for other in one.transforms[-1].near()), key=_distance, default=one
            )
            if nearer.distance > one.distance - least / 4:
                break
            one = nearer
        return one

    best = [chain()]
    beam, least = best, _LEAST_GAIN * best[0].distance
    while len(best) <= _MOST and best[-1].distance > _NEAR:
        found = [
            chain(*one.transforms, other)
            for one in beam
            for other in subject.propose(applied(fit_train, one.transforms, seed), fit_test)
        ]
        beam = sorted(map(refined, _best_of_each_kind(found)), key=_distance)[:_BEAM]
        if not beam or beam[0].distance > best[-1].distance - least:
            break
        best.append(beam[0])
    return tuple(best)


def _best_of_each_kind(chains: Sequence[Chain[S]]) -> list[Chain[S]]:
    """The chains whose last transforms are of different kinds: what is hidden behind another change keeps a chance."""
    best: dict[str, Chain[S]] = {}
    for one in sorted(chains, key=_distance):
        best.setdefault(one.transforms[-1].kind, one)
    return list(best.values())[:_BEAM]


def _distance(one: Chain[S]) -> float:
    return one.distance


def parts(sample: S, take: Callable[[S, IntArray], S], seed: int, many: int) -> tuple[S, ...]:
    """The sample in so many parts by chance."""
    order = np.random.default_rng(seed).permutation(len(sample))
    return tuple(take(sample, np.sort(order[n::many])) for n in range(many))
