"""How well the next search is told: `python -m tests.bench.tune --seed 100 [--seeds 2] [--trials 60] [--pairs 5]`.

Ten problems of tests/lab/sweeps.py a seed, each really trained. Where training is random, the optimum is the best of
the thirty best points of a dense grid, by ten fresh seeds each; others are as good if they are within two standard
errors of the difference.

One sweep of random trials: whether the next range of the knob that mattered most is at most a quarter of the former
and holds the optimum, the same of all such ranges, and how far the best of what is suggested stays behind.

Then pairs of two searches with as many trials that share their first half. Random search draws the other half in the
former ranges as well and takes its best trial. Ours runs the snippet for Optuna, as it stands on the page, on what
`expert tune` says of the first half, and takes the setting that `expert tune` says to take of all. Both settings are
trained again with a dozen fresh seeds, and their means compared.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from itertools import product

import numpy as np
import optuna
import torch
from numpy.typing import NDArray

from expert.run import FloatArray
from expert.tune import snippets
from expert.tune.measured import Measured, measured
from expert.tune.ranges import Next
from expert.tune.results import result
from expert.tune.trials import Declared, Sweep, Trial
from tests.lab.sweeps import Problem, problems

QUARTER = 0.25 + 0.03
"""Ends of whole numbers are rounded."""
BEST, REPEATS = 30, 10
"""So many of the grid's best points are trained again, and how often."""


def main() -> None:
    """Print a line for each problem, and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    told: list[tuple[bool, bool, bool]] = []
    top: list[tuple[bool, bool, bool]] = []
    behind, shares, wins, pairs = [], [], [], []
    for seed in range(asked.seed, asked.seed + asked.seeds):
        for problem in problems(seed):
            grid, means, tied = reference(problem)
            places = drawn(problem, asked.trials, seed)
            found = measured_of(problem, places, trained(problem, places, seed))
            ranges = [
                (
                    one.share <= QUARTER and not one.is_idle,
                    held(problem, k, grid[means.argmin(), k], one),
                    any(held(problem, k, at, one) for at in grid[tied, k]),
                )
                for k, one in enumerate(found.follows)
            ]
            told += [one for one in ranges if one[0]]
            top.append(ranges[max(range(len(ranges)), key=lambda k: found.importance[found.scales[k].name].value)])
            behind.append(regret(problem, grid, means, found.follows))
            shares.append(float(np.prod([one.share for one in found.follows])))
            duels = np.array([duel(problem, asked.trials, 1000 * seed + pair) for pair in range(asked.pairs)])
            ours, random, lucky, careful = duels.T
            pairs.append((np.sum(ours < random), np.sum(ours == random)))
            wins.append((ours.mean() < random.mean(), lucky.mean() < random.mean(), ours.mean() < careful.mean()))
            said = ", ".join(
                f"{o.scale.name} {'idle' if o.is_idle else f'{o.share:.2f}'}{'' if tie else ' MISSED'}"
                for o, (_, _, tie) in zip(found.follows, ranges, strict=True)
            )
            gap = np.median(means[np.isfinite(means)]) - means.min()
            after = [(one.mean() - means.min()) / gap for one in (ours, random)]
            print(
                f"{seed} {problem.name:28} {said:50} behind {behind[-1]:6.2%} | two rounds {after[0]:6.2%}, "
                f"random {after[1]:6.2%}, won {pairs[-1][0]} of {asked.pairs}",
                flush=True,
            )
    n = len(top)
    print(f"\n{n} problems, {asked.trials} trials each, seeds {asked.seed} to {asked.seed + asked.seeds - 1}")
    for which, some in (("of the knob that mattered most", top), ("of any knob", told)):
        narrow = [one for one in some if one[0]]
        print(
            f"next ranges {which} of at most a quarter: {len(narrow)}, that hold the very optimum "
            f"{sum(one[1] for one in narrow)}, or one as good {sum(one[2] for one in narrow)}"
        )
    both = sum(narrow and as_good for narrow, _, as_good in top)
    print(f"problems where the knob that mattered most has such a range, and it holds one: {both} of {n}")
    print(f"suggested space at most a quarter of the former: {sum(s <= QUARTER for s in shares)} of {n}")
    print(f"best of the suggested space less than 1% behind the optimum: {sum(b < 0.01 for b in behind)} of {n}")
    won, lucky, careful = np.sum(wins, axis=0)
    print(f"two rounds better than random search, mean of {asked.pairs} pairs: {won} of {n}")
    print(f"  single pairs: {sum(p[0] for p in pairs)} of {n * asked.pairs}, alike {sum(p[1] for p in pairs)}")
    print(
        f"  where both take their best trial: {lucky} of {n}; where both take what expert tune says: {careful} of {n}"
    )


def reference(problem: Problem) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """A dense grid, the expected result at each of its points, and which of them are as good as the best."""
    width = 21 if len(problem.knobs) == 2 else 9
    grid = np.array(list(product(np.linspace(0, 1, width), repeat=len(problem.knobs))))
    means = expected(problem, grid)
    if not problem.noisy:
        return grid, means, means <= means.min()
    best = np.argsort(means)[:BEST]
    again = np.stack(
        [problem.results(grid[best], 70_000 + 1000 * repeat + np.arange(BEST)) for repeat in range(REPEATS)]
    )
    means[best] = np.where(np.isfinite(again), again, np.inf).mean(0)
    rest = np.setdiff1d(np.arange(len(means)), best)
    means[rest] = means[rest].clip(
        means[best].max()
    )  # those were not tried again, so that luck does not put them first
    error = float(np.median(again.std(0, ddof=1))) * (2 / REPEATS) ** 0.5
    return grid, means, means <= means.min() + 2 * error


def expected(problem: Problem, places: FloatArray) -> FloatArray:
    """The mean over fresh seeds; what fails once is infinitely bad."""
    repeats = 2 if problem.noisy else 1
    found = [problem.results(places, 50_000 + 5000 * r + np.arange(len(places))) for r in range(repeats)]
    return np.mean([np.where(np.isfinite(one), one, np.inf) for one in found], axis=0)


def drawn(problem: Problem, trials: int, seed: int) -> FloatArray:
    """Places of trials at random."""
    return np.random.default_rng(seed).random((trials, len(problem.knobs)))


def trained(problem: Problem, places: FloatArray, seed: int) -> FloatArray:
    """The result of one trial at each of the places."""
    return problem.results(places, np.random.default_rng(seed).integers(0, 2**31, len(places)))


def measured_of(problem: Problem, places: FloatArray, losses: FloatArray) -> Measured:
    """What is measured of a sweep of such trials."""
    columns = {name: r.at(places[:, k]).tolist() for k, (name, r) in enumerate(problem.knobs.items())}
    trials = tuple(
        Trial(
            f"trial {n}",
            {name: values[n] for name, values in columns.items()},
            {"val_loss": float(loss)} if np.isfinite(loss) else {},
            "" if np.isfinite(loss) else "it is not finite",
        )
        for n, loss in enumerate(losses)
    )
    declared = {name: Declared(r.low, r.high, r.is_log) for name, r in problem.knobs.items()}
    sweep = Sweep(problem.name, "bench", trials, {"val_loss": "lower"}, declared)
    return measured(sweep, result(sweep))


def held(problem: Problem, k: int, best: float, one: Next) -> bool:
    """Whether the next range of a knob holds the best place."""
    value = float(list(problem.knobs.values())[k].at(np.array([best]))[0])
    return bool(one.low * (1 - 0.006) <= value <= one.high * 1.006 or one.low <= value <= one.high)


def regret(problem: Problem, grid: FloatArray, means: FloatArray, follows: Sequence[Next]) -> float:
    """How far the best grid point of the suggested space is behind, over how far the median is."""
    inside = np.array([all(held(problem, k, row[k], one) for k, one in enumerate(follows)) for row in grid])
    finite = means[np.isfinite(means)]
    return float((means[inside].min(initial=np.inf) - means.min()) / (np.median(finite) - means.min()))


def duel(problem: Problem, trials: int, seed: int) -> tuple[float, ...]:
    """What two rounds and what random search reach with so many trials.

    Then what two rounds reach by their luckiest trial, and random search by the setting that `expert tune` takes.
    """
    places, half = drawn(problem, trials, seed), trials // 2
    losses = trained(problem, places, seed)
    random = measured_of(problem, places, losses)
    first = measured_of(problem, places[:half], losses[:half])
    second, later = searched(problem, first, trials - half, seed)
    ours = measured_of(problem, both := np.concatenate([places[:half], second]), np.append(losses[:half], later))
    taken = (both[ours.chosen], places[random.order[0]], both[ours.order[0]], places[random.chosen])
    return tuple(true(problem, place) for place in taken)


def searched(problem: Problem, first: Measured, trials: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Where the snippet for Optuna tries so many settings, and their results; it may go beyond the former ranges."""
    seeds = iter(np.random.default_rng(seed + 500).integers(0, 2**31, trials))
    tried: list[FloatArray] = []
    losses: list[float] = []

    def train(knobs: dict[str, float]) -> float:
        tried.append(np.array([[scale.place(knobs[name]) for name, scale in problem.knobs.items()]]))
        losses.append(float(problem.results(tried[-1], np.array([next(seeds)]))[0]))
        return losses[-1]

    snippet = snippets.optuna(first.follows, first.sweep, first.result)
    exec(snippet.replace("multivariate=True", f"multivariate=True, seed={seed}"), {"train": train})
    return np.concatenate(tried), np.array(losses)


def true(problem: Problem, place: FloatArray) -> float:
    """The mean result of a setting over fresh seeds."""
    repeats = 12 if problem.noisy else 1
    fresh = problem.results(np.repeat(place[None], repeats, axis=0), 900_000 + np.arange(repeats))
    return float(np.mean(np.where(np.isfinite(fresh), fresh, np.inf)))


if __name__ == "__main__":
    main()
