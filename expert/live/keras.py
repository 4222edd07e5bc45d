"""The Monitor as a callback of Keras 3 on the torch backend: `model.fit(…, callbacks=[MonitorCallback()])`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import keras

from expert.live.monitor import Monitor


class MonitorCallback(keras.callbacks.Callback):
    """Watches `fit` on torch, else raises RuntimeError; `log`, `every` and `settings` are those of the Monitor."""

    def __init__(
        self, log: str | Path = "run.jsonl", every: int = 50, settings: Mapping[str, object] | None = None
    ) -> None:
        super().__init__()
        if keras.backend.backend() != "torch":
            raise RuntimeError(
                f"the Monitor looks into torch, and Keras runs on {keras.backend.backend()}: set KERAS_BACKEND=torch "
                "before Keras is imported, or let keras.callbacks.CSVLogger write a log"
            )
        self._path, self._every, self._settings = log, every, settings
        self.monitor: Monitor | None = None
        self._sums: dict[str, float] = {}

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Begin."""
        optimizer = self.model.optimizer
        known = {
            "architecture": self.model.name,
            "optimizer": optimizer.name,
            "lr": float(optimizer.learning_rate),
            "loss": self.model.loss if isinstance(self.model.loss, str) else None,
            "epochs": self.params.get("epochs"),
        }
        told = {name: value for name, value in known.items() if value is not None}
        self.monitor = Monitor(self.model, None, self._path, self._every, {**told, **(self._settings or {})})
        self.monitor.start()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """One step is done; what Keras gives are means since the epoch began, what is logged are the steps' own."""
        if self.monitor is not None:
            found = {}
            for name, mean in (logs or {}).items():
                total = float(mean) * (batch + 1)
                found[name] = total - (self._sums.get(name, 0.0) if batch else 0.0)
                self._sums[name] = total
            loss = found.pop("loss", None)
            self.monitor.step(loss, targets=None, lr=float(self.model.optimizer.learning_rate), **found)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """What validation found."""
        if self.monitor is not None:
            self.monitor.log(**{name: value for name, value in (logs or {}).items() if name.startswith("val_")})

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        """End."""
        if self.monitor is not None:
            self.monitor.stop()
