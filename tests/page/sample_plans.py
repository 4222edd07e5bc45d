"""Runs and plans for the tests of the renderers, by the real trip with a pack of their own."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from expert import signals, vocabulary
from expert.diagnose import judge
from expert.knowledge import KnowledgeBase
from expert.packs import load
from expert.plan import Plan
from expert.run import Event, RunLog, Series


@cache
def example() -> KnowledgeBase:
    return load([Path(__file__).with_name("example.yaml")], signals.catalogue())


def columns(points: int) -> dict[str, np.ndarray]:
    """A run that learns, jumps at 60 %, and is NaN from 80 % on; its validation turns before."""
    random = np.random.default_rng(0)
    step = np.arange(points, dtype=float)
    at = step / points
    norm = 1.3 + 0.2 * random.standard_normal(points) + np.where(at > 0.6, 40 * random.random(points), 0)
    loss = 2.5 * np.exp(-6 * at) + 0.2 + 0.05 * random.standard_normal(points) + np.maximum(0, at - 0.6) * 4
    val = 2.5 * np.exp(-6 * at) + 0.35 + 0.02 * random.standard_normal(points) + np.maximum(0, at - 0.5) * 3
    norm[points // 3] = 937.5
    return {
        "step": step,
        "train/loss": np.where(at > 0.8, np.nan, loss),
        "val/loss": val,
        "train/accuracy": np.clip(1 - loss / 3, 0, 1),
        "val/accuracy": np.clip(1 - val / 3, 0, 1),
        "lr": np.full(points, 2e-2),
        "grad_norm": norm,
        "throughput": 900 + 10 * random.standard_normal(points),
        "gpu_memory": 11e9 + 1e6 * step,
        "time": 1.7e9 + 25.2 * 2000 * at,
    }


def table_run(name: str, file: str, table: dict[str, np.ndarray], reader: str) -> RunLog:
    steps = table.get("step", table.get("epoch", np.array([])))
    lines = np.arange(2, len(steps) + 2)
    series = tuple(
        Series(
            column,
            steps,
            values,
            epochs=table.get("epoch"),
            times=table.get("time"),
            file=file,
            lines=lines,
        )
        for column, values in table.items()
        if column not in ("step", "epoch", "time")
    )
    return vocabulary.understand(RunLog(name, f"runs/{file}", series, reader=reader))


def broken(points: int = 2000) -> RunLog:
    """The run of `columns`, understood, with settings."""
    settings = {"optimizer": "adam", "batch_size": 32.0, "human_error": 0.02, "test_acc": 0.7, "val_size": 5000.0}
    run = table_run("qlora-7b-seed42", "train.csv", columns(points), "csv: a header of 10 names")
    return replace(run, settings={**settings, "train_size": 50000.0})


def overfitted(epochs: int = 40) -> RunLog:
    """A small run per epoch whose validation loss turns."""
    epoch = np.arange(1.0, epochs + 1)
    table = {"epoch": epoch, "loss": 2 / epoch, "val_loss": 2 / epoch**0.7 + np.maximum(0, epoch - 12) * 0.04}
    return table_run("small", "history.csv", table, "csv: a Keras CSVLogger history")


def healthy(epochs: int = 30) -> RunLog:
    """A run with which nothing is wrong."""
    epoch = np.arange(1.0, epochs + 1)
    return table_run("fine", "fine.csv", {"epoch": epoch, "loss": 0.1 + 2 / epoch, "val_loss": 0.2 + 2 / epoch}, "csv")


EVIL = (
    '</script><script>alert(1)</script>"><img src=x onerror=alert(2)>'
    "\u202egnp.exe\x00\x1b[31m`|*_[x](javascript:alert(3))"
)


def hostile() -> RunLog:
    """The broken run with names, settings and events that try to break out."""
    run = broken(400)
    renamed = tuple(replace(s, column=f"{EVIL} {s.column}", file=EVIL) for s in run.series)
    extra = replace(run.series[0], column="x" * 5000, name="y" * 5000, role="", split="")
    return replace(
        run,
        name=EVIL,
        source=f"/tmp/{EVIL}",
        reader=EVIL,
        series=(*renamed, extra),
        settings={**run.settings, EVIL: EVIL, "notes": "long " * 3000},
        events=(Event(EVIL, line=3), Event("\ud800 lone", "resume", 7.0)),
        notes=(EVIL,),
    )


def plan(run: RunLog) -> Plan:
    return judge(run, example())


def doubtful() -> Plan:
    """A plan of which nothing is certain: every rule of the example is worth 0.6 at the most."""
    rules = {i: replace(r, certainty=min(0.6, r.certainty)) for i, r in example().rules.items()}
    return judge(overfitted(), replace(example(), rules=rules))
