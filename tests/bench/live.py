"""What watching costs: `python tests/bench/live.py` prints the time and memory of the Monitor over the bare loop.

A bare and a watched copy of each network train in turn, step by step in one process, from the same seed and on the same
batches; the figure is the median over rounds of one sample (50 steps) of the processor time of one over that of the
other. Beside it stand torchmortem's default and Cockpit's cheapest configuration, where they are installed. Memory is
the highest of a process of its own that trains one way only.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

Backward = Callable[[Tensor, Tensor], Tensor]
"""Gives the loss of outputs and targets, with its gradients left in the model."""
Told = Callable[[Tensor], object]
Watcher = tuple[Backward, Told]
"""How the gradients come about, and who is told of the loss once the step is done."""
EVERY = 50


class Block(nn.Module):
    """Two convolutions and what goes past them, as in ResNet-18."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        same = stride == 1 and inputs == outputs
        self.past = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.past(x) + self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x))))))


class Writer(nn.Module):
    """A language model over 64 letters with what is given inside."""

    def __init__(self, inside: nn.Module, size: int) -> None:
        super().__init__()
        self.embed, self.inside, self.out = nn.Embedding(64, size), inside, nn.Linear(size, 64)

    def forward(self, x: Tensor) -> Tensor:
        found = self.inside(self.embed(x))
        return self.out(found[0] if isinstance(found, tuple) else found).flatten(0, 1)


def cnn() -> tuple[nn.Module, Tensor, Tensor]:
    """A small network for pictures."""
    layers = [nn.Conv2d(3, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2)]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(32 * 36, 64), nn.ReLU(), nn.Linear(64, 10))
    return model, torch.randn(32, 3, 32, 32), torch.randint(10, (32,))


def resnet() -> tuple[nn.Module, Tensor, Tensor]:
    """ResNet-18's sixteen convolutions at a quarter of its width, so that the figure comes in minutes."""
    sizes = [(16, 16, 1), (16, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 128, 2), (128, 128, 1)]
    stem = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    model = nn.Sequential(*stem, *(Block(*s) for s in sizes), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))
    return model, torch.randn(16, 3, 32, 32), torch.randint(10, (16,))


def transformer() -> tuple[nn.Module, Tensor, Tensor]:
    """Four layers of four heads."""
    layer = nn.TransformerEncoderLayer(64, 4, 256, batch_first=True)
    model = Writer(nn.TransformerEncoder(layer, 4, enable_nested_tensor=False), 64)
    return model, torch.randint(64, (16, 64)), torch.randint(64, (16 * 64,))


def lstm() -> tuple[nn.Module, Tensor, Tensor]:
    """Two layers of 128 units."""
    return Writer(nn.LSTM(64, 128, 2, batch_first=True, proj_size=64), 64), *transformer()[1:]


NETWORKS = {"small CNN": cnn, "ResNet-18-like": resnet, "4-layer transformer": transformer, "LSTM": lstm}


def backward(outputs: Tensor, targets: Tensor) -> Tensor:
    """As everybody does it."""
    loss = functional.cross_entropy(outputs, targets)
    loss.backward()
    return loss


def bare(model: nn.Module, optimizer: torch.optim.Optimizer, stack: ExitStack) -> Watcher:
    """Nobody watches."""
    return backward, lambda loss: None


def monitor(model: nn.Module, optimizer: torch.optim.Optimizer, stack: ExitStack) -> Watcher:
    """`expert.Monitor` at its defaults."""
    from expert.live import Monitor

    log = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "run.jsonl"
    return backward, stack.enter_context(Monitor(model, optimizer, log)).step


def torchmortem(model: nn.Module, optimizer: torch.optim.Optimizer, stack: ExitStack) -> Watcher:
    """`torchmortem.Autopsy` at its defaults, told of the loss as its guide does."""
    from torchmortem import Autopsy  # type: ignore[import-not-found]  # a peer, installed only to compare

    autopsy = Autopsy(model, optimizer=optimizer)
    autopsy.attach()
    stack.callback(lambda: [collector.detach() for collector in autopsy._collectors])
    return backward, lambda loss: autopsy.step(loss=loss.item())


def cockpit(model: nn.Module, optimizer: torch.optim.Optimizer, stack: ExitStack) -> Watcher:
    """Cockpit's configuration "economy", which tracks every step, as its guide does."""
    from backpack import extend  # type: ignore[import-not-found]  # a peer, installed only to compare
    from cockpit import Cockpit  # type: ignore[import-not-found]
    from cockpit.utils.configuration import configuration  # type: ignore[import-not-found]

    criterion = extend(nn.CrossEntropyLoss())
    watched = Cockpit(extend(model).parameters(), quantities=configuration("economy"))
    steps = itertools.count()

    def looked_at(outputs: Tensor, targets: Tensor) -> Tensor:
        step, loss = next(steps), criterion(outputs, targets)
        each = functional.cross_entropy(outputs, targets, reduction="none")
        told = {"batch_size": len(targets), "individual_losses": each, "loss": loss, "optimizer": optimizer}
        with watched(step, info=told):
            loss.backward(create_graph=watched.create_graph(step))
        return loss

    return looked_at, lambda loss: None


WATCHERS = {"bare": bare, "monitor": monitor, "torchmortem": torchmortem, "cockpit": cockpit}


def trainer(network: str, watcher: str, stack: ExitStack) -> Callable[[], None]:
    """A function that trains one step."""
    torch.manual_seed(0)
    model, x, y = NETWORKS[network]()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    gradients, told = WATCHERS[watcher](model, optimizer, stack)

    def step() -> None:
        optimizer.zero_grad()
        loss = gradients(model(x), y)
        optimizer.step()
        told(loss)

    return step


def refusal(network: str, watcher: str) -> str:
    """What a watcher raises at the first steps of a network; nothing where it works."""
    with ExitStack() as stack:
        try:
            step = trainer(network, watcher, stack)
            step(), step()
        except Exception as error:  # a peer may raise what it likes
            return f"{type(error).__name__}: {' '.join(str(error).split())[:90]}"
    return ""


def times(network: str, watchers: list[str], rounds: int) -> dict[str, list[float]]:
    """Processor time of each over that of the bare loop, for every round after the first."""
    ratios: dict[str, list[float]] = {name: [] for name in watchers}
    with ExitStack() as stack:
        steps = {name: trainer(network, name, stack) for name in ["bare", *watchers]}
        for turn in range(rounds + 1):
            spent = dict.fromkeys(steps, 0.0)
            for n in range(EVERY):
                for name in list(steps) if n % 2 else reversed(steps):
                    began = time.process_time()
                    steps[name]()
                    spent[name] += time.process_time() - began
            if turn:
                for name in watchers:
                    ratios[name].append(spent[name] / spent["bare"])
    return ratios


def memory(network: str, watcher: str) -> float:
    """The highest memory of a process that trains one way only, in MB."""
    done = subprocess.run([sys.executable, __file__, "--alone", network, watcher], capture_output=True, check=True)
    return float(done.stdout)


def alone(network: str, watcher: str) -> None:
    """Train in this process and print its highest memory in MB."""
    with ExitStack() as stack:
        step = trainer(network, watcher, stack)
        for _ in range(2 * EVERY + 1):
            step()
    status = Path("/proc/self/status").read_text()  # what `resource` tells begins with the parent's
    print(next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")))


def main() -> None:
    """Print one line for each network and watcher."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="of 50 steps each")
    parser.add_argument("--alone", nargs=2, metavar=("NETWORK", "WATCHER"), help="print the memory of one training")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.alone:
        alone(*given.alone)
        return
    watchers = [n for n in WATCHERS if n == "monitor" or (n != "bare" and importlib.util.find_spec(n))]
    for network in NETWORKS:
        refusals = {name: said for name in watchers if (said := refusal(network, name))}
        for name, said in refusals.items():
            print(f"{network:20} {name:12} cannot: {said}", flush=True)
        working = [name for name in watchers if name not in refusals]
        ratios = times(network, working, given.rounds)
        base = memory(network, "bare")
        for name in working:
            time_over, memory_over = statistics.median(ratios[name]) - 1, memory(network, name) / base - 1
            print(f"{network:20} {name:12} time {time_over:+7.1%}   memory {memory_over:+6.1%}", flush=True)


if __name__ == "__main__":
    main()
