"""Where the error comes from: terms, intervals, the largest; unknown stays unknown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import expert
from expert.layers import builtin
from expert.signals.decomposition import error_main_term, error_variance_interval

SIZES = {"train_size": 10_000, "val_size": 2_000, "testval_size": 2_000, "test_size": 2_000}


def flat(**levels):
    """A run of 20 epochs at these levels."""
    return {"epoch": list(range(20)), **{name: [level] * 20 for name, level in levels.items()}}


def terms(plan):
    return {term.id: term.value for term in plan.decomposition.terms}


def test_the_worked_example_of_the_method_acts_on_variance():
    log = flat(train_acc=0.97, val_acc=0.92, val_test_like_acc=0.91, test_acc=0.905)
    plan = expert.diagnose(log, settings={**SIZES, "human_error": 0.01})
    expected = {"irreducible": 0.01, "bias": 0.02, "variance": 0.05, "shift": 0.01, "validation_overfitting": 0.005}
    assert terms(plan) == pytest.approx(expected)
    assert (plan.decomposition.largest, plan.decomposition.diagnosis) == ("variance", "overfitting")


def test_training_dev_and_dev_of_ng_tell_shift_from_variance():
    plan = expert.diagnose(
        flat(train_acc=0.97, train_dev_acc=0.96, dev_acc=0.8), settings={**SIZES, "human_error": 0.01}
    )
    assert terms(plan)["shift"] == pytest.approx(0.16)
    assert plan.decomposition.diagnosis == "distribution-shift"
    assert "distribution-shift" in {f.diagnosis.id for f in plan.findings}


def test_a_lone_validation_set_is_validation_whatever_it_is_like():
    plan = expert.diagnose(flat(train_acc=0.97, dev_test_acc=0.9))
    assert (terms(plan)["variance"], terms(plan)["shift"]) == (pytest.approx(0.07), None)


def test_test_above_test_like_validation_is_a_set_that_was_used_up():
    log = flat(train_acc=0.97, val_acc=0.96, testval_acc=0.95, test_acc=0.8)
    plan = expert.diagnose(log, settings={**SIZES, "human_error": 0.01})
    assert plan.decomposition.largest == "validation_overfitting"
    assert "validation-overfitting" in {f.diagnosis.id for f in plan.findings}


def test_a_bias_without_a_floor_is_at_most_so_large_and_never_called_the_largest():
    plan = expert.diagnose(flat(train_acc=0.8, val_acc=0.79), settings=SIZES)
    assert (terms(plan)["irreducible"], plan.decomposition.largest) == (None, "")
    assert "at most 20 ± 0.77 points" in str(plan)


def test_without_sizes_no_term_is_significant():
    terms_ = expert.diagnose(flat(train_acc=0.9, val_acc=0.5)).decomposition.terms
    assert [term.significant for term in terms_] == [None] * 5


def test_losses_are_taken_apart_where_no_error_rate_is_logged():
    plan = expert.diagnose(flat(train_loss=0.1, val_loss=0.5), settings={**SIZES, "loss": "mse", "task": "regression"})
    assert (plan.decomposition.measure, plan.decomposition.largest) == ("loss", "variance")


def test_the_loss_of_adversaries_and_policies_is_not_an_error():
    for task in ("reinforcement learning", "generative"):
        log = flat(train_loss=0.1, val_loss=0.5, d_loss=0.6, g_loss=0.7)
        assert expert.diagnose(log, settings={"task": task}).decomposition is None


@given(some.integers(0, 50), some.integers(0, 50), some.sampled_from([50, 5000]))
def test_a_larger_set_never_widens_an_interval(wrong, missed, more):
    narrow = error_variance_interval(wrong / 50, missed / 50, 50 * more, 50 * more)
    assert 0 <= narrow <= error_variance_interval(wrong / 50, missed / 50, 50, 50)


def test_the_interval_is_that_of_newcombe_and_wilson():
    # Newcombe 1998, table II, example (a): 56/70 and 48/80 differ by 0.2, method 10 gives 0.0524 to 0.3339
    assert 0.2 - error_variance_interval(48 / 80, 56 / 70, 80, 70) == pytest.approx(0.0524, abs=2e-4)


def test_a_larger_term_of_unknown_interval_leaves_the_largest_open():
    known = {"error_irreducible": 0.0, "error_bias": 0.1, "error_bias_interval": 0.01}
    rest = dict.fromkeys(
        ("error_variance_interval", "error_shift", "error_shift_interval", "error_validation_overfitting"), None
    )
    rest["error_validation_overfitting_interval"] = None
    assert error_main_term(**known, **rest, error_variance=0.2) is None
    assert error_main_term(**known, **rest, error_variance=0.05) == "bias"


def test_remedies_stand_in_the_order_of_the_method():
    remedies = {id_: d.remedies for id_, d in builtin().diagnoses.items()}
    assert remedies["underfitting"] == (
        "bigger-model", "less-regularization", "analyse-errors", "other-architecture", "tune-hyperparameters",
        "add-features",
    )  # fmt: skip
    assert remedies["overfitting"] == (
        "more-data", "add-normalization", "augment-data", "more-regularization", "analyse-errors",
        "other-architecture", "tune-hyperparameters", "stop-early", "drop-features", "smaller-model",
    )  # fmt: skip
    assert remedies["distribution-shift"] == (
        "look-at-the-difference", "collect-like-test", "synthesize-difference", "adapt-domain",
    )  # fmt: skip


def test_the_test_level_is_taken_where_validation_is_best():
    log = {"epoch": [0, 1, 2], "train_acc": [0.9] * 3, "val_acc": [0.5, 0.8, 0.6], "test_acc": [0.4, 0.7, 0.3]}
    assert terms(expert.diagnose({k: np.array(v) for k, v in log.items()}))["shift"] == pytest.approx(0.1)
