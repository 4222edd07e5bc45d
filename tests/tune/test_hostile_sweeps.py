"""Sweeps that hold little, nothing or nonsense are told as such, and never end in a traceback."""

import random

import pytest

import expert
from expert.tune.results import UnclearResultError


def table(folder, text):
    (folder / "sweep.csv").write_text(text)
    return folder / "sweep.csv"


def said(plan):
    return " ".join([*(finding.diagnosis.id for finding in plan.findings), *plan.run.notes])


def rows(n, line):
    random.seed(1)
    return "\n".join(line(k) for k in range(n))


def test_one_run_is_too_little(tmp_path):
    assert "few-trials" in said(expert.tune({"epoch": [1, 2, 3], "val_loss": [3.0, 2.0, 1.0]}))
    assert "few-trials" in said(expert.tune(table(tmp_path, "lr,val_loss\n0.1,0.5\n")))


def test_runs_without_settings_have_no_knobs(tmp_path):
    for n in range(8):
        (tmp_path / f"log{n}.csv").write_text(f"epoch,val_loss\n1,{n + 2}\n2,{n + 1}\n")
    plan = expert.tune(tmp_path)
    assert "varied: nothing" in said(plan)
    assert plan.verdict == "No problem found"


def test_a_sweep_that_only_failed_says_so(tmp_path):
    plan = expert.tune(table(tmp_path, "lr,val_loss\n" + rows(8, lambda n: f"{0.1 * 2**n},nan")))
    assert [f.diagnosis.id for f in plan.findings] == ["every-trial-failed"]


def test_constant_results_tell_nothing(tmp_path):
    plan = expert.tune(table(tmp_path, "lr,val_acc\n" + rows(15, lambda n: f"{0.001 * 2**n},0.1")))
    assert plan.findings[0].diagnosis.id == "flat-sweep"


def test_a_knob_of_mixed_kinds_is_taken_as_choices(tmp_path):
    text = "max_features,val_loss\n" + rows(20, lambda n: f"{['sqrt', 0.5, 'log2'][n % 3]},{random.random()}")
    assert "sqrt" in str(expert.tune(table(tmp_path, text)))


def test_lists_are_choices(tmp_path):
    text = "lr,hidden,val_loss\n" + rows(
        20, lambda n: f'{10 ** -random.uniform(1, 4):.4g},"[{2 ** (4 + n % 3)}, 16]",{random.random()}'
    )
    plan = expert.tune(table(tmp_path, text))
    assert "hidden" in said(plan)


def test_a_metric_that_is_not_there_names_the_nearest(tmp_path):
    with pytest.raises(UnclearResultError, match="val_loss"):
        expert.tune(table(tmp_path, "lr,val_loss\n0.1,1\n0.2,2\n"), metric="val_los")


def test_a_result_of_unknown_direction_asks_for_it(tmp_path):
    text = "lr,objective_value,value\n" + rows(8, lambda n: f"{0.1 * 2**n},3,{n}")
    assert "--set direction.value=" in expert.tune(table(tmp_path, text)).not_judged[0].how
    assert expert.tune(table(tmp_path, text), directions={"value": "higher"}).verdict != "Not judged"


def test_thousands_of_trials_are_judged(tmp_path):
    def line(_: int) -> str:
        lr, decay = 10 ** -random.uniform(1, 5), 10 ** -random.uniform(1, 5)
        failed = lr > 0.05 and random.random() < 0.9
        return f"{lr:.4g},{decay:.4g},{'nan' if failed else random.random() + abs(lr - 0.003)}"

    plan = expert.tune(table(tmp_path, "lr,weight_decay,val_loss\n" + rows(5000, line)))
    assert "failing-region" in said(plan)


def test_a_folder_without_runs_is_refused(tmp_path):
    assert expert.tune(tmp_path).verdict == "Not judged"
