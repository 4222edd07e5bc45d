"""How signals become facts: by their place, from what they read, unknown where they cannot tell."""

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from expert import supplied, vocabulary
from expert.facts import Quantity
from expert.run import Event, RunLog, Series
from expert.signals import catalogue, measure, missing, signals

COLUMNS = sorted(
    {i.name for s in signals().values() for i in s.inputs if i.kind == "series"}
    - {"val_metric", "train_metric", "test_metric"}
    | {"train_acc", "val_acc", "test_acc"}
)
RUNS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def series(column, values, about=""):
    return Series(column, np.arange(1.0, len(values) + 1), np.asarray(values, float), about=about)


def run(*found, **given_settings):
    return vocabulary.understand(RunLog("run", "run", found, given_settings))


def values(log, about=""):
    return {fact.name: fact.value for fact in measure(log) if fact.about == about}


numbers = some.one_of(
    some.floats(-10, 10),
    some.sampled_from([0.0, 1.0, -1.0, math.nan, math.inf, -math.inf, 1e300, -1e300, 1e-300, 0.6931471805599453]),
)
curves = some.one_of(
    some.lists(numbers, min_size=1, max_size=60),
    some.builds(lambda value, n: [value] * n, numbers, some.integers(1, 60)),
    some.builds(
        lambda n, k: [3 * math.exp(-i / k) + 0.1 * math.sin(7 * i) for i in range(n)],
        some.integers(1, 200),
        some.integers(1, 50),
    ),
)


def _setting(quantity):
    if quantity.kind == "truth":
        return some.booleans()
    if quantity.kind == "word":
        return some.sampled_from(quantity.words or ("adam", "sgd", "relu, relu", "softmax", "cross_entropy", "mse", ""))
    return some.one_of(
        some.integers(-2, 100).map(float), some.sampled_from([0.0, 0.001, 1e9, -1.0, math.nan, math.inf])
    )


@some.composite
def runs(draw):
    columns = draw(some.lists(some.sampled_from(COLUMNS), max_size=8, unique=True))
    given_settings = {
        name: draw(_setting(vocabulary.SETTINGS[name]))
        for name in draw(some.lists(some.sampled_from(sorted(vocabulary.SETTINGS)), max_size=8, unique=True))
    }
    found = [series(column, draw(curves), draw(some.sampled_from(["", "", "", "layer 1"]))) for column in columns]
    events = (Event("resumed", "resume", 2.0),) if draw(some.booleans()) else ()
    return replace(run(*found, **given_settings), events=events)


def test_every_signal_says_in_a_sentence_what_it_measures():
    assert [
        n for n, s in signals().items() if not s.quantity.help.endswith(".") or not s.quantity.help[0].isupper()
    ] == []


def test_a_fact_is_measured_or_a_setting_or_supplied():
    assert set(signals()) & set(vocabulary.SETTINGS) == set()
    assert set(supplied.QUANTITIES) & (set(signals()) | set(vocabulary.SETTINGS)) == set()
    assert set(catalogue()) == set(signals()) | set(vocabulary.SETTINGS) | set(supplied.QUANTITIES)


def test_a_signal_reads_what_a_log_may_hold_and_stands_after_the_signals_that_it_reads():
    order = list(signals())
    for name, signal in signals().items():
        for taken in signal.inputs:
            if taken.kind == "fact" and taken.name in signals():
                assert order.index(taken.name) < order.index(name)
            elif taken.kind == "fact":
                known = taken.name in vocabulary.SETTINGS or taken.name == "class_counts"
                assert known or taken.name.startswith(("baseline_", "test_")), (name, taken)


@RUNS
@given(runs())
def test_signals_measure_any_run_or_leave_it_unknown(log):
    with warnings.catch_warnings(action="error"):
        for fact in measure(log):
            quantity = catalogue().get(fact.name, Quantity(fact.name, "number"))
            assert not isinstance(fact.value, float) or math.isfinite(fact.value)
            assert fact.name not in signals() or quantity.admits(fact.value), fact
            assert type(fact.value) in (float, bool, str, int), fact
            assert fact.at is None or fact.at[0] <= fact.at[1], fact


@RUNS
@given(runs())
def test_the_order_of_the_series_does_not_matter(log):
    assert measure(replace(log, series=log.series[::-1])) == measure(log)


@RUNS
@given(runs(), some.sampled_from([10.0, 1000.0]))
def test_the_scale_of_the_steps_does_not_matter(log, scale):
    scaled = replace(log, series=tuple(replace(s, steps=s.steps * scale) for s in log.series), events=())
    counted, of_steps = ("step", "epochs", "seconds", "learning rate"), ("suggested_warm_up", "planned_share")
    same = [n for n, q in catalogue().items() if q.unit not in counted and n not in of_steps]
    before, after = values(replace(log, events=())), values(scaled)
    assert before.keys() == after.keys()
    for name in same:
        assert before.get(name) == pytest.approx(after.get(name)), name


def test_a_missing_input_skips_a_signal_and_is_named():
    empty = RunLog("run", "run")
    needing = {name for name, s in signals().items() if any(i.needed and i.kind != "run" for i in s.inputs)}
    assert not needing & values(empty).keys()
    assert [name for name in needing if not missing(name, empty)] == []
    assert missing("nonfinite_loss_share", empty) == ("train_loss",)
    assert missing("nonfinite_loss_share", run(series("loss", [1, 2]))) == ()
    assert missing("batch_size", empty) == ("batch_size",)
    assert missing("batch_size", run(batch_size=8.0)) == ()


def test_a_fact_says_which_columns_and_settings_it_was_read_from():
    facts = {fact.name: fact for fact in measure(run(series("Train Loss", [1, math.nan, math.inf]), batch_size=8.0))}
    assert facts["nonfinite_loss_share"].reads == ("Train Loss",)
    assert facts["nonfinite_loss_share"].value == pytest.approx(2 / 3)
    assert facts["nonfinite_loss_step"].at == (2, 3)
    assert facts["batch_size"].reads == ("settings",)


def test_every_layer_is_measured_by_itself_and_by_the_signals_of_layers_alone():
    log = run(series("dead_relu_frac", [0.25, 0.25]), series("dead_relu_frac", [0.5, 1, 1], "layer 1"))
    assert values(log)["dead_share"] == 0.25
    assert values(log, "layer 1") == {"layer": "layer 1", "layer_dead_share": 1, "layer_first_dead_share": 0.5}
    assert missing("layer_dead_share", log) == ("monitor",)


def test_settings_that_are_no_fact_are_left_out():
    assert values(
        RunLog("run", "run", settings={"lr": math.nan, "class_counts": (1.0, 2.0), "batch_size": 4.0})
    ).keys() >= {"batch_size"}
    assert "lr" not in values(RunLog("run", "run", settings={"lr": math.nan}))
