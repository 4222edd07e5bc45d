"""What to search next is told as ranges, and as snippets that run; a sweep that was really trained shows it."""

import json
import math
import random
from pathlib import Path

import optuna
import pytest
import yaml
from click.testing import CliRunner

import expert
from expert.cli import expert as command
from expert.renderers import render
from expert.tune.failures import region
from expert.tune.space import Scale

RUNS = Path(__file__).parents[1] / "runs"
SOUND = RUNS / "healthy-sweep" / "sweep.csv"


@pytest.fixture(scope="module")
def sound():
    return expert.tune(SOUND)


def loss(**knobs):
    """A bowl over three knobs and a choice; a fourth knob is not read."""
    rate, batch = math.log10(knobs["Learning-Rate"]) + 2.5, math.log2(knobs["Batch"]) - 5
    return 0.1 + rate**2 + 0.02 * batch**2 + 0.2 * (knobs["opt"] == "sgd") + 0.1 * knobs["smoothing"]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A sweep at random over knobs of all kinds, in a table with names of its own."""
    draw, path = random.Random(1), tmp_path_factory.mktemp("mixed") / "sweep.csv"
    rows = ["Learning-Rate,Batch,opt,smoothing,unused,val_loss"]
    for _ in range(60):
        knobs = {"Learning-Rate": 10 ** draw.uniform(-5, 0), "Batch": round(2 ** draw.uniform(3, 8))}
        knobs |= {"opt": draw.choice(["adam", "sgd"]), "smoothing": draw.uniform(0, 1), "unused": draw.uniform(0, 1)}
        rows.append(",".join(map(str, [*knobs.values(), loss(**knobs) + draw.gauss(0, 0.01)])))
    path.write_text("\n".join(rows))
    return expert.tune(path)


def snippets(plan):
    return next(item.snippets for item in plan.items if item.remedy.id == "search-finer")


def value(plan, name, about=""):
    return next(fact.value for fact in plan.run.facts if (fact.name, fact.about) == (name, about))


def test_the_rate_is_narrowed_around_the_best_on_its_own_scale(sound):
    low, high = value(sound, "knob_next_low", "lr"), value(sound, "knob_next_high", "lr")
    assert 1e-4 < low < 0.00725 < high < 0.3
    assert value(sound, "knob_scale", "lr") == "log"


def test_the_snippet_for_optuna_goes_on_from_the_trials_that_lie_there(sound):
    given = {"train": lambda knobs: knobs["lr"]}
    exec(snippets(sound)["optuna"], given)
    low, high = value(sound, "knob_next_low", "lr"), value(sound, "knob_next_high", "lr")
    assert all(low <= trial.params["lr"] <= high for trial in given["study"].trials)
    assert len(given["study"].trials) > value(sound, "sweep_trials")
    assert given["study"].trials[0].value == pytest.approx(value(sound, "best_result"), rel=1e-5)
    assert given["study"].direction.name == "MAXIMIZE"


def test_the_sweep_of_wandb_is_yaml_with_numbers_in_it(sound):
    sweep = yaml.safe_load(snippets(sound)["wandb"])
    assert sweep["metric"] == {"name": "val_acc", "goal": "maximize"}
    assert sweep["parameters"]["lr"]["distribution"] == "log_uniform_values"
    assert sweep["parameters"]["lr"]["min"] == value(sound, "knob_next_low", "lr")


def test_wandb_takes_its_sweep(mixed):
    from wandb.sdk.sweeps.scheduler.optuna import search_space_from_sweep_config

    sweep = yaml.safe_load(snippets(mixed)["wandb"])
    space = search_space_from_sweep_config(sweep["parameters"])
    assert space["Batch"] == optuna.distributions.IntDistribution(
        int(value(mixed, "knob_next_low", "Batch")), int(value(mixed, "knob_next_high", "Batch")), log=True
    )
    assert space["opt"] == optuna.distributions.CategoricalDistribution(["adam"])


def test_ray_takes_its_space(mixed, tmp_path):
    ray = pytest.importorskip("ray")
    given = {}
    exec(snippets(mixed)["ray"].replace("num_samples=60", "num_samples=4"), given)
    ray.init(num_cpus=1, include_dashboard=False)
    tuner = ray.tune.Tuner(
        lambda knobs: ray.tune.report({"val_loss": knobs["smoothing"]}),  # what a worker can load
        param_space=given["param_space"],
        tune_config=given["tune_config"],
        run_config=ray.tune.RunConfig(storage_path=str(tmp_path)),
    )
    found = tuner.fit()
    ray.shutdown()
    low, high = value(mixed, "knob_next_low", "Learning-Rate"), value(mixed, "knob_next_high", "Learning-Rate")
    assert all(low <= one.config["Learning-Rate"] <= high for one in found)
    assert (len(found), found.num_errors) == (4, 0)


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


def test_snippets_call_knobs_as_the_sweep_does(mixed):
    assert value(mixed, "general_sensitivity", "Learning-Rate") == "high"
    assert all("Learning-Rate" in snippet and "Batch" in snippet for snippet in snippets(mixed).values())


def test_a_knob_that_is_not_read_is_fixed_and_one_that_is_read_is_not(mixed):
    assert [f.about for f in mixed.findings if f.diagnosis.id == "idle-knob"] == ["unused"]
    fixed = yaml.safe_load(snippets(mixed)["wandb"])["parameters"]["unused"]
    assert fixed.keys() == {"value"}
    assert f"'unused': {fixed['value']:.6g}," in snippets(mixed)["optuna"]


def test_too_few_trials_call_no_knob_idle(tmp_path):
    draw = random.Random(1)
    rows = [[10 ** draw.uniform(-4, 0), *(draw.random() for _ in range(5))] for _ in range(40)]
    text = [",".join(map(str, [*row, (math.log10(row[0]) + 2) ** 2])) for row in rows]
    (tmp_path / "sweep.csv").write_text("\n".join(["lr,a,b,c,d,e,val_loss", *text]))
    assert "idle-knob" not in {finding.diagnosis.id for finding in expert.tune(tmp_path / "sweep.csv").findings}


def test_the_setting_to_take_is_that_which_is_expected_to_be_best(tmp_path):
    draw = random.Random(3)
    rates = [10 ** draw.uniform(-4, 0) for _ in range(40)]
    rows = [f"{lr:.5g},{0.5 + (math.log10(lr) + 2) ** 2 + draw.gauss(0, 0.01):.4f}" for lr in rates]
    (tmp_path / "sweep.csv").write_text("\n".join(["lr,val_loss", *rows, "0.15,0.45"]))  # the last was lucky
    plan = expert.tune(tmp_path / "sweep.csv")
    assert value(plan, "best_trial") == "row 41"
    chosen = int(value(plan, "chosen_trial").removeprefix("row ")) - 1
    assert abs(math.log10(rates[chosen]) + 2) < 0.3


def test_a_rate_that_was_never_varied_is_searched_around_its_value(tmp_path):
    draw = random.Random(2)
    rows = [f"{name},{draw.random()}" for name in ("adam", "sgd", "rmsprop") * 6]
    (tmp_path / "config.json").write_text('{"optim": {"learning_rate": 0.02}}')
    (tmp_path / "sweep.csv").write_text("\n".join(["optimizer,val_loss", *rows]))
    plan = expert.tune(tmp_path / "sweep.csv")
    (item,) = [item for item in plan.items if item.remedy.id == "vary-the-sensitive-knob"]
    assert item.snippets["optuna"] == "trial.suggest_float('optim.learning_rate', 0.0002, 2, log=True)"
    assert yaml.safe_load(item.snippets["wandb"])["optim.learning_rate"]["max"] == 2


def test_ends_that_no_tool_declared_are_said_to_be_those_that_were_tried(sound, tmp_path):
    tables = [exhibit for exhibit in sound.run.exhibits if exhibit.title == "What to search next"]
    assert "the greatest value that was tried" in tables[0].caption


def test_a_sweep_is_told_as_json(mixed):
    assert {exhibit["title"] for exhibit in json.loads(render(mixed, "json"))["exhibits"]} > {"The best trials"}


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
