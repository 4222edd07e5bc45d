"""Small fleets in a folder, and nights over them."""

from __future__ import annotations

import datetime
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from expert.configuration import Configuration
from expert.fleet import executors, history, night, report, site, supervised
from expert.layers import in_force

CONFIGURATION = Configuration()
RULES = supervised.rules(CONFIGURATION, datetime.date(2026, 11, 1))
_ONE = ThreadPoolExecutor(1)
DAY = datetime.datetime(2026, 11, 1, 2, 30)


def healthy(rows: int = 60) -> str:
    """A loss that falls and stays down, on training and on validation data."""
    return _table(0.2 + 2 * np.exp(-np.arange(rows) / 8), 0.25 + 2 * np.exp(-np.arange(rows) / 8))


def overfitted(rows: int = 60, slope: float = 0.05) -> str:
    """A validation loss that turns while the training loss falls."""
    epochs = np.arange(rows)
    return _table(0.02 + 2 * np.exp(-epochs / 8), 0.25 + 2 * np.exp(-epochs / 8) + slope * np.maximum(0, epochs - 15))


def diverged() -> str:
    """A loss that falls, and then climbs for good."""
    epochs = np.arange(60)
    loss = np.where(epochs < 40, 0.2 + 2 * np.exp(-epochs / 8), 0.2 * np.exp((epochs - 40) / 3))
    return _table(loss, loss)


def put(path: Path, text: str, age: float = 1.0) -> None:
    """A log that was last written so many days before the first night."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    moment = DAY.timestamp() - age * 86_400
    os.utime(path, (moment, moment))


def take(
    root: Path, day: int = 0, executor: str = "", rules: supervised.Rules = RULES, **asked: object
) -> report.Report:
    """The report of the night so many days after the first, with its site in `root/../site`.

    One judge, which is slow to start, serves all nights that ask for no executor.
    """
    return take_roots((str(root),), root.parent / "site", day, executor, rules, **asked)


def take_roots(
    roots: tuple[str, ...],
    folder: Path,
    day: int = 0,
    executor: str = "",
    rules: supervised.Rules = RULES,
    **asked: object,
) -> report.Report:
    """The same for any roots, with the site in a folder."""
    moment = (DAY + datetime.timedelta(days=day)).timestamp()
    request = night.Request(roots, folder, folder / ".expert", moment, rules, **asked)
    crews = executors.crew(executor) if executor else nullcontext(executors.Crew(_ONE, 1))
    with history.opened(request.state / "history.sqlite") as known, crews as crew:
        lost = night.take(request, known, crew, lambda done, total: None)
        told = report.report(request.night, known, in_force(rules.configuration), lost)
        site.write(folder, told, known)
    return told


def states(told: report.Report) -> dict[str, int]:
    """How many findings are in each state."""
    return dict(Counter(entry.row.state for entry in told.entries))


def _table(train: np.ndarray, val: np.ndarray) -> str:
    noise = np.random.default_rng(0).normal(1, 0.01, len(train))
    rows = (f"{n},{a:.5f},{b:.5f}" for n, (a, b) in enumerate(zip(train * noise, val, strict=True)))
    return "epoch,train_loss,val_loss\n" + "\n".join(rows) + "\n"
