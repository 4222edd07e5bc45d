"""A LightningModule that calls its parts, not itself, trained for two epochs of twenty steps."""

import logging

import torch
from lightning.pytorch import LightningModule, Trainer
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from expert.live.lightning import MonitorCallback


class Small(LightningModule):
    def __init__(self, lr: float = 0.01) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 3))
        self.loss = nn.CrossEntropyLoss()

    def training_step(self, batch, index):
        return self.loss(self.net(batch[0]), batch[1])

    def validation_step(self, batch, index):
        self.log("val_loss", self.loss(self.net(batch[0]), batch[1]))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), self.hparams.lr)


logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
torch.manual_seed(1)
x = torch.randn(640, 10)
data = DataLoader(TensorDataset(x, x[:, :3].argmax(1)), 32)
Trainer(
    max_epochs=2,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
    callbacks=[MonitorCallback("run.jsonl", every=10)],
).fit(Small(), data, data)
