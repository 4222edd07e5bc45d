"""Set-ups for preflight: 43 with one planted bug, 18 of them made after a published one, and 25 sound ones.

Each gives (model, loss_fn, batch, optimizer). Those `held_out` were not looked at while rules were written.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
from torch import nn

N = 32
Parts = tuple[nn.Module, Any, Any, torch.optim.Optimizer | None]


@dataclass(frozen=True)
class Setup:
    """A set-up, the diagnoses that name its bug (none where it is sound), and where the bug was published."""

    make: Callable[[], Parts]
    bugs: tuple[str, ...] = ()
    source: str = ""
    held_out: bool = False

    @property
    def name(self) -> str:
        return self.make.__name__

    def parts(self) -> Parts:
        torch.manual_seed(0)
        return self.make()


BROKEN: list[Setup] = []
SOUND: list[Setup] = []


def broken(
    *bugs: str, source: str = "", held_out: bool = False
) -> Callable[[Callable[[], Parts]], Callable[[], Parts]]:
    def keep(make: Callable[[], Parts]) -> Callable[[], Parts]:
        BROKEN.append(Setup(make, bugs, source, held_out))
        return make

    return keep


def sound(held_out: bool = False) -> Callable[[Callable[[], Parts]], Callable[[], Parts]]:
    def keep(make: Callable[[], Parts]) -> Callable[[], Parts]:
        SOUND.append(Setup(make, held_out=held_out))
        return make

    return keep


class Model(nn.Module):
    """Parts by name, and the forward pass that is given."""

    def __init__(self, run: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        self.run = run
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *inputs: Any, **named: Any) -> Any:
        return self.run(self, *inputs, **named)


def adam(model: nn.Module, lr: float = 1e-3) -> torch.optim.Optimizer:
    return torch.optim.Adam(model.parameters(), lr=lr)


def mlp(inputs: int = 20, outputs: int = 5, width: int = 64) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs)
    )


def cnn(channels: int = 3, outputs: int = 5) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(128, outputs),
    )


def features(inputs: int = 20, classes: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randn(N, inputs)
    return x, (x[:, :classes] + 0.5 * torch.randn(N, classes)).argmax(1)


def quantities(inputs: int = 20) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randn(N, inputs)
    return x, torch.tanh(x[:, 0] + x[:, 1] * x[:, 2]) + 0.1 * torch.randn(N)


def images(channels: int = 3, size: int = 16, classes: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    y = torch.randint(0, classes, (N,))
    x = torch.rand(N, channels, size, size) * 0.6
    x[:, 0] += 0.08 * y[:, None, None]
    return x, y


def sequences(length: int = 12, width: int = 6, classes: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randn(N, length, width)
    return x, x.mean(1)[:, :classes].argmax(1)


def tokens(length: int = 16, vocabulary: int = 40) -> torch.Tensor:
    start, stride = torch.randint(0, vocabulary, (N, 1)), torch.randint(1, 5, (N, 1))
    return (start + stride * torch.arange(length) + (torch.rand(N, length) < 0.1)) % vocabulary


def encoder(width: int = 32, layers: int = 2, batch_first: bool = True) -> nn.TransformerEncoder:
    layer = nn.TransformerEncoderLayer(width, 4, 64, dropout=0.1, batch_first=batch_first)
    return nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)


def language_loss(logits: torch.Tensor, following: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), following.reshape(-1))


# shapes


@broken("shape-mismatch")
def pictures_with_their_channels_last() -> Parts:
    x, y = images()
    model = cnn(channels=16)
    return model, nn.CrossEntropyLoss(), (x.permute(0, 2, 3, 1).contiguous(), y), adam(model)


@broken("shape-broadcast", source="https://github.com/Photon-AI-Research/NeuralSolvers/issues/20")
def column_against_row_in_squared_error() -> Parts:
    model = mlp(outputs=1)
    return model, nn.MSELoss(), quantities(), adam(model)


@broken("shape-broadcast", source="https://github.com/deepset-ai/FARM/issues/229", held_out=True)
def squeezed_logits_of_a_transformer() -> Parts:
    model = Model(
        lambda m, x: m.head(m.encoder(m.embed(x)).mean(1)).squeeze(-1),
        embed=nn.Embedding(40, 32),
        encoder=encoder(),
        head=nn.Linear(32, 1),
    )
    return model, nn.MSELoss(), (tokens(), torch.randn(N, 1)), adam(model)


@broken("shape-broadcast", source="https://github.com/jiwei0921/CoNet/issues/3")
def depth_maps_without_their_channel() -> Parts:
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 3, padding=1))
    x, _ = images(size=8)
    return model, nn.SmoothL1Loss(), (x, x.mean(1)), adam(model)


@broken("shape-broadcast", held_out=True)
def column_against_row_written_by_hand() -> Parts:
    model = Model(
        lambda m, x: m.head(m.lstm(x)[0][:, -1]), lstm=nn.LSTM(6, 32, batch_first=True), head=nn.Linear(32, 1)
    )
    x, _ = sequences()
    return model, lambda out, y: ((out - y) ** 2).mean(), (x, x.mean((1, 2))), adam(model)


# what reaches the loss


@broken("loss-input-mismatch", source="https://github.com/bkitano/llama-from-scratch/issues/5")
def softmax_before_cross_entropy_of_tokens() -> Parts:
    model = nn.Sequential(nn.Embedding(40, 32), nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 40), nn.Softmax(dim=-1))
    text = tokens()
    return model, language_loss, (text[:, :-1], text[:, 1:]), adam(model)


@broken("loss-input-mismatch", source="https://github.com/MicrosoftDocs/pytorchfundamentals/pull/21")
def log_softmax_over_the_batch() -> Parts:
    model = nn.Sequential(*cnn(), nn.LogSoftmax(dim=0))
    return model, nn.NLLLoss(), images(), adam(model)


@broken("loss-input-mismatch", source="https://github.com/aidotse/LeakPro/issues/229")
def sigmoid_before_a_loss_with_its_own() -> Parts:
    model = nn.Sequential(*mlp(outputs=1), nn.Sigmoid())
    x, y = features(classes=2)
    return model, nn.BCEWithLogitsLoss(), (x, y.float()[:, None]), adam(model)


@broken("loss-input-mismatch", held_out=True)
def relu_before_cross_entropy() -> Parts:
    model = Model(
        lambda m, x: F.relu(m.head(m.encoder(m.embed(x)).mean(1))),
        embed=nn.Embedding(40, 32),
        encoder=encoder(),
        head=nn.Linear(32, 4),
    )
    text = tokens()
    return model, nn.CrossEntropyLoss(), (text, text[:, 0] % 4), adam(model)


@broken("loss-input-mismatch")
def logits_into_negative_log_likelihood() -> Parts:
    model = mlp()
    return model, nn.NLLLoss(), features(), adam(model)


# dependence


@broken("leak-across-batch", source="https://github.com/AndersonJo/dqn-pytorch/issues/1")
def lstm_that_takes_the_batch_for_time() -> Parts:
    model = Model(lambda m, x: m.head(m.lstm(x)[0][:, -1]), lstm=nn.LSTM(6, 32), head=nn.Linear(32, 4))
    return model, nn.CrossEntropyLoss(), sequences(), adam(model)


@broken("leak-across-batch", held_out=True)
def transformer_that_attends_over_the_batch() -> Parts:
    model = Model(
        lambda m, x: m.head(m.encoder(m.embed(x)).mean(1)),
        embed=nn.Embedding(40, 32),
        encoder=encoder(batch_first=False),
        head=nn.Linear(32, 4),
    )
    text = tokens()
    return model, nn.CrossEntropyLoss(), (text, text[:, 0] % 4), adam(model)


@broken("leak-from-future", source="https://github.com/alex-matton/causal-transformer-decoder/issues/1")
def language_model_without_a_causal_mask() -> Parts:
    model = Model(
        lambda m, x: m.head(m.encoder(m.embed(x) + m.place[: x.shape[1]])),
        embed=nn.Embedding(40, 32),
        place=nn.Parameter(0.1 * torch.randn(16, 32)),
        encoder=encoder(),
        head=nn.Linear(32, 40),
    )
    text = tokens()
    return model, language_loss, (text[:, :-1], text[:, 1:]), adam(model)


# parameters that do not learn


@broken("frozen-parameters", source="https://github.com/pytorch/pytorch/issues/715")
def layers_in_a_list() -> Parts:
    hidden = [nn.Linear(20, 64), nn.Linear(64, 64)]
    model = Model(
        lambda m, x: m.head(F.relu(m.hidden[1](F.relu(m.hidden[0](x))))), hidden=hidden, head=nn.Linear(64, 5)
    )
    return model, nn.CrossEntropyLoss(), features(), adam(model)


@broken("frozen-parameters", source="https://github.com/ikostrikov/pytorch-meta-optimizer/issues/11")
def cells_in_a_list() -> Parts:
    def run(m: Any, x: torch.Tensor) -> torch.Tensor:
        state = [(x.new_zeros(len(x), 32), x.new_zeros(len(x), 32)) for _ in m.cells]
        for step in x.unbind(1):
            for n, cell in enumerate(m.cells):
                state[n] = cell(step, state[n])
                step = state[n][0]
        return m.head(step)

    model = Model(run, cells=[nn.LSTMCell(6, 32), nn.LSTMCell(32, 32)], head=nn.Linear(32, 4))
    return model, nn.CrossEntropyLoss(), sequences(), adam(model)


@broken("frozen-parameters", source="https://github.com/zjunlp/HVPNeT/issues/5")
def head_that_the_optimizer_was_not_given() -> Parts:
    model = Model(
        lambda m, x: m.fc(m.encoder(m.embed(x)).mean(1)),
        embed=nn.Embedding(40, 32),
        encoder=encoder(),
        fc=nn.Linear(32, 4),
    )
    text = tokens()
    kept = [p for name, p in model.named_parameters() if not name.startswith("fc")]
    return model, nn.CrossEntropyLoss(), (text, text[:, 0] % 4), torch.optim.AdamW(kept, lr=1e-3)


@broken("frozen-parameters")
def head_replaced_after_the_optimizer_was_made() -> Parts:
    model = cnn(outputs=10)
    optimizer = adam(model)
    model[-1] = nn.Linear(128, 5)
    return model, nn.CrossEntropyLoss(), images(), optimizer


@broken("frozen-parameters", held_out=True)
def encoder_cut_off_by_detach() -> Parts:
    model = Model(
        lambda m, x: m.head(m.lstm(x)[0][:, -1].detach()), lstm=nn.LSTM(6, 32, batch_first=True), head=nn.Linear(32, 4)
    )
    return model, nn.CrossEntropyLoss(), sequences(), adam(model)


# modes


@broken("eval-mode-missing", source="https://github.com/Coderx7/SimpleNet/issues/2")
def functional_dropout_that_is_always_on() -> Parts:
    body = cnn()
    model = Model(lambda m, x: m.body[6:](F.dropout2d(m.body[:6](x), 0.2, training=True)), body=body)
    return model, nn.CrossEntropyLoss(), images(), adam(model)


@broken("eval-mode-missing", source="https://github.com/deepchem/deepchem/pull/5121")
def functional_dropout_without_the_mode() -> Parts:
    model = Model(lambda m, x: m.two(F.dropout(F.relu(m.one(x)), 0.3)), one=nn.Linear(20, 64), two=nn.Linear(64, 5))
    return model, nn.CrossEntropyLoss(), features(), adam(model)


@broken("eval-mode-missing")
def left_in_evaluation_mode() -> Parts:
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(64, 5)
    ).eval()
    return model, nn.CrossEntropyLoss(), images(), adam(model)


# inputs and targets


@broken("inputs-not-normalized")
def pixels_up_to_255() -> Parts:
    model = cnn()
    x, y = images()
    return model, nn.CrossEntropyLoss(), ((x * 255).round(), y), adam(model)


@broken(
    "inputs-not-normalized",
    "targets-out-of-range",
    source="https://discuss.pytorch.org/t/neural-network-could-not-learn-on-this-type-of-data-why/96648",
)
def cubes_of_thousands() -> Parts:
    model = nn.Sequential(nn.Linear(1, 50), nn.ReLU(), nn.Linear(50, 1))
    x = torch.linspace(1, 4000, 64)[:, None]
    return model, nn.MSELoss(), (x, x**3), adam(model)


@broken("targets-out-of-range", source="https://github.com/EricFillion/happy-transformer/issues/248")
def class_minus_one() -> Parts:
    model = Model(
        lambda m, x: m.head(m.encoder(m.embed(x)).mean(1)),
        embed=nn.Embedding(40, 32),
        encoder=encoder(),
        head=nn.Linear(32, 4),
    )
    text = tokens()
    return model, nn.CrossEntropyLoss(), (text, text[:, 0] % 4 - 1), adam(model)


@broken("targets-out-of-range", source="https://github.com/milesial/Pytorch-UNet/issues/291", held_out=True)
def masks_of_gray_values() -> Parts:
    model = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 2, 1))
    x, _ = images()
    return model, nn.CrossEntropyLoss(), (x, (x.mean(1) > 0.3).long() * 192), adam(model)


@broken(
    "targets-out-of-range",
    "loss-input-mismatch",
    source="https://community.deeplearning.ai/t/loss-values-do-not-change/324182",
)
def relu_on_the_output_for_negative_targets() -> Parts:
    model = nn.Sequential(nn.Linear(1, 4), nn.ReLU(), nn.Linear(4, 2), nn.ReLU(), nn.Linear(2, 1), nn.ReLU())
    x = torch.linspace(-1, 5, 16)[:, None]
    return model, nn.MSELoss(), (x, 2 * x - 1), adam(model)


# numbers, weights, activations, rates


@broken("non-finite-loss", "numerical-overflow", source="https://github.com/mpariente/pytorch_stoi/issues/7")
def root_of_nothing() -> Parts:
    def distance(m: Any, one: torch.Tensor, two: torch.Tensor) -> torch.Tensor:
        return ((m.encode(one) - m.encode(two)) ** 2).sum(1).sqrt()

    def contrast(distances: torch.Tensor, alike: torch.Tensor) -> torch.Tensor:
        return (alike * distances**2 + (1 - alike) * F.relu(1 - distances) ** 2).mean()

    model = Model(distance, encode=mlp(outputs=8))
    x, alike = torch.randn(N, 20), (torch.arange(N) % 2).float()
    return model, contrast, ((x, torch.where(alike[:, None] > 0, x, x.roll(1, 0))), alike), adam(model)


@broken("poor-initialization")
def weights_of_deviation_one() -> Parts:
    model = mlp(width=256)
    for layer in model:
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight)
    return model, nn.CrossEntropyLoss(), features(), adam(model)


@broken("activation-misplaced")
def no_activation_at_all() -> Parts:
    model = nn.Sequential(nn.Flatten(), nn.Linear(768, 128), nn.Linear(128, 128), nn.Linear(128, 5))
    return model, nn.CrossEntropyLoss(), images(), adam(model)


@broken("learning-rate-too-high")
def rate_of_ten() -> Parts:
    model = Model(
        lambda m, x: m.head(m.lstm(x)[0][:, -1]), lstm=nn.LSTM(6, 32, batch_first=True), head=nn.Linear(32, 4)
    )
    return model, nn.CrossEntropyLoss(), sequences(), torch.optim.SGD(model.parameters(), lr=30.0, momentum=0.9)


@broken("learning-rate-too-low", held_out=True)
def rate_of_a_ten_millionth() -> Parts:
    model = mlp()
    return model, nn.CrossEntropyLoss(), features(), adam(model, 1e-7)


# sound


@sound()
def plain_classifier() -> Parts:
    model = mlp()
    return model, nn.CrossEntropyLoss(), features(), adam(model)


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.one, self.two = (nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in range(2))
        self.norm_one, self.norm_two = nn.BatchNorm2d(width), nn.BatchNorm2d(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(x + self.norm_two(self.two(F.relu(self.norm_one(self.one(x))))))


@sound()
def residual_network() -> Parts:
    stem = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
    model = nn.Sequential(stem, Block(16), Block(16), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    return model, nn.CrossEntropyLoss(), images(), optimizer


@sound()
def recurrent_classifier() -> Parts:
    model = Model(
        lambda m, x: m.head(m.lstm(x)[0][:, -1]), lstm=nn.LSTM(6, 32, batch_first=True), head=nn.Linear(32, 4)
    )
    return model, nn.CrossEntropyLoss(), sequences(), adam(model)


@sound(held_out=True)
def recurrent_classifier_with_time_first() -> Parts:
    model = Model(lambda m, x: m.head(m.lstm(x)[0][-1]), lstm=nn.LSTM(6, 32, 2, dropout=0.2), head=nn.Linear(32, 4))
    x, y = sequences()
    return model, nn.CrossEntropyLoss(), (x.transpose(0, 1).contiguous(), y), adam(model)


@sound()
def language_model() -> Parts:
    def run(m: Any, x: torch.Tensor) -> torch.Tensor:
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        hidden = m.encoder(m.embed(x) + m.place[: x.shape[1]], mask=mask, is_causal=True)
        return F.linear(hidden, m.embed.weight)

    embed = nn.Embedding(40, 32)
    nn.init.normal_(embed.weight, std=0.02)
    model = Model(run, embed=embed, place=nn.Parameter(0.02 * torch.randn(16, 32)), encoder=encoder())
    text = tokens()
    optimizer = torch.optim.AdamW(model.parameters(), lr=6e-4, weight_decay=0.1)
    return model, language_loss, (text[:, :-1], text[:, 1:]), optimizer


@sound()
def embeddings_of_users_and_items() -> Parts:
    model = Model(
        lambda m, user, item: (m.users(user) * m.items(item)).sum(1) + m.bias(item)[:, 0],
        users=nn.Embedding(50, 16),
        items=nn.Embedding(60, 16),
        bias=nn.Embedding(60, 1),
    )
    for table in (model.users, model.items):
        nn.init.normal_(table.weight, std=0.1)
    pairs = torch.randint(0, 50, (N,)), torch.randint(0, 60, (N,))
    return model, nn.MSELoss(), (pairs, torch.randn(N)), adam(model, 1e-2)


@sound()
def autoencoder() -> Parts:
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(256, 64),
        nn.ReLU(),
        nn.Linear(64, 8),
        nn.Linear(8, 64),
        nn.ReLU(),
        nn.Linear(64, 256),
        nn.Sigmoid(),
        nn.Unflatten(1, (1, 16, 16)),
    )
    return model, nn.MSELoss(), images(channels=1)[0].clamp(0, 1), adam(model)


@sound(held_out=True)
def variational_autoencoder() -> Parts:
    def run(m: Any, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        mean, spread = m.encode(x.flatten(1)).chunk(2, 1)
        code = mean + torch.randn_like(mean) * (0.5 * spread).exp()
        return m.decode(code), mean, spread

    def loss(outputs: Any, x: torch.Tensor) -> torch.Tensor:
        logits, mean, spread = outputs
        kept = F.binary_cross_entropy_with_logits(logits, x.flatten(1), reduction="sum") / len(x)
        return kept - 0.5 * (1 + spread - mean**2 - spread.exp()).sum() / len(x)

    model = Model(
        run,
        encode=nn.Sequential(nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 16)),
        decode=nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 256)),
    )
    return model, loss, images(channels=1)[0].clamp(0, 1), adam(model)


@sound()
def image_and_features() -> Parts:
    model = Model(
        lambda m, image, row: m.head(torch.cat([m.image(image), m.row(row)], 1)),
        image=nn.Sequential(*cnn(outputs=16), nn.ReLU()),
        row=nn.Sequential(nn.Linear(10, 16), nn.ReLU()),
        head=nn.Linear(32, 5),
    )
    x, y = images()
    return model, nn.CrossEntropyLoss(), ((x, torch.randn(N, 10)), y), adam(model)


@sound()
def regression_with_scaled_targets() -> Parts:
    model = mlp(outputs=1)
    x, y = quantities()
    return model, nn.MSELoss(), (x, ((y - y.mean()) / y.std())[:, None]), adam(model)


@sound()
def discriminator() -> Parts:
    model = nn.Sequential(
        nn.Conv2d(3, 16, 4, 2, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(16, 32, 4, 2, 1),
        nn.BatchNorm2d(32),
        nn.LeakyReLU(0.2),
        nn.Conv2d(32, 1, 4),
        nn.Flatten(),
    )
    for layer in model:
        if isinstance(layer, nn.Conv2d):
            nn.init.normal_(layer.weight, 0.0, 0.02)
    x = torch.cat([torch.rand(N // 2, 3, 16, 16) * 2 - 1, torch.tanh(torch.randn(N // 2, 3, 16, 16))])
    y = torch.cat([torch.ones(N // 2, 1), torch.zeros(N // 2, 1)])
    return model, nn.BCEWithLogitsLoss(), (x, y), torch.optim.Adam(model.parameters(), lr=2e-4, betas=(0.5, 0.999))


@sound()
def attention_with_padding() -> Parts:
    def run(m: Any, text: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
        hidden = m.encoder(m.embed(text) * math.sqrt(32), src_key_padding_mask=padding)
        kept = (~padding).float().unsqueeze(-1)
        return m.head((hidden * kept).sum(1) / kept.sum(1))

    model = Model(run, embed=nn.Embedding(41, 32, padding_idx=40), encoder=encoder(), head=nn.Linear(32, 4))
    text = tokens()
    padding = torch.arange(16) >= torch.randint(6, 17, (N, 1))
    return model, nn.CrossEntropyLoss(), ((text.masked_fill(padding, 40), padding), text[:, 0] % 4), adam(model, 3e-4)


@sound(held_out=True)
def inverted_bottlenecks() -> Parts:
    def bottleneck(width: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(width, 6 * width, 1, bias=False),
            nn.BatchNorm2d(6 * width),
            nn.ReLU6(),
            nn.Conv2d(6 * width, 6 * width, 3, padding=1, groups=6 * width, bias=False),
            nn.BatchNorm2d(6 * width),
            nn.ReLU6(),
            nn.Conv2d(6 * width, width, 1, bias=False),
            nn.BatchNorm2d(width),
        )

    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        bottleneck(8),
        bottleneck(8),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(8, 5),
    )
    return model, nn.CrossEntropyLoss(label_smoothing=0.1), images(), adam(model)


@sound()
def fine_tuned_head() -> Parts:
    model = cnn()
    for part in list(model)[:-1]:
        part.requires_grad_(False)
    return model, nn.CrossEntropyLoss(), images(), torch.optim.Adam(model[-1].parameters(), lr=1e-2)


@sound(held_out=True)
def segmentation() -> Parts:
    model = Model(
        lambda m, x: m.up(torch.cat([F.interpolate(m.deep(F.max_pool2d(m.down(x), 2)), scale_factor=2), m.down(x)], 1)),
        down=nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU()),
        deep=nn.Sequential(nn.Conv2d(16, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU()),
        up=nn.Conv2d(32, 3, 1),
    )
    x, _ = images()
    y = (x.mean(1) * 6).long().clamp(0, 2)
    return model, nn.CrossEntropyLoss(), (x, y), adam(model)


@sound(held_out=True)
def contrastive_pairs() -> Parts:
    def loss(outputs: tuple[torch.Tensor, torch.Tensor], pairs: torch.Tensor) -> torch.Tensor:
        one, two = (F.normalize(side, dim=1) for side in outputs)
        return F.cross_entropy(one @ two.T / 0.1, pairs)

    model = Model(lambda m, a, b: (m.encode(a), m.encode(b)), encode=mlp(outputs=16))
    x = torch.randn(N, 20)
    return model, loss, ((x, x + 0.3 * torch.randn(N, 20)), torch.arange(N)), adam(model)


@sound()
def several_labels() -> Parts:
    model = mlp(outputs=6)
    x = torch.randn(N, 20)
    return model, nn.BCEWithLogitsLoss(), (x, (x[:, :6] > 0.5).float()), adam(model)


@sound()
def deep_tanh_network() -> Parts:
    model = nn.Sequential(nn.Linear(20, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 3))
    for layer in model:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_normal_(layer.weight)
    x, y = features(classes=3)
    return model, nn.CrossEntropyLoss(), (x, y), torch.optim.SGD(model.parameters(), lr=0.1)


# a second round, written after rules and thresholds were fixed; all held out


@broken("targets-misaligned", held_out=True)
def outputs_flattened_in_another_order() -> Parts:
    model = Model(
        lambda m, x: m.head(m.lstm(m.embed(x).transpose(0, 1))[0]).reshape(-1, 40),
        embed=nn.Embedding(40, 32),
        lstm=nn.LSTM(32, 32),
        head=nn.Linear(32, 40),
    )
    text = tokens()
    return model, lambda out, y: F.cross_entropy(out, y.reshape(-1)), (text[:, :-1], text[:, 1:]), adam(model)


@broken("targets-misaligned", held_out=True)
def language_model_that_predicts_what_it_is_given() -> Parts:
    model, loss, (text, _), _ = language_model()
    return model, loss, (text, text.clone()), adam(model)


@broken("vanishing-gradients", "activation-misplaced", held_out=True)
def eight_sigmoids() -> Parts:
    hidden = [part for _ in range(8) for part in (nn.Linear(64, 64), nn.Sigmoid())]
    model = nn.Sequential(nn.Linear(20, 64), nn.Sigmoid(), *hidden, nn.Linear(64, 5))
    return model, nn.CrossEntropyLoss(), features(), adam(model)


@broken("poor-initialization", held_out=True)
def all_weights_zero() -> Parts:
    model = cnn()
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    return model, nn.CrossEntropyLoss(), images(), adam(model)


@broken("inputs-corrupted", held_out=True)
def logarithm_of_zero_in_the_inputs() -> Parts:
    model = mlp()
    x, y = features()
    return model, nn.CrossEntropyLoss(), (x.relu().log(), y), adam(model)


@broken("eval-mode-missing", held_out=True)
def forward_that_switches_to_evaluation() -> Parts:
    def run(m: Any, x: torch.Tensor) -> torch.Tensor:
        m.body.eval()
        return m.body(x)

    model = Model(run, body=nn.Sequential(nn.Linear(20, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 5)))
    return model, nn.CrossEntropyLoss(), features(), adam(model)


@broken("targets-out-of-range", held_out=True)
def signs_into_binary_cross_entropy() -> Parts:
    model = mlp(outputs=1)
    x, y = features(classes=2)
    return model, nn.BCEWithLogitsLoss(), (x, (2.0 * y - 1)[:, None]), adam(model)


@broken("loss-sign-flipped", held_out=True)
def likelihood_that_is_minimized() -> Parts:
    model = mlp()
    return model, lambda out, y: -F.cross_entropy(out, y), features(), adam(model)


@broken("shape-mismatch", held_out=True)
def channels_last() -> Parts:
    model = cnn()
    x, y = images()
    return model, nn.CrossEntropyLoss(), (x.permute(0, 2, 3, 1), y), adam(model)


@broken("does-not-run", held_out=True)
def double_inputs() -> Parts:
    model = mlp()
    x, y = features()
    return model, nn.CrossEntropyLoss(), (x.double(), y), adam(model)


@broken("over-regularized", held_out=True)
def dropout_that_was_meant_to_keep() -> Parts:
    model = nn.Sequential(
        nn.Linear(20, 64), nn.ReLU(), nn.Dropout(0.98), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.98), nn.Linear(64, 5)
    )
    return model, nn.CrossEntropyLoss(), features(), adam(model)


@broken("learning-rate-too-high", held_out=True)
def transformer_at_a_rate_of_one() -> Parts:
    model = Model(
        lambda m, x: m.head(m.encoder(m.embed(x)).mean(1)),
        embed=nn.Embedding(40, 32),
        encoder=encoder(),
        head=nn.Linear(32, 4),
    )
    text = tokens()
    return model, nn.CrossEntropyLoss(), (text, text[:, 0] % 4), adam(model, 1.0)


@sound(held_out=True)
def patches_with_attention() -> Parts:
    model = Model(
        lambda m, x: m.head(m.norm(m.encoder(m.patch(x).flatten(2).transpose(1, 2) + m.place).mean(1))),
        patch=nn.Conv2d(3, 32, 4, 4),
        place=nn.Parameter(0.02 * torch.randn(1, 16, 32)),
        encoder=encoder(),
        norm=nn.LayerNorm(32),
        head=nn.Linear(32, 5),
    )
    return model, nn.CrossEntropyLoss(), images(), adam(model, 3e-4)


@sound(held_out=True)
def tags_for_tokens() -> Parts:
    model = Model(
        lambda m, x: m.head(m.gru(m.embed(x))[0]).transpose(1, 2),
        embed=nn.Embedding(40, 32),
        gru=nn.GRU(32, 32, batch_first=True, bidirectional=True),
        head=nn.Linear(64, 6),
    )
    text = tokens()
    return model, nn.CrossEntropyLoss(), (text, text % 6), adam(model)


@sound(held_out=True)
def convolutional_autoencoder() -> Parts:
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3, 2, 1),
        nn.ReLU(),
        nn.Conv2d(16, 8, 3, 2, 1),
        nn.ReLU(),
        nn.ConvTranspose2d(8, 16, 4, 2, 1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 3, 4, 2, 1),
    )
    return model, nn.L1Loss(), images()[0], adam(model)


@sound(held_out=True)
def several_quantiles() -> Parts:
    levels = torch.tensor([0.1, 0.5, 0.9])

    def pinball(out: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        missed = y[:, None] - out
        return torch.maximum(levels * missed, (levels - 1) * missed).mean()

    model = mlp(outputs=3)
    return model, pinball, quantities(), adam(model)


@sound(held_out=True)
def masked_tokens() -> Parts:
    model = Model(
        lambda m, x: m.head(m.encoder(m.embed(x) + m.place)),
        embed=nn.Embedding(41, 32),
        place=nn.Parameter(0.02 * torch.randn(16, 32)),
        encoder=encoder(),
        head=nn.Linear(32, 40),
    )
    text = tokens()
    hidden = torch.rand(text.shape) < 0.15
    return model, language_loss, (text.masked_fill(hidden, 40), text.masked_fill(~hidden, -100)), adam(model)


@sound(held_out=True)
def two_tasks_by_name() -> Parts:
    model = Model(
        lambda m, x: {"kind": m.kind(m.body(x)), "size": m.size(m.body(x))[:, 0]},
        body=nn.Sequential(nn.Linear(20, 64), nn.ReLU()),
        kind=nn.Linear(64, 5),
        size=nn.Linear(64, 1),
    )
    x, y = features()

    def both(out: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor]) -> torch.Tensor:
        return F.cross_entropy(out["kind"], wanted["kind"]) + 0.5 * F.mse_loss(out["size"], wanted["size"])

    return model, both, (x, {"kind": y, "size": x[:, 0]}), adam(model)


@sound(held_out=True)
def low_rank_adapter() -> Parts:
    base = mlp(width=128).requires_grad_(False)
    model = Model(
        lambda m, x: m.base[4](F.relu(m.base[2](h := F.relu(m.base[0](x))) + m.up(m.down(h)))),
        base=base,
        down=nn.Linear(128, 4, bias=False),
        up=nn.Linear(4, 128, bias=False),
    )
    nn.init.zeros_(model.up.weight)
    optimizer = torch.optim.AdamW([*model.down.parameters(), *model.up.parameters()], lr=1e-2)
    return model, nn.CrossEntropyLoss(), features(), optimizer
