"""Whatever the training is like: the Monitor sees what there is, breaks nothing and changes nothing."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint
from trained import batches, log, monitored, network, of_layer, train

import expert
from expert.live import Monitor


class Shared(nn.Module):
    """An embedding that is the output layer, too."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(10, 10, bias=False)
        self.out = nn.Linear(10, 10, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.out(functional.relu(self.embed(x)))[:, :3]


class Checkpointed(nn.Module):
    """Its middle is computed again within the backward pass."""

    def __init__(self, reentrant: bool) -> None:
        super().__init__()
        self.first, self.middle, self.last = nn.Linear(10, 16), network()[2], nn.Linear(16, 3)
        self.reentrant = reentrant

    def forward(self, x: Tensor) -> Tensor:
        middle = checkpoint(lambda h: functional.relu(self.middle(h)), self.first(x), use_reentrant=self.reentrant)
        return self.last(middle)


class Attention(nn.Module):
    """Nine numbers as three tokens, attended to with a mask; activations are functions."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.Linear(3, 8)
        self.block = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
        self.out = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        mask = nn.Transformer.generate_square_subsequent_mask(3)
        return self.out(self.block(self.inside(x[:, :9].unflatten(1, (3, 3))), mask, is_causal=True).mean(1))


class Sparse(nn.Module):
    """A layer whose output is a sparse tensor, which has no deviation."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(10))

    def forward(self, x: Tensor) -> Tensor:
        return (x * self.scale).to_sparse()


class Dense(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.to_dense()


MODELS = {
    "batch normalization and dropout": lambda: network(nn.BatchNorm1d(16), nn.Dropout(0.3)),
    "shared parameters": Shared,
    "a checkpointed segment": lambda: Checkpointed(False),
    "a reentrant checkpoint": lambda: Checkpointed(True),
    "attention with dropout": Attention,
    "a recurrence": lambda: nn.Sequential(nn.Unflatten(1, (5, 2)), Last(), nn.Linear(8, 3)),
    "a convolution that works in place": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 10)), nn.Conv1d(1, 4, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(32, 3)
    ),
    "an output that breaks the monitor": lambda: nn.Sequential(Sparse(), Dense(), nn.Linear(10, 3)),
    "double precision": lambda: nn.Sequential(Cast(torch.float64), network().double()),
}


class Last(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(2, 8, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.lstm(x)[0][:, -1]


class Cast(nn.Module):
    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, x: Tensor) -> Tensor:
        return x.to(self.dtype)


@pytest.mark.parametrize("kind", MODELS)
def test_weights_and_random_state_are_bit_identical(kind, tmp_path):
    left = []
    for watched in (False, True):
        torch.manual_seed(3)
        model = MODELS[kind]()
        optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
        if watched:
            with Monitor(model, optimizer, tmp_path / "run.jsonl", every=4) as m:
                train(model, m, optimizer, steps=12)
        else:
            train(model, None, optimizer, steps=12)
        left.append([*model.state_dict().values(), torch.get_rng_state()])
    assert all(torch.equal(bare, seen) for bare, seen in zip(*left, strict=True))
    assert not any("the monitor stopped" in note for note in log(tmp_path / "run.jsonl").notes)


def test_a_layer_that_shares_its_weights_is_counted_once(tmp_path):
    run = monitored(Shared(), tmp_path / "run.jsonl")
    assert run.settings["n_params"] == 100
    assert of_layer(run, "out") == {}
    assert len(of_layer(run, "Shared")["dead_relu_frac"]) == len(of_layer(run, "embed")["grad_norm"])


@pytest.mark.parametrize("reentrant", [True, False])
def test_a_checkpointed_segment_is_looked_at_once(reentrant, tmp_path):
    run = monitored(Checkpointed(reentrant), tmp_path / "run.jsonl")
    assert {"out_std", "grad_norm"} <= of_layer(run, "middle").keys()
    assert [s.about for s in run.series if s.name == "dead_relu_frac" and s.about] == ["Checkpointed"]


def test_attention_is_seen_within_torchs_own_layer(tmp_path):
    run = monitored(Attention(), tmp_path / "run.jsonl")
    assert all(0 < entropy <= 1 for entropy in of_layer(run, "block.self_attn")["attention_entropy"])
    assert "dead_relu_frac" in of_layer(run, "block")


def test_the_first_of_several_passes_of_a_step_is_looked_at(tmp_path):
    model = network()
    optimizer = torch.optim.Adam(model.parameters())
    with Monitor(model, optimizer, tmp_path / "run.jsonl", every=5) as m:
        for x, y in batches(20):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(x), y) + 0.1 * model(100 * x).square().mean()
            loss.backward()
            optimizer.step()
            m.step(loss)
    assert max(log(tmp_path / "run.jsonl")["input_std"].values) < 2


def test_frozen_parts_are_no_fault(tmp_path):
    model = network()
    model[0].requires_grad_(False)
    run = monitored(model, tmp_path / "run.jsonl")
    assert of_layer(run, "0").keys() == {"weight_norm", "out_mean", "out_std", "weight_scale"}
    assert "frozen-parameters" not in {f.diagnosis.id for f in expert.diagnose(tmp_path / "run.jsonl").findings}


def test_mixed_precision_logs_its_scale_and_true_gradients(tmp_path):
    model = network()
    optimizer, scaler = torch.optim.SGD(model.parameters(), 0.01), torch.amp.GradScaler("cpu", init_scale=1024.0)
    with Monitor(model, optimizer, tmp_path / "run.jsonl", scaler=scaler) as m:
        for x, y in batches(20):
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16):
                loss = functional.cross_entropy(model(x), y)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            m.step(loss)
    run = log(tmp_path / "run.jsonl")
    assert run["loss_scale"].values[0] == 1024
    assert run.settings["precision"] == "bfloat16"
    assert max(run["grad_norm"].values) < 10


def test_a_step_that_the_scaler_skips_counts_as_not_finite(tmp_path):
    model = network()
    optimizer, scaler = torch.optim.SGD(model.parameters(), 0.01), torch.amp.GradScaler("cpu", init_scale=1e38)
    with Monitor(model, optimizer, tmp_path / "run.jsonl", scaler=scaler) as m:
        for x, y in batches(4):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(100 * x), y)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            m.step(loss)
    assert log(tmp_path / "run.jsonl")["nonfinite_grad_steps"].values[0] == 1


def test_gradients_are_seen_though_they_are_zeroed_before_the_step_is_told(tmp_path):
    model = network()
    optimizer = torch.optim.Adam(model.parameters())
    with Monitor(model, optimizer, tmp_path / "run.jsonl") as m:
        for x, y in batches(10):
            loss = functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            m.step(loss)
    run = log(tmp_path / "run.jsonl")
    assert (run["grad_norm"].values > 0).all()
    assert run["left_over_grad"].values.max() == 0


def test_without_an_optimizer_weights_updates_and_standing_gradients_are_seen(tmp_path):
    model = network()
    with Monitor(model, log=tmp_path / "run.jsonl") as m:
        train(model, m, torch.optim.SGD(model.parameters(), 0.1), steps=10)
    run = log(tmp_path / "run.jsonl")
    assert (run["grad_norm"].values > 0).all()
    assert (run["update_ratio"].values > 0).all()


def accumulated(path: Path, zeroed: bool) -> float:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with Monitor(model, optimizer, path, every=3) as m:
        for n, (x, y) in enumerate(batches(24)):
            loss = functional.cross_entropy(model(x), y)
            loss.backward()
            if n % 4 == 3:
                optimizer.step()
                if zeroed:
                    optimizer.zero_grad()
            m.step(loss)
    found = [s for s in log(path).series if s.name == "left_over_grad"]
    return float(found[0].values.max()) if found else 0.0


def test_accumulated_gradients_are_not_left_over_and_those_never_zeroed_are(tmp_path):
    assert accumulated(tmp_path / "sound.jsonl", zeroed=True) == 0
    assert accumulated(tmp_path / "never.jsonl", zeroed=False) > 0.1


def test_a_model_that_is_compiled_is_measured_from_outside_with_a_note(tmp_path):
    run = monitored(torch.compile(network(), backend="eager"), tmp_path / "run.jsonl", steps=10)
    assert any("compiled" in note for note in run.notes)
    assert {"grad_norm", "update_ratio"} <= of_layer(run, "0").keys()
    assert "out_std" not in of_layer(run, "0")


@pytest.fixture
def _one_process(tmp_path) -> Iterator[None]:
    torch.distributed.init_process_group("gloo", f"file://{tmp_path}/meet", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


@pytest.mark.usefixtures("_one_process")
def test_a_distributed_model_has_the_names_of_the_model_inside(tmp_path):
    run = monitored(nn.parallel.DistributedDataParallel(network()), tmp_path / "run.jsonl")
    assert {"grad_norm", "update_ratio", "out_std"} <= of_layer(run, "0").keys()
    assert "input_std" in {series.name for series in run.series}


def test_only_rank_0_writes(tmp_path, monkeypatch):
    monkeypatch.setitem(os.environ, "RANK", "1")
    model = network()
    optimizer = torch.optim.Adam(model.parameters())
    with Monitor(model, optimizer, tmp_path / "run.jsonl") as m:
        train(model, m, optimizer, steps=3)
    assert list(tmp_path.iterdir()) == []


def test_a_defect_of_the_monitor_is_a_note_and_the_training_goes_on(tmp_path):
    run = monitored(MODELS["an output that breaks the monitor"](), tmp_path / "run.jsonl")
    assert any("activations are not looked at from step 1 on" in note for note in run.notes)
    assert len(run["train_loss"]) == len(run["grad_norm"]) == 10


def test_a_full_disk_does_not_stop_the_training():
    model = network()
    optimizer = torch.optim.Adam(model.parameters())
    with pytest.warns(RuntimeWarning, match="No space left"), Monitor(model, optimizer, "/dev/full") as m:
        train(model, m, optimizer, steps=60)
    assert not model._forward_pre_hooks


def test_a_pass_that_fails_leaves_no_mode_in_force(tmp_path):
    model = network()
    with Monitor(model, log=tmp_path / "run.jsonl") as m:
        with pytest.raises(RuntimeError):
            model(torch.randn(4, 9))
        assert torch.overrides._get_current_function_mode() is None
        train(model, m, torch.optim.SGD(model.parameters(), 0.1), steps=3)
    assert len(log(tmp_path / "run.jsonl")["grad_norm"]) == 2


def test_a_model_is_copied_and_saved_while_it_is_watched(tmp_path):
    model = network()
    with Monitor(model, log=tmp_path / "run.jsonl") as m:
        best = copy.deepcopy(model)
        torch.save(model, tmp_path / "model.pt")
        best(torch.randn(4, 10)).sum().backward()
        train(model, m, torch.optim.SGD(model.parameters(), 0.1), steps=1)
    assert torch.load(tmp_path / "model.pt", weights_only=False)(torch.randn(4, 10)).shape == (4, 3)
    assert log(tmp_path / "run.jsonl").settings["batch_size"] == 32


def test_modes_at_training_and_validation_are_seen(tmp_path):
    model = network(nn.Dropout(0.5))
    optimizer = torch.optim.Adam(model.parameters())
    with Monitor(model, optimizer, tmp_path / "run.jsonl", every=5) as m:
        for _ in range(4):
            train(model, m, optimizer, steps=5)
            with torch.no_grad():
                m.log(val_loss=sum(functional.cross_entropy(model(x), y) for x, y in batches(2)) / 2)
    run = log(tmp_path / "run.jsonl")
    assert run["in_training_mode"].values.min() == 1
    assert run["in_training_mode_without_grad"].values.min() == 1
    (finding, *_) = expert.diagnose(tmp_path / "run.jsonl").findings
    assert finding.diagnosis.id == "eval-mode-missing"
