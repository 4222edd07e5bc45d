"""The Monitor looks inside a model while it trains, and changes nothing of the training."""

from __future__ import annotations

import contextlib
import json

import pytest
import torch
from torch import nn
from trained import log, monitored, network, of_layer, train

import expert
from expert.live import Monitor


def hooks(model):
    places = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(module, place)) for module in model.modules() for place in places)


def test_the_log_is_read_like_any_other_and_judged(tmp_path):
    run = monitored(network(), tmp_path / "run.jsonl")
    assert run.reader.startswith("live")
    assert run["train_loss"].steps.tolist() == [1, 2, 4, 8, 10, 20, 30, 40, 50, 60]
    assert expert.diagnose(tmp_path / "run.jsonl").verdict == "No problem found"


def test_settings_are_told_by_model_optimizer_and_first_pass(tmp_path):
    settings = monitored(network(nn.Dropout(0.1)), tmp_path / "run.jsonl", settings={"epochs": 2}).settings
    told = {"optimizer": "adam", "lr": 1e-3, "batch_size": 32, "loss": "cross_entropy", "num_classes": 3, "epochs": 2}
    assert {name: settings[name] for name in told} == told
    assert settings["hidden_activations"] == "relu, relu"
    assert settings["hidden_sizes"] == (16.0, 16.0)
    assert settings["dropout"] == 0.1


def test_each_layer_has_series_of_its_own(tmp_path):
    run = monitored(network(), tmp_path / "run.jsonl")
    assert {"grad_norm", "grad_mean", "weight_norm", "update_ratio", "out_std"} <= of_layer(run, "0").keys()
    assert of_layer(run, "1").keys() == {"dead_relu_frac"}
    assert {"grad_norm", "grad_norm_first", "grad_norm_last", "update_ratio", "step_time", "data_time"} <= {
        series.name for series in run.series if not series.about
    }


def test_norms_are_those_that_torch_computes(tmp_path):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    before = [p.detach().clone() for p in model.parameters()]
    with Monitor(model, optimizer, tmp_path / "run.jsonl") as m:
        train(model, m, optimizer, steps=1)
    run = log(tmp_path / "run.jsonl")
    norm = nn.utils.get_total_norm([p.grad for p in model.parameters()]).item()
    moved = nn.utils.get_total_norm([p.detach() - b for p, b in zip(model.parameters(), before, strict=True)]).item()
    assert run["grad_norm"].values[0] == pytest.approx(norm, rel=1e-4)
    assert run["update_ratio"].values[0] == pytest.approx(moved / nn.utils.get_total_norm(before).item(), rel=1e-4)
    assert of_layer(run, "0")["grad_norm"][0] == pytest.approx(
        nn.utils.get_total_norm([p.grad for p in model[0].parameters()]).item(), rel=1e-4
    )


def test_weights_are_bit_identical_with_and_without(tmp_path):
    def trained(watched):
        torch.manual_seed(3)
        model = network(nn.BatchNorm1d(16), nn.Dropout(0.2))
        optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
        if not watched:
            return train(model, None, optimizer).state_dict()
        with Monitor(model, optimizer, tmp_path / "run.jsonl", every=7) as m:
            return train(model, m, optimizer).state_dict()

    bare, seen = trained(False), trained(True)
    assert all(torch.equal(bare[name], seen[name]) for name in bare)


def test_no_hook_stays_and_between_samples_there_is_one(tmp_path):
    model = network()
    optimizer = torch.optim.Adam(model.parameters())
    with Monitor(model, optimizer, tmp_path / "run.jsonl", every=50) as m:
        train(model, m, optimizer, steps=20)
        assert hooks(model) == 1
    assert hooks(model) == 0
    assert not optimizer._optimizer_step_pre_hooks
    assert not optimizer._optimizer_step_post_hooks


def test_the_plan_the_page_and_the_notebook_are_there_at_any_time(tmp_path):
    model = network()
    optimizer = torch.optim.Adam(model.parameters())
    with Monitor(model, optimizer, tmp_path / "run.jsonl") as m:
        train(model, m, optimizer, steps=30)
        assert m.plan().run["train_loss"].steps[-1] == 30
        assert m.report(tmp_path / "report.html").read_text().startswith("<!doctype html>")
        assert m._repr_html_().startswith("<iframe sandbox")


def test_validation_is_logged_apart(tmp_path):
    model = network()
    with Monitor(model, log=tmp_path / "run.jsonl") as m:
        m.step(torch.tensor(1.5))
        m.log(val_loss=torch.tensor(1.4), val_acc=0.5)
    run = log(tmp_path / "run.jsonl")
    assert run["val_loss"].values.tolist() == [pytest.approx(1.4)]
    assert run["val_acc"].values.tolist() == [0.5]


def test_what_ends_the_training_is_an_event_and_the_log_is_whole(tmp_path):
    model = network()
    optimizer = torch.optim.Adam(model.parameters())
    with contextlib.suppress(RuntimeError), Monitor(model, optimizer, tmp_path / "run.jsonl") as m:
        train(model, m, optimizer, steps=13)
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
    run = log(tmp_path / "run.jsonl")
    assert "out of memory" in run.events[0].text
    assert run["train_loss"].steps[-1] == 13
    assert hooks(model) == 0


def test_an_old_log_is_kept_and_a_resumed_run_goes_on_in_its_own(tmp_path):
    path = tmp_path / "run.jsonl"
    monitored(network(), path, steps=20)
    monitored(network(), path, steps=20)
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["run.1.jsonl", "run.jsonl"]
    monitored(network(), path, steps=20, resume_at=20)
    assert log(path)["train_loss"].steps[-1] == 40


def test_a_log_that_was_cut_is_continued_on_a_line_of_its_own(tmp_path):
    path = tmp_path / "run.jsonl"
    monitored(network(), path, steps=20)
    path.write_bytes(path.read_bytes()[:-30])
    monitored(network(), path, steps=20, resume_at=20)
    assert [type(json.loads(line)) for line in path.read_text().splitlines()[:3]] == [dict, dict, dict]
    assert any("cut" in note for note in log(path).notes)
    assert log(path)["train_loss"].steps[-1] == 40


def test_every_is_at_least_one():
    with pytest.raises(ValueError, match="at least 1"):
        Monitor(network(), every=0)


def test_targets_are_counted_by_class(tmp_path):
    model = network()
    with Monitor(model, None, tmp_path / "run.jsonl") as m:
        for label in (0, 2, 2):
            m.step(
                nn.functional.cross_entropy(model(torch.randn(4, 10)), torch.full((4,), label)),
                targets=torch.full((4,), label),
            )
    assert log(tmp_path / "run.jsonl").settings["class_counts"] == (4, 0, 4)
    assert log(tmp_path / "run.jsonl")["batch_classes"].values.tolist() == [1, 1]


def test_the_range_of_quantities_is_that_of_all_samples(tmp_path):
    model = network()
    with Monitor(model, None, tmp_path / "run.jsonl") as m:
        for low in (0.0, -3.0):
            y = torch.linspace(low, low + 5, 12).reshape(4, 3)
            m.step(nn.functional.mse_loss(model(torch.randn(4, 10)), y), targets=y)
    settings = log(tmp_path / "run.jsonl").settings
    assert (settings["target_min"], settings["target_max"]) == (-3, 5)
