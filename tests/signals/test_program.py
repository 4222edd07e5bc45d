"""What settings say of the layers of a model."""

from __future__ import annotations

import pytest

from expert.run import RunLog
from expert.signals import measure
from expert.vocabulary import settings


@pytest.mark.parametrize(
    ("given", "narrowest"),
    [
        ({"hidden_sizes": [64, 2, 32]}, 2),
        ({"hidden_dim": 128}, 128),
        ({"architecture": "D64:relu DO0.5 D4:relu D10:softmax"}, 4),
        ({"architecture": "Dense(16) Dense(3)"}, 16),
        ({"architecture": "Linear(10, 8) Linear(8, 2)"}, 8),
        ({"architecture": "resnet50d"}, None),
        ({"architecture": "fc1 fc2 fc3"}, None),
    ],
)
def test_the_narrowest_hidden_layer_is_told_by_a_list_or_by_named_layers(given, narrowest):
    facts = {fact.name: fact.value for fact in measure(RunLog("run", "run", settings=settings(given)))}
    assert facts.get("narrowest_layer") == narrowest


def test_exponential_layers_are_counted_and_others_are_not():
    told = settings({"hidden_activations": ["exp", "relu", "exponential", "expit"]})
    facts = {fact.name: fact.value for fact in measure(RunLog("run", "run", settings=told))}
    assert facts["exponential_hidden_layers"] == 2


@pytest.mark.parametrize(("architecture", "frozen"), [("D64:relu:frozen D1", True), ("resnet18", False)])
def test_an_architecture_says_whether_a_part_is_frozen(architecture, frozen):
    facts = {f.name: f.value for f in measure(RunLog("run", "run", settings=settings({"architecture": architecture})))}
    assert facts["names_frozen_layers"] is frozen
