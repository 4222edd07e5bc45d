"""What to search next is told as ranges, and as snippets that run; a sweep that was really trained shows it."""

import random
from pathlib import Path

import optuna
import pytest
import yaml
from click.testing import CliRunner

import expert
from expert.cli import expert as command
from expert.tune.failures import region
from expert.tune.space import Scale

RUNS = Path(__file__).parents[1] / "runs"
SOUND = RUNS / "healthy-sweep" / "sweep.csv"


@pytest.fixture(scope="module")
def sound():
    return expert.tune(SOUND)


def snippets(plan):
    return next(item.snippets for item in plan.items if item.remedy.id == "search-finer")


def value(plan, name, about=""):
    return next(fact.value for fact in plan.run.facts if (fact.name, fact.about) == (name, about))


def test_the_rate_is_narrowed_around_the_best_on_its_own_scale(sound):
    low, high = value(sound, "knob_next_low", "lr"), value(sound, "knob_next_high", "lr")
    assert 1e-4 < low < 0.00725 < high < 0.3
    assert value(sound, "knob_scale", "lr") == "log"


def test_the_snippet_for_optuna_runs_in_optuna(sound):
    space = {}
    exec(snippets(sound)["optuna"], space)
    study = optuna.create_study()
    study.optimize(lambda trial: space["suggest"](trial)["lr"], n_trials=5)
    low, high = value(sound, "knob_next_low", "lr"), value(sound, "knob_next_high", "lr")
    assert all(low <= trial.params["lr"] <= high for trial in study.trials)


def test_the_sweep_of_wandb_is_yaml_with_numbers_in_it(sound):
    sweep = yaml.safe_load(snippets(sound)["wandb"])
    assert sweep["metric"] == {"name": "val_acc", "goal": "maximize"}
    assert sweep["parameters"]["lr"]["distribution"] == "log_uniform_values"
    assert sweep["parameters"]["lr"]["min"] == value(sound, "knob_next_low", "lr")


def test_the_search_goes_on_beyond_the_edge():
    plan = expert.tune(RUNS / "search-range-edge" / "sweep.csv")
    assert value(plan, "knob_next_high", "lr") > 0.002 > 0.001
    assert plan.items[0].title.startswith("Shift the range of lr beyond its upper end")


def test_the_next_range_ends_where_trials_fail():
    plan = expert.tune(RUNS / "failing-region" / "sweep.csv")
    assert value(plan, "knob_next_high", "lr") < 0.53


def test_importance_has_an_interval_and_stands_beside_the_general_order(sound):
    low, middle, high = (value(sound, f"knob_importance{end}", "lr") for end in ("_low", "", "_high"))
    assert 0 <= low <= middle <= high <= 1
    assert value(sound, "general_sensitivity", "lr") == "high"


def test_what_there_is_to_see_has_slices_bars_and_lines(sound):
    kinds = {type(exhibit).__name__ for exhibit in sound.run.exhibits}
    assert {"Bars", "Scatter", "Parallel", "Table"} <= kinds


def test_a_dropout_is_never_searched_beyond_what_is_possible(tmp_path):
    random.seed(2)
    rows = [{"dropout": (d := random.uniform(0, 0.5)), "loss": (d - 0.02) ** 2} for _ in range(30)]
    path_rows = "\n".join(f"{row['dropout']:.4f},{row['loss']:.6f}" for row in rows)
    (tmp_path / "sweep.csv").write_text(f"dropout,val_loss\n{path_rows}\n")
    assert value(expert.tune(tmp_path / "sweep.csv"), "knob_next_low", "dropout") >= 0


def test_failures_that_lie_anywhere_make_no_region():
    import numpy as np

    random = np.random.default_rng(0)
    places = random.random(60)
    assert region(places, random.random(60) < 0.2, Scale("lr", "number")) is None
    assert region(places, places > 0.7, Scale("lr", "number")).side == "above"


def test_the_command_writes_a_page_and_says_what_to_search(tmp_path):
    done = CliRunner().invoke(command, ["tune", str(SOUND), "-o", str(tmp_path / "next.html")])
    assert done.exit_code == 0, done.output
    assert "lr from 0.00" in done.output
    assert "suggest_float" in (tmp_path / "next.html").read_text()


def test_the_command_asks_for_a_metric_that_is_there():
    done = CliRunner().invoke(command, ["tune", str(SOUND), "--metric", "val_los", "-o", "-"])
    assert done.exit_code == 2
    assert "did you mean 'val_loss'" in done.output
