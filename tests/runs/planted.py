"""The list of the golden runs: each is a function that trains one, with what was planted in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.runs.loop import Row, Trainer, settings_of


@dataclass(frozen=True)
class Left:
    """What a run left behind: the rows of its log, or its text, in the file `log`, and its configuration.

    Those of a sweep are its trials, in `sweep.csv`.
    """

    rows: list[Row]
    settings: dict[str, object]
    text: str = ""
    log: str = ""


@dataclass(frozen=True)
class Planted:
    """A golden run: what it shows, and the function that trains it."""

    expected: dict[str, object]
    train: Callable[[], Left]


RUNS: dict[str, Planted] = {}
Making = Callable[[], Left]


def plants(diagnosis: str, why: str, within: str = "", baselines: tuple[str, ...] = ()) -> Callable[[Making], Making]:
    """Put a function on the list, as a run with one fault.

    `within` is a cause that may rightly explain the fault, `baselines` are the golden runs to compare with.
    """
    told = {"within": within, "baselines": list(baselines)}
    return _put({"diagnosis": diagnosis, "why": why} | {name: value for name, value in told.items() if value})


def healthy(why: str) -> Callable[[Making], Making]:
    """Put a function on the list, as a run that has nothing wrong with it."""
    return _put({"healthy": True, "why": why})


def left(trainer: Trainer, **settings: object) -> Left:
    """What a trainer leaves behind once it has run, with further or corrected settings."""
    described = settings_of(trainer)
    return Left(trainer.run(), described | settings)


def _put(expected: dict[str, object]) -> Callable[[Making], Making]:
    def put(function: Making) -> Making:
        RUNS[function.__name__.replace("_", "-")] = Planted(expected, function)
        return function

    return put
