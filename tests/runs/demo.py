"""How the log in reports/demo/ was made: a small network on handwritten digits whose schedule has a wrong number.

The second phase of the schedule was meant to go down to 0.005 and was written 0.5. Run it from the checkout, with torch
and scikit-learn: `python tests/runs/demo.py`.
"""

import csv
import json
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch import nn

FOLDER = Path(__file__).parents[2] / "reports" / "demo"
CONFIG = {
    "task": "classification",
    "num_classes": 10,
    "train_size": 1437,
    "val_size": 360,
    "batch_size": 64,
    "max_steps": 360,
    "optimizer": "sgd",
    "momentum": 0.9,
    "lr": 0.05,
    "scheduler": "step",
    "loss": "cross_entropy",
    "architecture": "mlp",
    "hidden_activations": "relu",
    "seed": 3,
    "input_mean": 0.0,
    "input_std": 1.0,
}
MILESTONE, SECOND_RATE = 200, 0.5


def main() -> None:
    torch.manual_seed(CONFIG["seed"])
    inputs, targets = map(torch.tensor, load_digits(return_X_y=True))
    inputs, targets = (inputs.float() - inputs.float().mean()) / inputs.float().std(), targets.long()
    order = torch.randperm(len(inputs))
    train, val = order[:1437], order[1437:]
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=CONFIG["lr"], momentum=CONFIG["momentum"])
    rows = []
    for step in range(CONFIG["max_steps"]):
        if step == MILESTONE:
            optimizer.param_groups[0]["lr"] = SECOND_RATE
        batch = train[torch.randint(len(train), (CONFIG["batch_size"],))]
        loss = nn.functional.cross_entropy(model(inputs[batch]), targets[batch])
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf"))
        row = {"step": step, "train_loss": loss.item(), "grad_norm": norm.item(), "lr": optimizer.param_groups[0]["lr"]}
        optimizer.step()
        if step % 10 == 9:
            with torch.no_grad():
                outputs = model(inputs[val])
                row["val_loss"] = nn.functional.cross_entropy(outputs, targets[val]).item()
                row["val_acc"] = (outputs.argmax(1) == targets[val]).float().mean().item()
        rows.append(row)
    with (FOLDER / "digits.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["step", "train_loss", "grad_norm", "lr", "val_loss", "val_acc"])
        writer.writeheader()
        writer.writerows({k: f"{v:.5g}" if isinstance(v, float) else v for k, v in row.items()} for row in rows)
    (FOLDER / "config.json").write_text(json.dumps(CONFIG, indent=1) + "\n")


if __name__ == "__main__":
    main()
