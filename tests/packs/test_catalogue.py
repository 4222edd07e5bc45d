"""What a log alone can show, by the row it has in the survey of checks: each row stands in the source of a rule."""

from __future__ import annotations

import re

from expert.layers import builtin

FIRST_TIER = {
    "HYG-01": "too few points to judge",
    "HYG-02": "no validation, or fewer than five",
    "HYG-03": "NaN hidden by the trainer",
    "HYG-04": "the last row is a summary",
    "HYG-05": "steps go back or repeat",
    "HYG-06": "the noise of one batch exceeds the trend",
    "HYG-07": "validation better than training throughout",
    "HYG-08": "training loss contains the penalty",
    "HYG-10": "direction of the metric unknown or contradictory",
    "HYG-11": "the run is incomplete",
    "HYG-12": "the loss steps at each epoch boundary",
    "DAT-08": "too good to be true",
    "DAT-10": "labels random or shuffled",
    "DAT-12": "data not shuffled",
    "BUG-01": "first loss far from chance",
    "BUG-02": "a batch cannot be memorized: the error rises",
    "BUG-03": "a batch cannot be memorized: the error explodes",
    "BUG-04": "a batch cannot be memorized: the error oscillates",
    "BUG-05": "a batch cannot be memorized: the error plateaus",
    "BUG-07": "floor of a double softmax",
    "BUG-11": "gradient norm grows in a straight line",
    "BUG-16": "accumulation or summing changes the effective loss",
    "BUG-18": "loss or accuracy exactly constant",
    "BUG-19": "negative loss where it cannot be",
    "BUG-20": "loss and metric have nothing to do with each other",
    "BUG-21": "accuracy exactly zero or exactly chance",
    "NUM-01": "NaN or infinite training loss",
    "NUM-02": "NaN in gradients only",
    "NUM-05": "isolated infinite gradient norm in half precision is no alarm",
    "NUM-06": "enormous loss",
    "OPT-01": "divergence",
    "OPT-02": "loss rises from the very start",
    "OPT-03": "learning rate too high",
    "OPT-04": "learning rate too low",
    "OPT-05": "not learning",
    "OPT-06": "learning rate exactly zero",
    "OPT-07": "plateau after learning",
    "OPT-08": "oscillation",
    "OPT-09": "loss spike with recovery",
    "OPT-10": "gradient norm spike",
    "OPT-17": "clipping all the time",
    "SCH-01": "no warm-up, advisory",
    "SCH-02": "the rate dies early",
    "SCH-03": "constant rate without progress at the end",
    "SCH-04": "the rate jumps off its schedule",
    "SCH-05": "best validation in the first tenth",
    "SCH-06": "still falling at the end",
    "SCH-07": "trained past the best",
    "CAP-01": "avoidable bias",
    "CAP-02": "training and validation alike, both far from target",
    "CAP-03": "memorizes one batch but training error stays high",
    "CAP-04": "cannot memorize one batch",
    "GEN-01": "variance",
    "GEN-02": "overfitting begins",
    "GEN-03": "benign gap while validation still falls",
    "GEN-04": "validation loss rises while the metric improves",
    "SHF-01": "mismatch of test and validation",
    "SHF-02": "validation below chance while training is fine",
    "VAL-01": "test error above validation error",
    "VAL-03": "validation too easy, leakage",
    "VAL-04": "inside the noise of the evaluation",
    "VAL-05": "best checkpoint within noise of the last",
    "FTN-03": "all labels masked",
    "FTN-04": "gradients exactly zero",
    "FTN-05": "improvement deficit against a baseline",
    "FTN-06": "worse than a baseline",
    "RL-01": "policy entropy collapse",
    "RL-02": "divergence between policies jumps",
    "RL-06": "a loss of about zero is by design in policy optimization",
    "SYS-01": "accelerator under-used",
    "SYS-02": "waiting for data",
    "SYS-08": "memory grows",
    "SYS-10": "throughput falls",
    "SYS-12": "out of memory, dead workers and their like in the text",
    "RES-01": "loss steps up at a resume",
    "RES-02": "rate jumps at a resume",
    "RES-04": "like settings differ no more than seeds do",
}


def test_every_row_of_the_first_tier_is_in_the_source_of_a_rule() -> None:
    assert len(FIRST_TIER) == 77
    assert FIRST_TIER.keys() - _named() == set()


def test_a_row_that_is_named_is_of_a_known_kind() -> None:
    kinds = {row.split("-")[0] for row in FIRST_TIER} | {"MET", "LLM", "GAN", "DET", "HPO"}
    assert {row for row in _named() if row.split("-")[0] not in kinds} == set()


def _named() -> set[str]:
    return {row for rule in builtin().rules.values() for row in re.findall(r"\b[A-Z]{2,3}-\d\d\b", rule.source)}
