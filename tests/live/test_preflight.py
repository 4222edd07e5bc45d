"""A look at a model before it trains: bugs are named, sound set-ups are left in peace, nothing given is changed."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from setups import BROKEN, SOUND
from torch import nn

import expert
from expert.cli import expert as command
from expert.signals import catalogue
from expert.supplied import SUPPLIERS

LIVE = Path(expert.__file__).parent / "live"
PATIENT = 600
"""Seconds; a busy machine must not decide what is found."""
QUICK = {
    "column_against_row_in_squared_error",
    "softmax_before_cross_entropy_of_tokens",
    "log_softmax_over_the_batch",
    "lstm_that_takes_the_batch_for_time",
    "pictures_with_their_channels_last",
    "layers_in_a_list",
    "head_replaced_after_the_optimizer_was_made",
    "functional_dropout_without_the_mode",
    "pixels_up_to_255",
    "class_minus_one",
    "root_of_nothing",
    "weights_of_deviation_one",
    "no_activation_at_all",
    "rate_of_a_ten_millionth",
    "plain_classifier",
    "embeddings_of_users_and_items",
    "autoencoder",
    "variational_autoencoder",
    "regression_with_scaled_targets",
    "contrastive_pairs",
    "fine_tuned_head",
}


def above_low(plan):
    return [f.diagnosis.id for f in plan.findings if f.severity in ("critical", "high", "medium")]


def named(setups):
    return [pytest.param(setup, id=setup.name) for setup in setups if setup.name in QUICK]


@pytest.mark.parametrize("setup", named(BROKEN))
def test_the_planted_bug_is_named_first(setup):
    assert above_low(expert.preflight(*setup.parts(), seconds=PATIENT))[0] in setup.bugs


@pytest.mark.parametrize("setup", named(SOUND))
def test_a_sound_set_up_has_nothing_above_low(setup):
    assert above_low(expert.preflight(*setup.parts(), seconds=PATIENT)) == []


def network():
    return nn.Sequential(nn.Linear(20, 16), nn.BatchNorm1d(16), nn.Dropout(0.2), nn.ReLU(), nn.Linear(16, 3))


def batch():
    return torch.randn(16, 20), torch.arange(16) % 3


def test_model_optimizer_batch_and_random_numbers_stay_as_they_are():
    model, (x, y) = network(), batch()
    optimizer = torch.optim.Adam(model.parameters())
    before = {name: value.clone() for name, value in model.state_dict().items()}
    kept, numbers = x.clone(), (torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy())
    expert.preflight(model, nn.CrossEntropyLoss(), (x, y), optimizer, seconds=PATIENT)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert model.training
    assert not optimizer.state
    assert all(p.grad is None and not p._backward_hooks for p in model.parameters())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert torch.equal(x, kept)
    assert torch.equal(torch.get_rng_state(), numbers[0])
    assert random.getstate() == numbers[1]
    assert (np.random.get_state()[1] == numbers[2]).all()


def test_a_shape_error_is_a_finding_with_the_layer():
    model = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(12, 3))
    plan = expert.preflight(model, nn.CrossEntropyLoss(), batch())
    (finding,) = plan.findings[:1]
    assert finding.diagnosis.id == "shape-mismatch"
    assert "layer 2 (Linear): RuntimeError: mat1 and mat2 shapes" in finding.reasons[0].text
    assert any("mend that first" in group.how for group in plan.not_judged)


def test_what_there_was_no_time_for_is_not_judged():
    plan = expert.preflight(network(), nn.CrossEntropyLoss(), batch(), seconds=1e-9)
    assert plan.verdict in ("Not judged", "No problem found")
    assert "memorize one batch" in {title for group in plan.not_judged for title in group.titles}


def test_facts_and_range_test_stand_on_the_page():
    plan = expert.preflight(network(), nn.CrossEntropyLoss(), batch(), seconds=PATIENT)
    assert {"train_loss", "range_test_loss", "range_test_rate"} <= {series.name for series in plan.run.series}
    assert any("range test suggests" in note for note in plan.run.notes)
    assert "Range test loss" in plan._repr_html_()


def test_facts_are_of_the_kind_that_the_catalogue_says():
    for setup in (s for s in (*BROKEN, *SOUND) if s.name in ("rate_of_a_ten_millionth", "fine_tuned_head")):
        facts = expert.preflight(*setup.parts(), seconds=PATIENT).run.facts
        assert len(facts) > 30
        assert [fact for fact in facts if not catalogue()[fact.name].admits(fact.value)] == []


def test_everything_that_the_catalogue_promises_is_measured_somewhere():
    source = "".join(path.read_text(encoding="utf-8") for path in LIVE.rglob("*.py"))
    assert [name for name in SUPPLIERS["preflight"] if f'"{name}"' not in source] == []


def test_a_mapping_is_given_by_name_and_may_hold_its_own_loss():
    class Output(dict):
        pass

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(20, 3)

        def forward(self, x, labels):
            logits = self.fc(x)
            return Output(loss=nn.functional.cross_entropy(logits, labels), logits=logits)

    x, y = batch()
    plan = expert.preflight(Net(), None, {"x": x, "labels": y}, seconds=PATIENT)
    assert above_low(plan) == []
    assert plan.facts["batch_leak"].value == 0


def test_a_model_that_cannot_be_copied_is_refused_with_the_mend():
    model = network()
    model.kept = model[0](batch()[0])
    with pytest.raises(ValueError, match=r"cannot be copied.*detach it"):
        expert.preflight(model, nn.CrossEntropyLoss(), batch())


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nowhere:parts", "there is no module 'nowhere'"),
        ("nowhere.py:parts", "there is no file nowhere.py"),
        ("script.py", "module:function is expected"),
        ("script.py:prats", "did you mean 'parts'?"),
        ("script.py:three", "returns int; a function for preflight returns (model, loss_fn, batch)"),
        ("script.py:raises", "raised KeyError: 'no such column'"),
        ("script.py:loader", "a batch is (inputs, targets)"),
        ("broken.py:parts", "broken.py does not load: NameError: name 'nonsense' is not defined"),
    ],
)
def test_a_script_that_cannot_be_used_says_why(target, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "broken.py").write_text("nonsense")
    done = CliRunner().invoke(command, ["preflight", target])
    assert done.exit_code == 2
    assert said in done.output


def test_the_command_prints_the_plan_and_writes_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.py").write_text(SCRIPT)
    done = CliRunner().invoke(command, ["preflight", "script.py:parts", "--seconds", "600", "--fail-on", "high"])
    assert done.exit_code == 1
    assert "Shapes are broadcast silently in the loss" in done.output
    assert "Range test loss" in (tmp_path / "report.html").read_text(encoding="utf-8")


SCRIPT = """
import torch
from torch import nn

def parts():
    model = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 1))
    x = torch.randn(16, 20)
    return model, nn.MSELoss(), (x, x[:, 0])

def three():
    return 3

def raises():
    raise KeyError("no such column")

def loader():
    return nn.Linear(2, 2), nn.MSELoss(), object()
"""


def test_a_compiled_model_is_looked_at_like_any_other():
    compiled, (x, y) = torch.compile(network(), backend="eager"), batch()
    plan = expert.preflight(compiled, nn.CrossEntropyLoss(), (x * 255, y), seconds=PATIENT)
    assert above_low(plan)[0] == "inputs-not-normalized"


def test_a_scripted_model_is_asked_for_as_it_was_written():
    with pytest.raises(ValueError, match="give it before"):
        expert.preflight(torch.jit.script(network()), nn.CrossEntropyLoss(), batch())
