"""The Monitor as a callback of Lightning: `Trainer(callbacks=[MonitorCallback()])`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer
from torch import Tensor

from expert.live.layers import first_tensor
from expert.live.monitor import Monitor


class MonitorCallback(Callback):
    """Watches the training of a LightningModule; `log`, `every` and `settings` are those of `expert.live.Monitor`.

    Validation metrics are those that the module logs. `monitor` is there once training has begun.
    """

    def __init__(
        self, log: str | Path = "run.jsonl", every: int = 50, settings: Mapping[str, object] | None = None
    ) -> None:
        super().__init__()
        self._path, self._every, self._settings = log, every, settings
        self.monitor: Monitor | None = None

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begin; a run that is resumed goes on in its log."""
        known = {
            "epochs": trainer.max_epochs,
            "precision": trainer.precision,
            "grad_clip": trainer.gradient_clip_val,
            "gradient_accumulation_steps": trainer.accumulate_grad_batches,
            **{name: value for name, value in dict(pl_module.hparams).items() if isinstance(value, int | float | str)},
            **(self._settings or {}),
        }
        self.monitor = Monitor(
            pl_module,
            trainer.optimizers,
            self._path,
            self._every,
            {name: value for name, value in known.items() if value is not None},
            getattr(trainer.precision_plugin, "scaler", None),
            trainer.global_step,
        )
        self.monitor.start()

    def on_train_batch_start(self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int) -> None:
        """The batch is there."""
        if self.monitor is not None:
            self.monitor.arrived(batch)

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """One step is done."""
        if self.monitor is not None:
            loss = outputs.get("loss") if isinstance(outputs, Mapping) else first_tensor(outputs)
            is_pair = isinstance(batch, tuple | list) and len(batch) == 2 and isinstance(batch[1], Tensor)
            self.monitor.step(loss, targets=batch[1] if is_pair else None)

    def on_validation_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """The batch is there."""
        if self.monitor is not None and not trainer.sanity_checking:
            self.monitor.arrived(batch)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """What validation logged."""
        if self.monitor is not None and not trainer.sanity_checking:
            found = {name: value for name, value in trainer.callback_metrics.items() if "val" in name.lower()}
            self.monitor.log(**found)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """End."""
        if self.monitor is not None:
            self.monitor.stop()

    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: BaseException) -> None:
        """What ended the training is in the log."""
        if self.monitor is not None:
            self.monitor.stop(exception)
