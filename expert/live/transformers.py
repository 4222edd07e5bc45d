"""The Monitor as a callback of the Hugging Face Trainer: `Trainer(callbacks=[MonitorCallback()])`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from expert.live.monitor import Monitor

_TOLD = [
    "learning_rate",
    "num_train_epochs",
    "max_steps",
    "warmup_steps",
    "weight_decay",
    "lr_scheduler_type",
    "max_grad_norm",
    "seed",
    "gradient_accumulation_steps",
    "per_device_train_batch_size",
    "label_smoothing_factor",
]


class MonitorCallback(TrainerCallback):
    """Watches the training of a model; `log`, `every` and `settings` are those of `expert.live.Monitor`.

    The loss of a step is the one that the model returns; evaluations are logged as the Trainer does. `monitor` is there
    once training has begun.
    """

    def __init__(
        self, log: str | Path = "run.jsonl", every: int = 50, settings: Mapping[str, object] | None = None
    ) -> None:
        self._path, self._every, self._settings = log, every, settings
        self.monitor: Monitor | None = None
        self._losses: list[Tensor] = []
        self._hook: RemovableHandle | None = None

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Begin; a run that is resumed goes on in its log."""
        model, optimizer = kwargs["model"], kwargs.get("optimizer")
        known = {name: value for name in _TOLD if isinstance(value := getattr(args, name, None), int | float | str)}
        known |= {"precision": "bf16" if args.bf16 else "fp16" if args.fp16 else "float32"}
        self.monitor = Monitor(
            model,
            getattr(optimizer, "optimizer", optimizer),  # what accelerate wraps
            self._path,
            self._every,
            {**{n: v for n, v in known.items() if v != -1}, **(self._settings or {})},
            resume_at=state.global_step,
        )
        self.monitor.start()
        self._hook = model.register_forward_hook(self._returned)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """One step is done, over all the batches that it accumulates."""
        if self.monitor is not None:
            losses, self._losses = self._losses, []
            self.monitor.step(torch.stack(losses).mean() if losses else None)

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """What the evaluation found."""
        found = kwargs.get("metrics") or {}
        if self.monitor is not None:
            numbers = {name: value for name, value in found.items() if isinstance(value, int | float)}
            self.monitor.log(**{name: value for name, value in numbers.items() if not _is_timing(name)})

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """End."""
        if self._hook is not None:
            self._hook.remove()
        if self.monitor is not None:
            self.monitor.stop()

    def _returned(self, module: nn.Module, args: object, output: Any) -> None:
        loss = output.get("loss") if isinstance(output, Mapping) else None
        if isinstance(loss, Tensor) and torch.is_grad_enabled():
            self._losses.append(loss.detach())


def _is_timing(name: str) -> bool:
    return name == "epoch" or name.endswith(("_runtime", "_per_second"))
