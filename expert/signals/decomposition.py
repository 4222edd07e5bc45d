"""Where the test error comes from: irreducible error, bias, variance, distribution shift, validation overfitting.

Bias is what training has over the irreducible error, variance what validation has over training. With a second
validation set that is drawn like the test set, shift is what that one has over the first, and validation overfitting
what the test has over that one; without it, the test over the validation error is both together (Ng, Machine Learning
Yearning, chapters 20-43; FSDL 2021, lecture 7, whose prose once swaps the sets of the shift). Errors are shares of 1;
the same is done for losses. All levels are taken where validation is best, the test's too if it was measured along.

An interval is the half-width, towards zero, of the 95 % interval of a term over the samples of its sets. Of error
rates: Wilson's score intervals joined as Newcombe (1998, method 10) does. Of losses: 1.96 standard errors, where the
deviation of one sample's loss L is √2·L for squared residuals (chi-square with one degree of freedom) and √L for
cross-entropies in nats (variance equal to the mean: 0.5 to 1.6 times the deviation of three small classifiers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import sqrt
from typing import Literal

import numpy as np

from expert.run import RunLog, Series
from expert.signals._shape import at_steps
from expert.signals.units import Error, Loss, Ratio

MainTerm = Literal["bias", "variance", "shift", "validation overfitting"]
_Z = 1.96


def error_irreducible(human_error: float | None, target_error: float | None) -> Error | None:
    """The error that nobody can avoid, as it was given."""
    return human_error if human_error is not None else target_error


def error_train(
    train_acc: Series | None, train_error: Series | None, val_acc: Series | None, val_error: Series | None
) -> Error | None:
    """The training error at the step of the best validation error."""
    return _level(_rates(train_acc, train_error), _rates(val_acc, val_error))


def error_val(val_acc: Series | None, val_error: Series | None) -> Error | None:
    """The validation error at its best."""
    rates = _rates(val_acc, val_error)
    return None if rates is None else float(rates.finite.values.min())


def error_testval(
    testval_acc: Series | None, testval_error: Series | None, val_acc: Series | None, val_error: Series | None
) -> Error | None:
    """The error on the validation set that is drawn like the test set, where the other validation error is best."""
    return _level(_rates(testval_acc, testval_error), _rates(val_acc, val_error))


def error_test(
    test_acc: Series | None, test_error: Series | None, val_acc: Series | None, val_error: Series | None, run: RunLog
) -> Error | None:
    """The test error where validation is best; of one that was measured once or given as the setting test_acc, that."""
    rates = _rates(test_acc, test_error)
    if rates is not None:
        return _level(rates, _rates(val_acc, val_error))
    given = run.settings.get("test_acc")
    if not isinstance(given, float) or not 0 <= given <= 100:
        return None
    return 1 - (given if given <= 1 else given / 100)


def error_bias(error_train: float, error_irreducible: float | None) -> Error | None:
    """The avoidable training error: over the irreducible error, or over none where that is not known."""
    return error_train - (error_irreducible or 0.0)


def error_variance(error_train: float, error_val: float) -> Error | None:
    """What validation has over the training error."""
    return error_val - error_train


def error_shift(error_val: float, error_testval: float | None, error_test: float | None) -> Error | None:
    """What test-like validation has over the validation error; without it what the test has, overfitting included."""
    beyond = error_testval if error_testval is not None else error_test
    return None if beyond is None else beyond - error_val


def error_validation_overfitting(error_testval: float, error_test: float) -> Error | None:
    """What the test has over the test-like validation error: how far that set was used up."""
    return error_test - error_testval


def error_bias_interval(error_train: float, error_irreducible: float | None, train_size: float) -> Error | None:
    """The half-width of the 95 % interval of the bias."""
    return _newcombe((error_train, train_size), (error_irreducible or 0.0, float("inf")))


def error_variance_interval(error_train: float, error_val: float, train_size: float, val_size: float) -> Error | None:
    """The half-width of the 95 % interval of the variance."""
    return _newcombe((error_val, val_size), (error_train, train_size))


def error_shift_interval(
    error_val: float,
    error_testval: float | None,
    error_test: float | None,
    val_size: float,
    testval_size: float | None,
    test_size: float | None,
) -> Error | None:
    """The half-width of the 95 % interval of the shift."""
    beyond = (error_testval, testval_size) if error_testval is not None else (error_test, test_size)
    return _newcombe(beyond, (error_val, val_size))


def error_validation_overfitting_interval(
    error_testval: float, error_test: float, testval_size: float, test_size: float
) -> Error | None:
    """The half-width of the 95 % interval of the validation overfitting."""
    return _newcombe((error_test, test_size), (error_testval, testval_size))


def error_main_term(
    error_irreducible: float | None,
    error_bias: float | None,
    error_bias_interval: float | None,
    error_variance: float | None,
    error_variance_interval: float | None,
    error_shift: float | None,
    error_shift_interval: float | None,
    error_validation_overfitting: float | None,
    error_validation_overfitting_interval: float | None,
) -> MainTerm | None:
    """The largest of the terms of the error that exceed their interval, if it is known which is the largest."""
    terms: Mapping[MainTerm, tuple[float | None, float | None]] = {
        "bias": (error_bias, error_bias_interval),
        "variance": (error_variance, error_variance_interval),
        "shift": (error_shift, error_shift_interval),
        "validation overfitting": (error_validation_overfitting, error_validation_overfitting_interval),
    }
    return _main_term(terms, error_irreducible is not None)


def loss_irreducible(target_loss: float) -> Loss | None:
    """The loss that nobody can avoid, as it was given."""
    return target_loss


def loss_train(train_loss: Series, val_loss: Series, loss_tells_progress: bool | None) -> Loss | None:
    """The training loss at the step of the best validation loss."""
    return None if loss_tells_progress is False else _level(_losses(train_loss), _losses(val_loss))


def loss_val(val_loss: Series, loss_tells_progress: bool | None) -> Loss | None:
    """The validation loss at its best."""
    losses = _losses(val_loss)
    return None if losses is None or loss_tells_progress is False else float(losses.finite.values.min())


def loss_testval(testval_loss: Series, val_loss: Series) -> Loss | None:
    """The loss on the validation set that is drawn like the test set, where the other validation loss is best."""
    return _level(_losses(testval_loss), _losses(val_loss))


def loss_test(test_loss: Series | None, val_loss: Series, run: RunLog) -> Loss | None:
    """The test loss where validation is best; of one that was measured once or given as the setting test_loss, that."""
    if test_loss is not None and len(test_loss.finite):
        return _level(_losses(test_loss), _losses(val_loss))
    given = run.settings.get("test_loss")
    return given if isinstance(given, float) and given >= 0 else None


def loss_bias(loss_train: float, loss_irreducible: float | None) -> Loss | None:
    """The avoidable training loss: over the irreducible loss, or over none where that is not known."""
    return loss_train - (loss_irreducible or 0.0)


def loss_variance(loss_train: float, loss_val: float) -> Loss | None:
    """What validation has over the training loss."""
    return loss_val - loss_train


def loss_shift(loss_val: float, loss_testval: float | None, loss_test: float | None) -> Loss | None:
    """What test-like validation has over the validation loss; without it what the test has, overfitting included."""
    beyond = loss_testval if loss_testval is not None else loss_test
    return None if beyond is None else beyond - loss_val


def loss_validation_overfitting(loss_testval: float, loss_test: float) -> Loss | None:
    """What the test has over the test-like validation loss."""
    return loss_test - loss_testval


def loss_bias_interval(loss_train: float, train_size: float, loss_kind: str | None) -> Loss | None:
    """The half-width of the 95 % interval of the bias in the loss."""
    return _standard((loss_train, train_size), kind=loss_kind)


def loss_variance_interval(
    loss_train: float, loss_val: float, train_size: float, val_size: float, loss_kind: str | None
) -> Loss | None:
    """The half-width of the 95 % interval of the variance in the loss."""
    return _standard((loss_val, val_size), (loss_train, train_size), kind=loss_kind)


def loss_shift_interval(
    loss_val: float,
    loss_testval: float | None,
    loss_test: float | None,
    val_size: float,
    testval_size: float | None,
    test_size: float | None,
    loss_kind: str | None,
) -> Loss | None:
    """The half-width of the 95 % interval of the shift in the loss."""
    beyond = (loss_testval, testval_size) if loss_testval is not None else (loss_test, test_size)
    return _standard(beyond, (loss_val, val_size), kind=loss_kind)


def loss_validation_overfitting_interval(
    loss_testval: float, loss_test: float, testval_size: float, test_size: float, loss_kind: str | None
) -> Loss | None:
    """The half-width of the 95 % interval of the validation overfitting in the loss."""
    return _standard((loss_test, test_size), (loss_testval, testval_size), kind=loss_kind)


def loss_main_term(
    loss_irreducible: float | None,
    loss_bias: float | None,
    loss_bias_interval: float | None,
    loss_variance: float | None,
    loss_variance_interval: float | None,
    loss_shift: float | None,
    loss_shift_interval: float | None,
    loss_validation_overfitting: float | None,
    loss_validation_overfitting_interval: float | None,
) -> MainTerm | None:
    """The largest of the terms of the loss that exceed their interval, if it is known which is the largest."""
    terms: Mapping[MainTerm, tuple[float | None, float | None]] = {
        "bias": (loss_bias, loss_bias_interval),
        "variance": (loss_variance, loss_variance_interval),
        "shift": (loss_shift, loss_shift_interval),
        "validation overfitting": (loss_validation_overfitting, loss_validation_overfitting_interval),
    }
    return _main_term(terms, loss_irreducible is not None)


def test_loss_ratio(loss_test: float, loss_val: float) -> Ratio | None:
    """The test loss over the best validation loss."""
    return loss_test / loss_val if loss_val > 0 else None


def testval_loss_ratio(loss_testval: float, loss_val: float) -> Ratio | None:
    """The loss on test-like validation over that on validation."""
    return loss_testval / loss_val if loss_val > 0 else None


def _main_term(terms: Mapping[MainTerm, tuple[float | None, float | None]], floor_known: bool) -> MainTerm | None:
    """None too where a larger term has no interval, or where the bias, an upper bound without a floor, is larger."""
    known = sorted(((term, v, i) for term, (v, i) in terms.items() if v is not None and v > 0), key=lambda t: -t[1])
    for term, value, interval in known:
        if interval is None or (term == "bias" and not floor_known):
            return None
        if value > interval:
            return term
    return None


def _rates(accuracy: Series | None, error: Series | None) -> Series | None:
    """The error rates of a split, if what it logs are shares of 1."""
    if accuracy is not None and len(accuracy.finite):
        error = replace(accuracy, values=1 - accuracy.values)
    values = np.array([]) if error is None else error.finite.values
    return error if len(values) and values.min() >= -1e-9 and values.max() <= 1 + 1e-9 else None


def _losses(losses: Series) -> Series | None:
    """The losses of a split, if they are such as have a floor at zero."""
    return losses if len(losses.finite) and losses.finite.values.min() >= 0 else None


def _level(series: Series | None, val: Series | None) -> float | None:
    """A split's level where validation is best; None for a series that plays validation itself."""
    if series is None or val is None or series.column == val.column:
        return None
    best = val.finite.steps[val.finite.values.argmin()]
    return float(at_steps(series, np.array([best]))[0])


def _newcombe(higher: tuple[float | None, float | None], lower: tuple[float | None, float | None]) -> float | None:
    """The half-width towards zero of the difference of two shares, each with its number of samples."""
    (one, n), (other, m) = higher, lower
    if one is None or other is None or n is None or m is None or min(n, m) < 1 or not (0 <= min(one, other) <= 1):
        return None
    if one < other:
        one, n, other, m = other, m, one, n
    if one > 1:
        return None
    return sqrt((one - _wilson(one, n)[0]) ** 2 + (_wilson(other, m)[1] - other) ** 2)


def _wilson(share: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share of n samples."""
    if n == float("inf"):
        return share, share
    middle, spread = share + _Z**2 / (2 * n), _Z * sqrt(share * (1 - share) / n + (_Z / (2 * n)) ** 2)
    scale = 1 + _Z**2 / n
    return (middle - spread) / scale, (middle + spread) / scale


def _standard(*means: tuple[float | None, float | None], kind: str | None) -> float | None:
    """1.96 standard errors of a sum of mean losses, each with its number of samples."""
    variance = 0.0
    for mean, n in means:
        if mean is None or n is None or n < 1 or mean < 0:
            return None
        variance += (2 * mean**2 if kind in ("squared error", "absolute error") else mean) / n
    return _Z * sqrt(variance)
