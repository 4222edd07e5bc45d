"""The training loop of the golden runs: it trains really, and logs what a careful person would log."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

Row = dict[str, float]
Splits = dict[str, tuple[Tensor, Tensor]]
LossFunction = Callable[[Tensor, Tensor], Tensor]

ACTIVATIONS = (nn.ReLU, nn.Sigmoid, nn.Tanh, nn.GELU, nn.Softmax)


@dataclass
class Trainer:
    """One training run with its habits, good and bad; `run` gives the rows of its log."""

    model: nn.Module
    data: Splits
    optimizer: torch.optim.Optimizer
    loss: LossFunction = functional.cross_entropy
    epochs: int = 40
    batch_size: int = 32
    scheduler: torch.optim.lr_scheduler.LRScheduler | None = None
    scheduler_every_step: bool = False
    log_every: int = 0  # steps; 0 logs every epoch
    probes: bool = False  # gradient, update and activation statistics too
    validate: bool = True
    shuffle: bool = True
    zero_gradients: bool = True
    eval_mode: bool = True
    val_batch_size: int = 0  # 0: the whole split at once
    clip: float = math.inf
    patience: int = 0  # epochs; 0 never stops early
    timings: bool = False
    score: Callable[[Tensor, Tensor], Row] | None = None
    on_batch: Callable[[int, Tensor, Tensor], tuple[Tensor, Tensor]] | None = None
    around: Callable[[Trainer], AbstractContextManager[object]] = nullcontext  # open while it runs: what watches it
    after_step: Callable[[Tensor], object] | None = None  # is told the loss of each step
    back_to_training: bool = True  # after validation
    shown: Callable[[Row], Row] = lambda row: row
    last_step: int = 0  # the run is killed there; 0 lets it finish
    step: int = 0
    epoch: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def run(self) -> list[Row]:
        """Train, and give what was logged."""
        with self.around(self):
            return self._run()

    def _run(self) -> list[Row]:
        rows: list[Row] = []
        best, best_epoch = math.inf, 0
        while self.epoch < self.epochs:
            self.epoch += 1
            for _ in self._steps():
                if self.log_every and self.step % self.log_every == 0:
                    rows.append(self._row({"step": self.step}, self.step % (10 * self.log_every) == 0))
                if self.last_step and self.step >= self.last_step:
                    return rows
            if not self.log_every:
                rows.append(self._row({"epoch": self.epoch}, self.validate))
            if self.scheduler and not self.scheduler_every_step:
                self.scheduler.step()
            if self.patience:
                held_out = rows[-1]["val_loss"]
                best, best_epoch = (held_out, self.epoch) if held_out < best else (best, best_epoch)
                if self.epoch - best_epoch >= self.patience:
                    break
        return rows

    def _steps(self) -> Iterator[None]:
        inputs, targets = self.data["train"]
        order = torch.randperm(len(inputs)) if self.shuffle else torch.arange(len(inputs))
        for batch in order.split(self.batch_size):
            if len(batch) < 2 <= self.batch_size:
                continue  # normalization layers cannot train on one sample
            started = time.perf_counter()
            x, y = inputs[batch], targets[batch]
            self.step += 1
            if self.on_batch:
                x, y = self.on_batch(self.step, x, y)
            loaded = time.perf_counter()
            loss = self._learn(x, y)
            self._note("data_time", loaded - started)
            self._note("step_time", time.perf_counter() - started)
            if self.after_step:
                self.after_step(loss)
            yield

    def _learn(self, x: Tensor, y: Tensor) -> Tensor:
        if self.back_to_training:
            self.model.train()
        if self.zero_gradients:
            self.optimizer.zero_grad()
        output = self.model(x)
        loss = self.loss(output, y)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.clip).item()
        self._note("train_loss", loss.item())
        for name, value in self._score(output.detach(), y).items():
            self._note(f"train_{name}", value)
        before = [p.detach().clone() for p in self.model.parameters()] if self.probes else []
        self.optimizer.step()
        if self.scheduler and self.scheduler_every_step:
            self.scheduler.step()
        if self.probes:
            self._probe(norm, before)
        return loss

    def _probe(self, norm: float, before: list[Tensor]) -> None:
        self._note("grad_norm", norm)
        self.sums["grad_norm_max"] = max(norm, self.sums.get("grad_norm_max", 0.0))
        self.sums["nonfinite_grad_steps"] = self.sums.get("nonfinite_grad_steps", 0) + (not math.isfinite(norm))
        weights = [p for p in self.model.parameters() if p.ndim > 1]
        for name, weight in (("grad_norm_first", weights[0]), ("grad_norm_last", weights[-1])):
            if weight.grad is not None:
                self._note(name, weight.grad.norm().item())
        moved = torch.stack([(p.detach() - b).norm() for p, b in zip(self.model.parameters(), before, strict=True)])
        size = torch.stack([b.norm() for b in before]).norm()
        self._note("update_ratio", (moved.norm() / (size + 1e-12)).item())

    def _note(self, name: str, value: float) -> None:
        self.sums[name] = self.sums.get(name, 0.0) + value
        self.counts[name] = self.counts.get(name, 0) + 1

    def _row(self, clock: Row, validate: bool) -> Row:
        row = clock | {name: total / self.counts.get(name, 1) for name, total in self.sums.items()}
        self.sums.clear(), self.counts.clear()
        if not self.timings:
            row.pop("data_time"), row.pop("step_time")
        if validate and self.validate:
            for split in [name for name in self.data if name != "train"]:
                row |= {f"{split}_{name}": value for name, value in self.evaluate(split).items()}
        row["lr"] = self.optimizer.param_groups[0]["lr"]
        if self.probes:
            row |= self._activity()
        return self.shown(row)

    def evaluate(self, split: str) -> Row:
        """The loss and the scores on a split, as this run (rightly or wrongly) measures them."""
        self.model.train(not self.eval_mode)
        inputs, targets = self.data[split]
        with torch.no_grad():
            batches = inputs.split(self.val_batch_size or len(inputs))
            output = torch.cat([self.model(batch) for batch in batches])
            return {"loss": self.loss(output, targets).item(), **self._score(output, targets)}

    def _score(self, output: Tensor, targets: Tensor) -> Row:
        if self.score:
            return self.score(output, targets)
        if targets.dtype == torch.long:
            return {"acc": (output.argmax(-1) == targets).float().mean().item()}
        return {}

    def _activity(self) -> Row:
        """What the units do on 256 training samples: dead, saturated, and the spread of the output."""
        dead: list[float] = []
        saturated: list[float] = []

        def look(module: nn.Module, _: object, output: Tensor) -> None:
            flat = output.flatten(1)
            if isinstance(module, nn.ReLU):
                dead.append((flat == 0).all(0).float().mean().item())
            elif isinstance(module, nn.Tanh):
                saturated.append((flat.abs() > 0.99).float().mean().item())
            else:
                saturated.append(((flat < 0.01) | (flat > 0.99)).float().mean().item())

        hooks = [
            m.register_forward_hook(look) for m in self.model.modules() if isinstance(m, nn.ReLU | nn.Sigmoid | nn.Tanh)
        ]
        self.model.eval()
        with torch.no_grad():
            output = self.model(self.data["train"][0][:256])
        for hook in hooks:
            hook.remove()
        weights = torch.stack([p.detach().norm() for p in self.model.parameters()]).norm().item()
        row = {"weight_norm": weights, "out_mean": output.mean().item(), "out_std": output.std().item()}
        row |= {"dead_relu_frac": sum(dead) / len(dead)} if dead else {}
        return row | ({"saturated_frac": sum(saturated) / len(saturated)} if saturated else {})


def settings_of(trainer: Trainer) -> dict[str, object]:
    """What the configuration of this run says, by the names of the vocabulary."""
    inputs, targets = trainer.data["train"]
    classes = targets.dtype == torch.long
    group = trainer.optimizer.defaults
    modules = list(trainer.model.modules())
    layers = [m for m in modules if isinstance(m, nn.Linear | nn.Conv2d | nn.RNN | nn.LSTM | nn.GRU)]
    linear = [m for m in modules if isinstance(m, nn.Linear)]
    recurrent = any(isinstance(m, nn.RNN | nn.LSTM | nn.GRU) for m in modules)
    activations = [type(m).__name__.lower() for m in modules if isinstance(m, ACTIVATIONS)]
    last = modules[-1]
    output_activation = activations.pop() if isinstance(last, ACTIVATIONS) else "none"
    dropout = [m.p for m in modules if isinstance(m, nn.Dropout)]
    found: dict[str, object] = {
        "task": "classification" if classes else "regression",
        "num_classes": int(targets.max()) + 1 if classes else None,
        **{f"{split}_size": len(pair[0]) for split, pair in trainer.data.items()},
        "batch_size": trainer.batch_size,
        "epochs": None if trainer.last_step else trainer.epochs,
        "optimizer": type(trainer.optimizer).__name__.lower(),
        "lr": group["lr"],
        "momentum": group.get("momentum"),
        "weight_decay": group.get("weight_decay"),
        "scheduler": type(trainer.scheduler).__name__ if trainer.scheduler else None,
        "grad_clip": trainer.clip if math.isfinite(trainer.clip) else None,
        "patience": trainer.patience or None,
        "loss": trainer.loss.__name__.removesuffix("_loss").removeprefix("negative_"),
        "depth": len(layers),
        "n_params": sum(p.numel() for p in trainer.model.parameters()),
        "output_units": linear[-1].out_features if linear else None,
        "hidden_activations": activations or (["none"] if len(layers) > 1 and not recurrent else None),
        "output_activation": output_activation,
        "dropout": max(dropout) if dropout else 0.0,
        "batch_norm": any(isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d) for m in modules),
        "input_min": inputs.float().min().item(),
        "input_max": inputs.float().max().item(),
        "input_mean": inputs.float().mean().item(),
        "input_std": inputs.float().std().item(),
    }
    if not classes:
        found |= {"target_min": targets.min().item(), "target_max": targets.max().item()}
    return {name: value for name, value in copy.deepcopy(found).items() if value is not None}
