"""How well the next ranges are told: `python -m tests.bench.tune --seed 100 [--seeds 2] [--trials 60]`.

Ten problems of tests/lab/sweeps.py a seed, each really trained. The optimum is the best point of a dense grid, the
mean over two seeds where training is random. For each sweep of random trials: whether each range that is suggested
at no more than a quarter of the former width holds the optimum, and how far the best of what is suggested stays behind
it. Then two rounds, half of the trials each, against as many trials at random: the best trial of either is judged by
its mean over fresh seeds.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from itertools import product

import numpy as np
import torch

from expert.run import FloatArray
from expert.tune.measured import measured
from expert.tune.ranges import Next
from expert.tune.results import result
from expert.tune.trials import Declared, Sweep, Trial
from tests.lab.sweeps import Problem, problems

QUARTER = 0.25 + 0.03
"""Ends of whole numbers are rounded."""


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
    told: list[tuple[bool, bool]] = []
    top: list[tuple[bool, bool]] = []
    behind, shares, wins, pairs = [], [], [], []
    for seed in range(asked.seed, asked.seed + asked.seeds):
        for problem in problems(seed):
            grid, means = reference(problem)
            best = grid[int(np.argmin(means))]
            found = measured_of(problem, drawn(problem, asked.trials, seed), seed)
            holds = [held(problem, k, best[k], one) for k, one in enumerate(found.follows)]
            narrow = [one.share <= QUARTER for one in found.follows]
            told += [(n, h) for n, h in zip(narrow, holds, strict=True) if n]
            most = max(range(len(holds)), key=lambda k: found.importance[found.scales[k].name].value)
            top.append((narrow[most], holds[most]))
            behind.append(regret(problem, grid, means, found.follows))
            shares.append(float(np.prod([one.share for one in found.follows])))
            duels = [duel(problem, asked.trials, 1000 * seed + pair) for pair in range(asked.pairs)]
            pairs += [ours < random for ours, random in duels]
            wins.append(float(np.mean([ours - random for ours, random in duels])) < 0)
            ranges = ", ".join(
                f"{o.scale.name} {o.share:.2f}{'' if h else ' MISSED'}"
                for o, h in zip(found.follows, holds, strict=True)
            )
            won = sum(ours < random for ours, random in duels)
            print(
                f"{seed} {problem.name:30} {ranges:60} behind {behind[-1]:6.2%}  won {won} of {asked.pairs}", flush=True
            )
    n = len(top)
    print(f"\n{n} problems, {asked.trials} trials each, seeds {asked.seed} to {asked.seed + asked.seeds - 1}")
    print(f"ranges of at most a quarter that hold the optimum: {sum(h for _, h in told)} of {len(told)}")
    print(
        f"  of the knob that matters most: {sum(n and h for n, h in top)} of {sum(n for n, _ in top)}, in {n} problems"
    )
    print(f"suggested space at most a quarter of the former: {sum(s <= QUARTER for s in shares)} of {n}")
    print(f"best of the suggested space less than 1% behind the optimum: {sum(b < 0.01 for b in behind)} of {n}")
    print(f"two rounds better than random search, mean of {asked.pairs} pairs: {sum(wins)} of {n}")
    print(f"  single pairs: {sum(pairs)} of {len(pairs)}")


def reference(problem: Problem) -> tuple[FloatArray, FloatArray]:
    """A dense grid, and the expected result at each of its points."""
    width = 21 if len(problem.knobs) == 2 else 9
    grid = np.array(list(product(np.linspace(0, 1, width), repeat=len(problem.knobs))))
    return grid, expected(problem, grid)


def expected(problem: Problem, places: FloatArray) -> FloatArray:
    """The mean over fresh seeds; what fails once is infinitely bad."""
    repeats = 2 if problem.noisy else 1
    found = [problem.results(places, 50_000 + 5000 * r + np.arange(len(places))) for r in range(repeats)]
    return np.mean([np.where(np.isfinite(one), one, np.inf) for one in found], axis=0)


def drawn(problem: Problem, trials: int, seed: int) -> FloatArray:
    """Places of trials at random."""
    return np.random.default_rng(seed).random((trials, len(problem.knobs)))


def measured_of(problem: Problem, places: FloatArray, seed: int):  # type: ignore[no-untyped-def]  # what measured gives
    """What is measured of a sweep at those places, each trained once."""
    losses = problem.results(places, np.random.default_rng(seed).integers(0, 2**31, len(places)))
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


def within(problem: Problem, places: FloatArray, follows: Sequence[Next]) -> FloatArray:
    """Places of the unit cube moved into the next ranges, none outside of the former."""
    moved = places.copy()
    for k, (one, scale) in enumerate(zip(follows, problem.knobs.values(), strict=True)):
        low, high = scale.place(one.low), scale.place(one.high)
        moved[:, k] = (low + places[:, k] * (high - low)).clip(0, 1)
    return moved


def regret(problem: Problem, grid: FloatArray, means: FloatArray, follows: Sequence[Next]) -> float:
    """How far the best grid point of the suggested space is behind, over how far the median is."""
    inside = np.array([all(held(problem, k, row[k], one) for k, one in enumerate(follows)) for row in grid])
    finite = means[np.isfinite(means)]
    return float((means[inside].min(initial=np.inf) - means.min()) / (np.median(finite) - means.min()))


def duel(problem: Problem, trials: int, seed: int) -> tuple[float, float]:
    """What two rounds and what random search reach with so many trials, by the mean over fresh seeds of their best."""
    places = drawn(problem, trials, seed)
    half = trials // 2
    first = measured_of(problem, places[:half], seed)
    second = within(problem, drawn(problem, trials - half, seed + 1), first.follows)
    ours = np.concatenate([places[:half], second])
    return chosen(problem, ours, seed), chosen(problem, places, seed)


def chosen(problem: Problem, places: FloatArray, seed: int) -> float:
    """The mean over fresh seeds of the setting whose one trial was best."""
    losses = problem.results(places, np.random.default_rng(seed).integers(0, 2**31, len(places)))
    best = places[int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))]
    repeats = 12 if problem.noisy else 1
    fresh = problem.results(np.repeat(best[None], repeats, axis=0), 900_000 + np.arange(repeats))
    return float(np.mean(np.where(np.isfinite(fresh), fresh, np.inf)))


if __name__ == "__main__":
    main()
