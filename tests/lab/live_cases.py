"""The cases that are trained under the Monitor: faults that a look inside the model tells, and all that is sound."""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import nn
from torch.optim import SGD, Adam, AdamW

from tests.lab import live_material as inside
from tests.lab import material as m
from tests.lab.cases import ATTENTION, CASES, CNN, MLP, QUANTITY, ROWS, TEXT, Case
from tests.lab.recipe import Recipe
from tests.runs.networks import Growing, Recurrent, convolutional, dense
from tests.runs.samples import digits, recall_of_the_first

SEEN_INSIDE = (
    "adam-at-0.3",
    "momentum-at-1",
    "lstm-at-1",
    "attention-at-1",
    "adam-at-2e-6",
    "sgd-at-1e-5",
    "attention-at-1e-6",
    "ten-sigmoid-layers",
    "weights-of-zero",
    "weights-too-wide",
    "biases-of-minus-ten",
    "tanh-units-saturated",
    "recurrence-without-clipping",
    "gradients-add-up",
    "weights-of-another-network",
    "dropout-in-validation",
    "batch-statistics-in-validation",
    "torn-records",
    "pixels-to-4000",
    "inputs-as-measured",
)
"""The faults of the ordinary laboratory that gradients, weights, updates, activations, modes or inputs can tell."""

LIVE: dict[str, Case] = {
    name: Case(name, case.recipe.but(probes=False), case.answers)
    for name, case in CASES.items()
    if name in SEEN_INSIDE or not case.answers
}


def fault(name: str, sound: Recipe, answers: str, **changes: Any) -> None:
    """Put a sound recipe with a fault in it on the list."""
    LIVE[name] = Case(name, sound.but(**changes), tuple(answers.split()))


def healthy(name: str, sound: Recipe, **changes: Any) -> None:
    """Put an ordinary variant on the list."""
    LIVE[f"healthy-{name}"] = Case(f"healthy-{name}", sound.but(**changes))


GREY = partial(digits, 1000, 400, 1 / 6, -0.8)
DEEP = MLP.but(network=partial(dense, 64, *[64] * 8, 10), optimizer=partial(SGD, lr=0.02, momentum=0.9))

# units that are dead or saturated
fault(
    "killed-by-a-rate-of-3",
    MLP,
    "dead-relu learning-rate-too-high",
    network=partial(dense, 64, 64, 64, 10),
    optimizer=partial(SGD, lr=3.0),
)
fault(
    "convolutions-born-dead",
    CNN,
    "dead-relu poor-initialization",
    network=lambda: inside.begun(convolutional(), nn.Conv2d, bias=-10.0),
)
fault(
    "hidden-units-of-blocks-born-dead",
    ATTENTION,
    "dead-relu poor-initialization",
    network=lambda: m.rows_of(inside.dead_blocks()),
)
fault(
    "tanh-of-pixels-to-256",
    MLP,
    "saturated-activations inputs-not-normalized poor-initialization",
    data=lambda: m.without_test(partial(digits, 1000, 400, 16.0)),
    network=partial(dense, 64, 64, 64, 64, 10, activation=nn.Tanh),
    optimizer=partial(SGD, lr=1e-3),
)
fault(
    "sigmoids-at-their-ends",
    MLP,
    "saturated-activations poor-initialization vanishing-gradients",
    network=lambda: inside.begun(
        dense(64, 64, 64, 64, 10, activation=nn.Sigmoid), nn.Linear, partial(nn.init.normal_, std=4.0)
    ),
    optimizer=partial(SGD, lr=1e-2),
)
fault(
    "tanh-convolutions-too-wide",
    CNN,
    "saturated-activations poor-initialization",
    network=lambda: inside.begun(inside.pictures(nn.Tanh, 3), nn.Conv2d, partial(nn.init.normal_, std=2.0)),
    optimizer=partial(SGD, lr=3e-3),
)
# gradients that vanish or explode on their way through the layers
fault(
    "eight-sigmoid-convolutions",
    CNN,
    "vanishing-gradients activation-misplaced poor-initialization saturated-activations",
    network=partial(inside.pictures, nn.Sigmoid, 8),
    optimizer=partial(SGD, lr=0.05, momentum=0.9),
)
fault(
    "fifteen-tanh-layers-too-narrow",
    MLP,
    "vanishing-gradients poor-initialization",
    network=lambda: inside.begun(
        dense(64, *[64] * 15, 10, activation=nn.Tanh), nn.Linear, partial(nn.init.normal_, std=0.05)
    ),
    optimizer=partial(SGD, lr=0.02, momentum=0.9),
)
fault(
    "sigmoid-blocks-in-a-row",
    ATTENTION,
    "vanishing-gradients activation-misplaced poor-initialization saturated-activations",
    network=lambda: m.rows_of(inside.Squeezed(8)),
    optimizer=partial(SGD, lr=0.05),
)
fault(
    "gain-of-four",
    DEEP,
    "exploding-gradients poor-initialization learning-rate-too-high",
    network=lambda: inside.begun(DEEP.network(), nn.Linear, partial(nn.init.xavier_normal_, gain=4.0)),
    optimizer=partial(SGD, lr=1e-4, momentum=0.9),
)
fault(
    "convolutions-that-enlarge",
    CNN,
    "exploding-gradients poor-initialization learning-rate-too-high",
    network=lambda: inside.begun(inside.pictures(nn.ReLU, 8), nn.Conv2d, partial(nn.init.normal_, std=0.5)),
    optimizer=partial(SGD, lr=1e-5, momentum=0.9),
)
fault(
    "past-and-block-add-up-threefold",
    MLP,
    "exploding-gradients poor-initialization learning-rate-too-high",
    network=partial(Growing, 12, 3.0),
    optimizer=partial(SGD, lr=1e-3, momentum=0.9),
)
# weights that begin wrongly
fault(
    "one-number-for-all-weights",
    MLP,
    "poor-initialization",
    network=lambda: inside.begun(MLP.network(), nn.Linear, partial(nn.init.constant_, val=0.05)),
)
fault(
    "one-number-for-all-kernels",
    CNN,
    "poor-initialization",
    network=lambda: inside.begun(convolutional(), (nn.Conv2d, nn.Linear), partial(nn.init.constant_, val=0.02)),
)
fault(
    "blocks-of-zero",
    ATTENTION,
    "poor-initialization",
    network=lambda: inside.begun(ATTENTION.network(), nn.Module, nn.init.zeros_),
)
fault(
    "recurrence-of-zero",
    ROWS,
    "poor-initialization",
    network=lambda: inside.begun(ROWS.network(), nn.Module, nn.init.zeros_),
)
fault(
    "weights-of-a-thousandth",
    MLP,
    "poor-initialization vanishing-gradients",
    network=lambda: inside.begun(dense(64, 64, 64, 64, 10), nn.Linear, partial(nn.init.normal_, std=1e-3)),
    optimizer=partial(SGD, lr=0.05),
)
fault(
    "kernels-of-deviation-one",
    CNN,
    "poor-initialization",
    network=lambda: inside.begun(convolutional(), (nn.Conv2d, nn.Linear), partial(nn.init.normal_, std=1.0)),
    optimizer=partial(SGD, lr=1e-4),
)
fault(
    "output-layer-a-hundredfold",
    MLP,
    "poor-initialization",
    network=inside.loud_output,
    optimizer=partial(Adam, lr=3e-4),
)
# the mode
fault("dropout-of-a-cnn-in-validation", CNN, "eval-mode-missing", network=partial(convolutional, 0.5), eval_mode=False)
fault("dropout-of-blocks-in-validation", ATTENTION, "eval-mode-missing", eval_mode=False)
fault(
    "never-back-in-training",
    MLP,
    "eval-mode-missing",
    network=partial(dense, 64, 64, 64, 10, dropout=0.3, norm=True),
    back_to_training=False,
)
fault(
    "a-cnn-never-back-in-training",
    CNN,
    "eval-mode-missing",
    network=partial(convolutional, 0.4),
    back_to_training=False,
)
fault("blocks-never-back-in-training", ATTENTION, "eval-mode-missing", back_to_training=False)
# the gradients of the step before
fault("gradients-of-a-cnn-add-up", CNN, "gradients-not-zeroed", zero_gradients=False)
fault("gradients-of-an-lstm-add-up", ROWS, "gradients-not-zeroed", zero_gradients=False)
fault("gradients-of-blocks-add-up", ATTENTION, "gradients-not-zeroed", zero_gradients=False)
# weights that do not move
fault(
    "only-the-head-is-optimized",
    MLP,
    "frozen-parameters",
    network=partial(dense, 64, 64, 64, 10),
    optimizer=lambda parameters: Adam(list(parameters)[-2:], 1e-3),
)
fault(
    "kernels-are-not-optimized",
    CNN,
    "frozen-parameters",
    optimizer=lambda parameters: Adam(list(parameters)[4:], 1e-3),
)
fault(
    "blocks-are-not-optimized",
    ATTENTION,
    "frozen-parameters",
    optimizer=lambda parameters: AdamW([*list(parameters)[:3], *list(parameters)[-2:]], 2e-3),
)
fault(
    "another-cnn-is-optimized", CNN, "frozen-parameters", optimizer=lambda _: Adam(convolutional().parameters(), 1e-3)
)
fault(
    "encoder-detached", MLP, "frozen-parameters", network=lambda: inside.Detached(dense(64, 64, 32), nn.Linear(32, 10))
)
fault(
    "kernels-detached",
    CNN,
    "frozen-parameters",
    network=lambda: inside.Detached(convolutional()[:8], convolutional()[8:]),
)
fault(
    "recurrence-detached",
    ROWS,
    "frozen-parameters",
    network=lambda: m.rows_of(inside.Detached(inside.LastState(8, 48), nn.Linear(48, 10))),
)
# updates
fault("a-cnn-at-0.5", CNN, "learning-rate-too-high dead-relu", optimizer=partial(Adam, lr=0.5))
fault("rows-at-1", ROWS, "learning-rate-too-high", optimizer=partial(Adam, lr=1.0))
fault("text-at-1e-6", TEXT, "learning-rate-too-low", optimizer=partial(AdamW, lr=1e-6), epochs=6)
fault("rows-at-1e-7", ROWS, "learning-rate-too-low", optimizer=partial(Adam, lr=1e-7))
# inputs
fault(
    "validation-not-normalized",
    MLP,
    "distribution-shift",
    data=lambda: inside.prepared_otherwise(GREY, lambda x: x * 6 + 4.8),
)
fault(
    "validation-of-a-cnn-to-255",
    CNN,
    "distribution-shift",
    data=lambda: inside.prepared_otherwise(CNN.data, lambda x: x * 255),
)
fault(
    "validation-of-rows-brighter",
    ROWS,
    "distribution-shift",
    data=lambda: inside.prepared_otherwise(GREY, lambda x: x + 3),
)
fault(
    "validation-of-blocks-inverted",
    ATTENTION,
    "distribution-shift",
    data=lambda: inside.prepared_otherwise(GREY, lambda x: 2.5 - x),
)
fault("some-inputs-are-nan", CNN, "inputs-corrupted non-finite-loss numerical-overflow", data=inside.torn_pictures)
# attention
fault(
    "attention-at-0.05",
    ATTENTION,
    "attention-collapse learning-rate-too-high",
    optimizer=partial(Adam, lr=0.05),
)
fault(
    "attention-at-0.1-without-decay",
    ATTENTION,
    "attention-collapse learning-rate-too-high dead-relu",
    network=lambda: m.rows_of(m.Attentive(depth=4)),
    optimizer=partial(Adam, lr=0.1),
)
# slopes without a number
fault(
    "root-of-zero",
    MLP,
    "non-finite-gradients",
    network=partial(inside.Distance, nn.Linear(64, 16), 16, 10),
    optimizer=partial(inside.Skipping, lr=1e-3),
)
fault(
    "root-of-zero-in-a-cnn",
    CNN,
    "non-finite-gradients",
    network=lambda: inside.Distance(convolutional()[:11], 64, 10),
    optimizer=partial(inside.Skipping, lr=1e-3),
)
fault(
    "root-of-zeros-in-the-loss",
    QUANTITY,
    "non-finite-gradients",
    loss=inside.with_the_root_of_nothing,
    optimizer=partial(inside.Skipping, lr=1e-3),
)

healthy("frozen-encoder", MLP, network=lambda: inside.frozen(dense(64, 128, 64, 10), 1))
healthy("tanh", MLP, network=partial(dense, 64, 48, 48, 10, activation=nn.Tanh), optimizer=partial(Adam, lr=2e-3))
healthy("deep-with-norms", MLP, network=partial(dense, 64, *[64] * 8, 10, norm=True))
healthy("recall-with-an-rnn", ROWS, data=partial(recall_of_the_first, 8), network=partial(Recurrent, nn.RNN, 2, 32, 2))
healthy("convolutions-with-norms", CNN, network=partial(inside.pictures, nn.ReLU, 4, norm=True))
healthy("four-blocks", ATTENTION, network=lambda: m.rows_of(m.Attentive(depth=4)), optimizer=partial(AdamW, lr=1e-3))
