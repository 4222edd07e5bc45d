"""Writes the logs of `logs/` with the frameworks themselves; run by hand, since CI does not install them all.

    pip install keras lightning transformers accelerate torch && python tests/readers/make.py

What each framework was given to log stands beside its log in `written.json`, read back from its own objects.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
LOGS = Path(__file__).parent / "logs"


def data():
    import numpy as np

    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(256, 8)).astype("float32")
    labels = (inputs[:, 0] + inputs[:, 1] > 0).astype("int64")
    return inputs, labels


def save(folder: Path, written: dict[str, list[float]]) -> None:
    (folder / "written.json").write_text(json.dumps(written, indent=1) + "\n")


def keras_csv_and_console() -> None:
    import keras

    keras.utils.set_random_seed(0)
    inputs, labels = data()
    model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    table, console = LOGS / "keras_csvlogger", LOGS / "keras_console"
    for folder in (table, console):
        folder.mkdir(parents=True, exist_ok=True)
    bars = LOGS / "keras_progress"
    bars.mkdir()
    with (console / "train.log").open("w") as file, redirect_stdout(file):
        logger = keras.callbacks.CSVLogger(str(table / "log.csv"))
        history = model.fit(inputs, labels, epochs=4, validation_split=0.25, verbose=2, callbacks=[logger]).history
    save(table, history)
    save(console, history)
    with (bars / "train.log").open("w") as file, redirect_stdout(file):
        save(bars, model.fit(inputs, labels, epochs=3, validation_split=0.25, verbose=1).history)


def lightning_csv() -> None:
    import lightning
    import torch
    from lightning.pytorch.loggers import CSVLogger

    class Small(lightning.LightningModule):
        def __init__(self, lr: float = 0.01, hidden: int = 8):
            super().__init__()
            self.save_hyperparameters()
            self.net = torch.nn.Sequential(torch.nn.Linear(8, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 2))
            self.written: dict[str, list[float]] = {"train_loss_step": [], "val_loss": []}

        def training_step(self, batch, _):
            loss = torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1])
            self.log("train_loss", loss, on_step=True, on_epoch=True)
            self.written["train_loss_step"].append(float(loss))
            return loss

        def validation_step(self, batch, _):
            self.log("val_loss", torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1]))

        def on_validation_epoch_end(self):
            if not self.trainer.sanity_checking:
                self.written["val_loss"].append(float(self.trainer.callback_metrics["val_loss"]))

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), self.hparams["lr"])

    lightning.seed_everything(0)
    inputs, labels = map(torch.as_tensor, data())
    train = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(inputs[:192], labels[:192]), 32)
    val = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(inputs[192:], labels[192:]), 64)
    with tempfile.TemporaryDirectory() as temporary:
        model = Small()
        logger = CSVLogger(temporary, name="runs")
        trainer = lightning.Trainer(
            max_epochs=4,
            logger=logger,
            log_every_n_steps=2,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            accelerator="cpu",
        )
        trainer.fit(model, train, val)
        folder = LOGS / "lightning_csv"
        shutil.copytree(logger.log_dir, folder)
    written = {
        "train_loss_step": model.written["train_loss_step"][1::2],
        "val_loss": model.written["val_loss"],
    }
    save(folder, written)


def trainer_state() -> None:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, set_seed

    set_seed(0)
    config = BertConfig(
        vocab_size=32, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=2
    )
    tokens = torch.randint(0, 32, (64, 8))
    rows = [{"input_ids": row, "labels": int(row[0] > 15)} for row in tokens]
    with tempfile.TemporaryDirectory() as temporary:
        arguments = TrainingArguments(
            temporary,
            num_train_epochs=3,
            per_device_train_batch_size=8,
            logging_steps=4,
            eval_strategy="epoch",
            save_strategy="epoch",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
        )
        model = BertForSequenceClassification(config)
        trainer = Trainer(model, arguments, train_dataset=rows[:48], eval_dataset=rows[48:])
        folder, console = LOGS / "huggingface", LOGS / "huggingface_console"
        console.mkdir(parents=True)
        with (console / "train.log").open("w") as file, redirect_stdout(file):
            trainer.train()
        for source in Path(temporary).glob("checkpoint-*/trainer_state.json"):
            target = folder / source.parent.name
            target.mkdir(parents=True)
            shutil.copy(source, target)
        trainer.state.save_to_json(str(folder / "finished.json"))
        history = trainer.state.log_history
    keys = ("loss", "eval_loss", "learning_rate", "grad_norm")
    for place in (folder, console):
        save(place, {key: [row[key] for row in history if key in row] for key in keys})


def main() -> None:
    for name in (
        "keras_csvlogger",
        "keras_console",
        "keras_progress",
        "lightning_csv",
        "huggingface",
        "huggingface_console",
    ):
        shutil.rmtree(LOGS / name, ignore_errors=True)
    for write in (keras_csv_and_console, lightning_csv, trainer_state):
        try:
            write()
        except ImportError as error:
            print(f"{write.__name__}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
