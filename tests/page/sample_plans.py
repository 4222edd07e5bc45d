"""Runs and plans for the tests of the renderers, by the real trip with a pack of their own."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from expert import signals, vocabulary
from expert.diagnose import judge
from expert.exhibits import Axis, Bar, Bars, Histogram, Parallel, Picture, Pictures, Scatter, Table
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


def png(pixels: np.ndarray) -> bytes:
    """Gray pixels of shape (height, width), 0 to 255, as a PNG."""
    height, width = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels.astype(np.uint8))
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0), b"IDAT" + zlib.compress(rows), b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def exhibited() -> RunLog:
    """The small run with one exhibit of each kind: of two splits that differ, and of a search."""
    random = np.random.default_rng(0)
    edges = np.linspace(-4, 6, 31)
    parts = tuple(
        (name, tuple((np.histogram(random.normal(at, 1, 4000), edges)[0] / 4000).tolist()))
        for name, at in (("train", 0), ("test", 1.5))
    )
    rate = 10 ** random.uniform(-5, 0, 80)
    loss = 0.2 + 0.1 * (np.log10(rate) + 2.7) ** 2 + 0.1 * random.random(80)
    best = np.argsort(loss)
    choice, width = random.integers(0, 3, 80).astype(float), 2.0 ** random.integers(4, 10, 80)
    width[best[1]] = np.nan
    lines = np.stack([rate, choice, width, loss], axis=1)[best]
    axes = (
        Axis("learning rate", True),
        Axis("optimizer", choices=("adam", "sgd with momentum", "rmsprop")),
        Axis("width", True),
        Axis("validation loss"),
    )
    digits = [Picture(png(random.integers(0, 255, (8, 8))), f"row {n}") for n in range(8)]
    cells = tuple((f"train.csv:{n}", f"test.csv:{n}", f"{n / 7:.4f}") for n in range(2, 9))
    importance = tuple(Bar(n, v, v - 0.1, v + 0.12) for n, v in (("learning rate", 0.6), ("width", 0.2), ("seed", 0)))
    shares = (("train", (0.5, 0.3, 0.2)), ("val", (0.48, 0.32, 0.2)), ("test", (0.1, 0.2, 0.7)))
    return replace(
        overfitted(),
        exhibits=(
            Histogram("alcohol differs most", "The median moved by 1.5.", tuple(edges.tolist()), parts),
            Histogram("Classes by split", "", (0, 1, 2, 3), shares, Axis("class", choices=("cat", "dog", "ship"))),
            Table("Rows that stand in both", "Seven pairs.", ("in train", "in test", "alcohol"), cells),
            Pictures("Most alike", "", (("most train-like", tuple(digits[:5])), ("most test-like", tuple(digits[5:])))),
            Bars("Which knob mattered", "Out of 80 runs.", "share of the variance", importance),
            Scatter(
                "Loss over the learning rate",
                "Each point is a run.",
                axes[0],
                axes[3],
                tuple(zip(rate.tolist(), loss.tolist(), strict=True)),
                (5e-4, 1e-2),
            ),
            Parallel("All runs", "The best lie on top.", axes, tuple(map(tuple, lines.tolist()))),
        ),
    )


def strangers_exhibits() -> RunLog:
    """The exhibits with names that try to break out, numbers that are none, and pictures that are none."""
    axis = Axis(EVIL, True, ())
    choices = Axis(EVIL, choices=tuple(f"{EVIL}{n}" for n in range(60)))
    nan, inf = float("nan"), float("inf")
    shares = (("train" + EVIL, (nan, inf, -1.0)), (EVIL, (0.0, 0.0, 0.0)))
    many = tuple(float(n) for n in range(61))
    broken = (Picture(b"GIF89a", EVIL), Picture(b"\x89PNG\r\n\x1a\n"), Picture(png(np.zeros((900, 3)) + 40), EVIL))
    large = tuple(Picture(png(np.random.default_rng(n).integers(0, 255, (300, 300)))) for n in range(6))
    return replace(
        overfitted(),
        exhibits=(
            Histogram(EVIL, EVIL, (0.0, nan, inf, 1.0), shares, axis),
            Histogram(EVIL, EVIL, (-1.0, 0.0, 1.0, 2.0), shares, axis),
            Histogram(EVIL, EVIL, many, ((EVIL, tuple(n / 1830 for n in range(60))), ("", (nan,) * 60)), choices),
            Histogram("", "", (0.0,), ()),
            Histogram("", "", (0.0, 1.0), (), Axis("", choices=("a",))),
            Table(EVIL, EVIL, (EVIL, "x" * 5000), ((EVIL, "y" * 5000),) * 60),
            Table("", "", (), ()),
            Pictures(EVIL, EVIL, ((EVIL, (*broken, *large)), ("", ()))),
            Bars(EVIL, EVIL, EVIL, tuple(Bar(EVIL, v, nan, inf) for v in (nan, inf, -1e300, 0.0, 3.0) * 8)),
            Bars("", "", "", ()),
            Scatter(EVIL, EVIL, axis, choices, ((nan, 1.0), (-1.0, 2.0), (0.0, 3.0), (5.0, 99.0)), (nan, 1.0)),
            Scatter(EVIL, "", choices, axis, ((1.0, 1e-300), (2.0, 1e300)), (0.0, 0.0)),
            Scatter("", "", Axis(""), Axis(""), ()),
            Parallel(EVIL, EVIL, (axis, choices, Axis("")), ((nan, nan, nan), (0.0, 70.0, 1.0), (1.0, nan, 1.0)) * 200),
            Parallel("", "", (), ((), ())),
            Parallel("", "", (Axis("a"),), ()),
        ),
    )
