"""Runs whose machine is in trouble: a slow loader, a slow host, memory that goes, a process that dies."""

from __future__ import annotations

import os
import time
import traceback

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Adam
from torch.utils.data import DataLoader, Dataset

from tests.runs.loop import Row, Trainer
from tests.runs.networks import dense
from tests.runs.planted import Left, left, plants
from tests.runs.samples import normalized_digits


@plants("slow-input-pipeline", "the loader sleeps 8 ms for each batch, the step itself needs 2")
def slow_input_pipeline() -> Left:
    def load(step: int, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        time.sleep(0.008 + 0.002 * torch.rand(()).item())
        return x, y

    model = dense(64, 64, 10)
    trainer = Trainer(model, normalized_digits(), Adam(model.parameters(), 1e-3), epochs=16, on_batch=load)
    trainer.timings, trainer.log_every = True, 4
    return left(trainer)


@plants("throughput-regression", "from the middle on another process takes the machine")
def throughput_regression() -> Left:
    def wait(step: int, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        time.sleep(0.004 if step < 260 else 0.016)
        return x, y

    def paced(row: Row) -> Row:
        row.pop("data_time")
        seconds = row.pop("step_time")
        return row | {"throughput": 32 / seconds}

    model = dense(64, 64, 10)
    trainer = Trainer(model, normalized_digits(), Adam(model.parameters(), 1e-3), epochs=16, on_batch=wait)
    trainer.timings, trainer.log_every, trainer.shown = True, 4, paced
    return left(trainer)


@plants("memory-growth", "every loss is kept with its graph, in a list")
def memory_growth() -> Left:
    kept: list[Tensor] = []

    def leaking(output: Tensor, y: Tensor) -> Tensor:
        loss = functional.cross_entropy(output, y)
        kept.append(torch.cat([output.detach(), torch.zeros(len(y), 20_000)], 1) + loss)
        return loss

    def weighed(row: Row) -> Row:
        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[1])
        return row | {"host_memory": pages * os.sysconf("SC_PAGE_SIZE") / 1e6}

    model = dense(64, 64, 10)
    trainer = Trainer(model, normalized_digits(), Adam(model.parameters(), 1e-3), epochs=8, log_every=4)
    trainer.loss, trainer.shown, trainer.validate = leaking, weighed, False
    return left(trainer, loss="cross_entropy")


@plants("out-of-memory", "after 12 epochs a batch is asked for that no machine holds")
def out_of_memory() -> Left:
    made, text = _printed(12)
    try:
        torch.empty(1 << 46)
    except RuntimeError:
        text += traceback.format_exc()
    return Left(made.rows, made.settings, _without_paths(text))


@plants("worker-crash", "a worker of the loader is killed in epoch 10")
def worker_crash() -> Left:
    class Deadly(Dataset[int]):
        def __len__(self) -> int:
            return 64

        def __getitem__(self, index: int) -> int:
            if index == 40:
                os.kill(os.getpid(), 9)
            return index

    made, text = _printed(9)
    try:
        for _ in DataLoader(Deadly(), batch_size=8, num_workers=1, collate_fn=list):
            pass
    except RuntimeError:
        text += traceback.format_exc()
    return Left(made.rows, made.settings, _without_paths(text))


def _printed(epochs: int) -> tuple[Left, str]:
    """A run as its console shows it."""
    model = nn.Sequential(*dense(64, 64, 10))
    made = left(Trainer(model, normalized_digits(), Adam(model.parameters(), 1e-3), epochs=epochs), epochs=30)
    text = "".join(
        f"Epoch {int(row['epoch'])}/30 train_loss: {row['train_loss']:.4f} - train_acc: {row['train_acc']:.4f} - "
        f"val_loss: {row['val_loss']:.4f} - val_acc: {row['val_acc']:.4f}\n"
        for row in made.rows
    )
    return made, text


def _without_paths(text: str) -> str:
    """A traceback with the places of this machine left out."""
    lines = [line for line in text.splitlines() if line.strip() and not set(line) <= set(" ~^")]
    return "\n".join('  File "' + line.split("/")[-1] if line.startswith("  File") else line for line in lines) + "\n"
