"""The difference between two samples, synthesized: transforms that make training data look like the test data.

Each kind of transform is one file of `images/` or `tables/`: `propose(train, test)` yields transforms with parameters
estimated from the two samples. They are chosen by what they do to samples that they were not estimated from, and what
they do together is measured on samples that had no part in the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from expert.data._images import thumbnail
from expert.data.checks import Found
from expert.data.domain import ROWS, Told, told_apart
from expert.data.encoded import encoded
from expert.data.split import Sets, Split
from expert.data.synthesis import pictures, rows
from expert.data.synthesis.search import Subject, choose, parts
from expert.data.synthesis.transform import Transform, applied
from expert.exhibits import Bar, Bars, Picture, Pictures
from expert.facts import Fact

_LEAST = 0.02
"""By so much the AUC must fall before a further change is worth telling."""
_SHOWN = 6
_ENOUGH = 600


def synthesize(sets: Sets, seed: int = 0) -> Found:
    """What takes training samples toward the last of the other splits, and how much of the difference it takes away.

    A part of each sample is put aside; the classifier that tells splits apart is asked about those, as they are and as
    they are after each change, and as they are only where it cannot tell them apart.
    """
    if not sets.others:
        return
    other = sets.others[-1]
    subject = _subject(sets, other)
    many = 3 if min(len(subject.train), len(subject.test)) >= _ENOUGH else 2  # else estimated and tried on the same
    ours, theirs = (parts(one, subject.take, seed, many) for one in (subject.train, subject.test))
    aside, of_other = ours[-1], subject.split(theirs[-1], other)

    def told(transforms: Sequence[Transform[Any]]) -> Told | None:
        changed = subject.split(applied(aside, transforms, seed + 1), sets.train)
        (x, _), (y, _) = encoded(Sets(changed, (of_other,)), sets.columns, ROWS)
        return told_apart(x, y, seed)

    before = told(())
    if before is None:
        return
    if before.low <= 0.5:
        yield _bars("Training samples cannot be told from the others: nothing to synthesize", [()], [before])
        return
    chains = [chain.transforms for chain in choose(subject, (ours[0], theirs[0]), (ours[-2], theirs[-2]), seed)]
    steps = [before, *(one for one in map(told, chains[1:]) if one is not None)]
    last = min(range(len(steps)), key=lambda n: steps[n].auc + _LEAST * n)
    share = (before.auc - max(0.5, steps[last].auc)) / (before.auc - 0.5)
    yield Fact("synthesis_auc_before", before.auc, other.name)
    yield Fact("synthesis_auc", steps[last].auc, other.name)
    yield Fact("synthesis_share", share, other.name)
    title = "How far the difference can be synthesized" if last else "No change that was tried hides the difference"
    yield _bars(title, chains[: last + 1], steps)
    if chains[last]:
        yield Fact("synthesis", ", then ".join(one.says for one in chains[last]), other.name)
        yield Fact("synthesis_snippet", subject.snippet(chains[last]), other.name)
        if sets.train.is_images:
            yield _beside(aside, applied(aside, chains[last], seed + 1), theirs[-1], other)


def _subject(sets: Sets, other: Split) -> Subject[Any]:
    if sets.train.images is not None and other.images is not None:
        return pictures.subject(sets.train.images, other.images)
    return rows.subject(sets.train, other, sets.columns)


def _bars(title: str, chains: Sequence[Sequence[Transform[Any]]], steps: Sequence[Told]) -> Bars:
    names = ["as they are"]
    for shorter, chain in pairwise(chains):
        goes_on = shorter and [one.says for one in chain[:-1]] == [one.says for one in shorter]
        names.append(f"after {chain[-1].says} too" if goes_on else f"after {', '.join(one.says for one in chain)}")
    return Bars(
        title,
        "How well training samples are told from the others, on samples put aside; 0.5 if not at all.",
        "AUC",
        tuple(Bar(name, one.auc, one.low, one.high) for name, one in zip(names, steps, strict=False)),
    )


def _beside(
    ours: np.ndarray[Any, Any], changed: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any], other: Split
) -> Pictures:
    groups = (("training", ours), ("training, changed", changed), (other.name, theirs))
    return Pictures(
        "The difference, synthesized",
        "Training samples as they are, the same after the changes, and samples of the other split.",
        tuple(
            (name, tuple(Picture(thumbnail(pictures.as_bytes(one))) for one in some[:_SHOWN])) for name, some in groups
        ),
    )
