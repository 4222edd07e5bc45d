"""Runs that optimize badly: the rate, the optimizer, the batch, the numbers, or the beginning."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import SGD, Adadelta, Adagrad, Adam

from tests.runs.loop import Row, Trainer
from tests.runs.networks import dense, fill
from tests.runs.planted import Left, left, plants
from tests.runs.samples import diabetes, normalized_digits, recall_of_the_first


@plants(
    "divergence",
    "a schedule with its sign wrong lets the rate grow by 15 % each epoch, and is not logged",
    "learning-rate-too-high",
)
def divergence() -> Left:
    model = dense(10, 32, 32, 1)
    optimizer = SGD(model.parameters(), 0.01, momentum=0.9)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 1.15)
    trainer = Trainer(model, diabetes(), optimizer, functional.mse_loss, 34, scheduler=schedule)
    trainer.shown = lambda row: {name: value for name, value in row.items() if name != "lr"}
    made = left(trainer)
    return Left(made.rows, {name: value for name, value in made.settings.items() if name not in ("scheduler", "lr")})


@plants("learning-rate-too-high", "Adam at 0.3")
def learning_rate_too_high() -> Left:
    model = dense(64, 64, 64, 10)
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 0.3), epochs=30, probes=True))


@plants(
    "learning-rate-too-high", "stochastic gradient descent at 2 with momentum 0.9, the rate logged and nothing else"
)
def learning_rate_too_high_sgd() -> Left:
    model = dense(64, 64, 10)
    return left(Trainer(model, normalized_digits(), SGD(model.parameters(), 2.0, momentum=0.9), epochs=30))


@plants("learning-rate-too-low", "Adam at 3e-6")
def learning_rate_too_low() -> Left:
    model = dense(64, 64, 10)
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 3e-6), epochs=50, probes=True))


@plants("loss-spikes", "a bad shard: one batch in 60 is drowned in noise")
def loss_spikes() -> Left:
    def spoil(step: int, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        return (x + torch.randn_like(x) * 12 if step % 60 == 45 else x), y

    model = dense(64, 64, 10)
    optimizer = SGD(model.parameters(), 0.02, momentum=0.9)
    return left(
        Trainer(model, normalized_digits(), optimizer, epochs=9, log_every=1, clip=1.0, probes=True, on_batch=spoil)
    )


@plants("oscillation", "momentum 0.99 at a high rate: the weights swing about the minimum")
def oscillation() -> Left:
    model = dense(10, 1)
    optimizer = SGD(model.parameters(), 0.06, momentum=0.95)
    return left(Trainer(model, diabetes(), optimizer, functional.mse_loss, 100, batch_size=64))


@plants("exploding-gradients", "a recurrent layer that sums up 30 steps, with weights of gain 1.3 and no clipping")
def exploding_gradients() -> Left:
    data = {name: (x, x[:, :, 0].sum(1, keepdim=True)) for name, (x, _) in recall_of_the_first(30).items()}
    model = Summing()
    nn.init.orthogonal_(model.state.weight, 1.3)
    optimizer = SGD(model.parameters(), 2e-3, momentum=0.9)
    trainer = Trainer(model, data, optimizer, functional.mse_loss, 5, log_every=1, probes=True)
    return left(trainer, architecture="rnn", hidden_activations=["relu"])


class Summing(nn.Module):
    """A recurrent layer with ReLU, written by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.input, self.output = nn.Linear(32, 32), nn.Linear(2, 32), nn.Linear(32, 1)

    def forward(self, x: Tensor) -> Tensor:
        state = torch.zeros(len(x), 32)
        for step in range(x.shape[1]):
            state = functional.relu(self.state(state) + self.input(x[:, step]))
        return self.output(state)


@plants("vanishing-gradients", "ten sigmoid layers, of which the configuration says nothing")
def vanishing_gradients() -> Left:
    model = dense(64, *[64] * 10, 10, activation=nn.Sigmoid)
    trainer = Trainer(model, normalized_digits(), SGD(model.parameters(), 0.1, momentum=0.9), epochs=30, probes=True)
    return left(trainer, hidden_activations=None)


@plants("dead-relu", "twelve layers of three ReLU units: by chance some layer is dead at birth", "poor-initialization")
def dead_relu() -> Left:
    model = dense(64, *[3] * 12, 10)
    fill(model, nn.init.kaiming_normal_, 0.0)
    optimizer = SGD(model.parameters(), 0.03, momentum=0.9)
    return left(Trainer(model, normalized_digits(), optimizer, epochs=30, probes=True), initialization="he")


@plants("saturated-activations", "tanh layers with weights of deviation 2 below a last layer that begins as it should")
def saturated_activations() -> Left:
    model = dense(64, 128, 128, 10, activation=nn.Tanh)
    fill(model[:-1], lambda weight: nn.init.normal_(weight, std=2.0))
    return left(Trainer(model, normalized_digits(), SGD(model.parameters(), 3e-3), epochs=40, probes=True))


@plants("optimizer-ill-suited", "Adadelta with the rate 0.001 that suits Adam")
def optimizer_ill_suited() -> Left:
    model = dense(64, 64, 10)
    return left(Trainer(model, normalized_digits(), Adadelta(model.parameters(), 1e-3), epochs=50, probes=True))


@plants("batch-size-ill-suited", "all 1000 samples in one batch: 25 updates in 25 epochs")
def batch_size_ill_suited() -> Left:
    model = dense(64, 64, 10)
    return left(Trainer(model, normalized_digits(), Adam(model.parameters(), 3e-4), epochs=25, batch_size=1000))


@plants("batch-size-ill-suited", "one sample a batch at a rate for batches of 32")
def batch_size_of_one() -> Left:
    model = dense(64, 64, 10)
    optimizer = SGD(model.parameters(), 0.015, momentum=0.9)
    return left(Trainer(model, normalized_digits(500), optimizer, epochs=20, batch_size=1))


@plants("numerical-overflow", "half precision overflows in the forward pass, and the loss scale collapses")
def numerical_overflow() -> Left:
    data = normalized_digits()
    model = dense(64, 128, 128, 10)
    optimizer = SGD(model.parameters(), 0.02, momentum=0.9)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**16, growth_interval=40)
    rows: list[Row] = []
    x_all, y_all = data["train"]
    for step in range(1, 241):
        batch = torch.randint(0, len(x_all), (32,))
        scale = 1.0 if step < 100 else 3e5  # from here on a preprocessing step is skipped
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.float16):
            output = model(x_all[batch] * scale)
            loss = functional.cross_entropy(output.float(), y_all[batch])
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        norm = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm().item()
        scaler.step(optimizer)
        scaler.update()
        rows.append(
            {
                "step": step,
                "train_loss": loss.item(),
                "grad_norm": norm,
                "nonfinite_grad_steps": float(not math.isfinite(norm)),
                "loss_scale": scaler.get_scale(),
                "lr": 0.02,
            }
        )
    settings = left(Trainer(model, data, optimizer, epochs=0)).settings
    return Left(rows, settings | {"precision": "fp16", "max_steps": 240, "epochs": None})


@plants("started-complex", "twelve narrow layers with dropout and normalization under Adagrad, as a first attempt")
def started_complex() -> Left:
    model = dense(64, *[24] * 12, 10, activation=nn.Sigmoid, dropout=0.5, norm=True)
    return left(Trainer(model, normalized_digits(500), Adagrad(model.parameters(), 1e-3, weight_decay=1e-2), epochs=40))
