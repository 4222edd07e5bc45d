"""What is wrong with a layer: one finding for all that share it, causes before symptoms across layers and the run."""

from __future__ import annotations

import numpy as np

from expert.diagnose import judge
from expert.renderers import formats, render
from expert.run import RunLog, Series
from expert.vocabulary import understand

STEPS = np.arange(1.0, 13.0)


def series(name: str, value: float, about: str = "", first: float | None = None) -> Series:
    values = np.full(12, value)
    values[0] = value if first is None else first
    return Series(name, STEPS, values, about=about, file="run.jsonl", lines=np.arange(2, 14))


def plan(*more: Series):
    flat = Series("train_loss", STEPS, np.linspace(2.302, 2.301, 12))
    run = RunLog("run", "run", (flat, series("lr", 1e-3), *more), {"num_classes": 10.0})
    return judge(understand(run))


DEAD = (series("dead_relu_frac", 0.97, "conv2", 0.1), series("dead_relu_frac", 0.99, "conv10", 0.1))


def test_layers_that_share_a_fault_share_a_finding():
    (finding,) = (f for f in plan(*DEAD).findings if f.diagnosis.id == "dead-relu")
    assert (finding.about, finding.also) == ("conv2", ("conv10",))
    assert finding.title == "ReLU units are dead (conv2 and 1 more)"
    assert "97% of the ReLU units of layer conv2" in finding.reasons[0].text


def test_what_is_wrong_with_a_layer_explains_what_the_run_shows():
    found = {f.diagnosis.id: f for f in plan(*DEAD).findings}
    assert "not-learning" not in found
    assert "not-learning" in found["dead-relu"].explains


def test_what_is_wrong_with_the_run_explains_what_its_layers_show():
    born = tuple(series("weight_scale", 0.0, f"fc{n}") for n in range(3))
    found = {f.diagnosis.id: f for f in plan(*DEAD, *born, series("update_ratio", 1e-3)).findings}
    assert "dead-relu" not in found
    assert "dead-relu" in found["poor-initialization"].explains


def test_a_remedy_of_a_layer_says_its_name_and_its_own_numbers():
    titles = [item.title for item in plan(*DEAD).items]
    assert "Take leaky ReLU or GELU, which cannot die, 97% in layer conv2" in titles


def test_every_form_of_the_plan_names_the_layer():
    assert [form for form in formats() if "conv2" not in render(plan(*DEAD), form)] == []


def test_layer_ten_comes_after_layer_nine():
    dead = (series("dead_relu_frac", 0.99, "10", 0.1), series("dead_relu_frac", 0.99, "9", 0.1))
    (finding,) = (f for f in plan(*dead).findings if f.diagnosis.id == "dead-relu")
    assert (finding.about, finding.also) == ("9", ("10",))
