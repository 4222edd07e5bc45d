"""Several baselines make a band; a known result carries as far as its rung; runs stand side by side."""

import json

import numpy as np
import pytest

import expert
from expert.baselines import known
from expert.sources import Given, single

EPOCHS = np.arange(30)


def log(level, pace=5.0):
    """A run whose accuracy rises to a level, and whose loss falls accordingly."""
    acc = level * (1 - np.exp(-(EPOCHS + 1) / pace))
    return {"epoch": EPOCHS.tolist(), "train_loss": (2.3 - 2 * acc).tolist(), "val_acc": acc.tolist()}


NOISY = [log(level) for level in (0.80, 0.84, 0.86, 0.90)]


def certainty(plan):
    return next((f.certainty for f in plan.findings if f.diagnosis.id == "below-known-result"), 0.0)


def test_a_run_within_the_band_of_several_baselines_is_not_below_them():
    assert certainty(expert.diagnose(log(0.80), baseline=NOISY)) == 0
    assert certainty(expert.diagnose(log(0.80), baseline=log(0.85))) > 0.5  # one baseline has no band


def test_a_run_beyond_the_band_is_below_the_baselines():
    assert certainty(expert.diagnose(log(0.6), baseline=NOISY)) > 0.5


def test_slower_progress_than_the_baselines_is_seen():
    even = [log(0.85, pace) for pace in (4.9, 5.0, 5.1)]
    facts = expert.diagnose(log(0.86, 11.0), baseline=even).facts
    assert facts["slowness"].value > 1.5
    assert facts["slowness_over_band"].value > 1


def test_the_band_is_a_prediction_interval():
    runs = [single(log(level), Given()) for level in (0.80, 0.84, 0.86, 0.90)]
    reached = [max(run["val_acc"].values) for run in runs]
    expected = 3.182 * np.std(reached, ddof=1) * np.sqrt(1.25)  # t(0.975, 3)
    assert known(runs[0], runs)["baseline_val_metric_band"] == pytest.approx(expected)


def test_a_known_result_carries_as_far_as_its_rung():
    rungs = ["official", "official-benchmark", "unofficial", "paper", "own-benchmark", "similar"]
    found = [
        certainty(expert.diagnose(log(0.8), settings={"known_result": 0.95, "known_result_kind": r})) for r in rungs
    ]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.5 > found[-1] > 0


def test_a_known_result_within_the_noise_of_the_sample_is_reached():
    settings = {"known_result": 0.83, "val_size": 100}
    assert certainty(expert.diagnose(log(0.8), settings=settings)) == 0
    assert certainty(expert.diagnose(log(0.8), settings=settings | {"val_size": 100_000})) > 0.5


def test_a_rung_that_does_not_exist_is_a_mistake(command, healthy):
    assert command("diagnose", healthy, "--set", "known_result_kind=hearsay").exit_code == 2


def test_several_baselines_are_given_on_the_command_line(command, healthy, tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(healthy.read_text())
    assert "baseline_runs" in command("facts", healthy, "--baseline", "a.csv", "--baseline", "b.csv").stdout


def test_runs_stand_side_by_side_in_a_hundred_columns(command, healthy, broken):
    done = command("compare", healthy, broken, healthy, broken, broken)
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert [title in done.stdout for title in ("Findings", "Results", "Facts that differ")] == [True] * 3


@pytest.mark.parametrize(("form", "sign"), [("json", "{"), ("markdown", "- **A**"), ("html", "<!doctype html>")])
def test_a_comparison_has_every_form(command, healthy, broken, form, sign):
    assert command("compare", healthy, broken, "--format", form).stdout.startswith(sign)


def test_the_comparison_for_machines_has_a_value_for_each_run(command, healthy, broken):
    found = json.loads(command("compare", healthy, broken, "--format", "json").stdout)
    assert len(found["runs"]) == 2
    assert {
        len(values) for kind in ("findings", "results", "settings", "facts") for values in found[kind].values()
    } == {2}


def test_one_run_is_no_comparison(command, healthy):
    done = command("compare", healthy)
    assert done.exit_code == 2
    assert "two runs" in done.stderr
