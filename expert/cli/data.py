"""`expert data`: compare the splits of a data set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from expert.cli import _given, _output

if TYPE_CHECKING:
    from expert.configuration import Configuration


@click.command()
@click.argument("train")
@click.argument("val", required=False)
@click.argument("test", required=False)
@click.option("--target", metavar="COLUMN", default="", help="The column to predict. [target, label, class, y …]")
@click.option(
    "--labels", multiple=True, metavar="SPLIT=FILE", help="A file of labels: --labels train=y.npy; may be repeated."
)
@click.option(
    "--predictions",
    metavar="FILE",
    help="Probabilities (.npy) for all training samples, by a model that did not see them.",
)
@click.option(
    "--try-synthesis",
    is_flag=True,
    help="Look for changes of the training samples that make them like the last split, and measure how far they carry.",
)
@click.option(
    "--save", metavar="FILE", type=click.Path(path_type=Path), help="Keep what was measured, for diagnose --data."
)
@_output.options
@_given.judging
def data(
    train: str,
    val: str | None,
    test: str | None,
    target: str,
    labels: tuple[str, ...],
    predictions: str | None,
    try_synthesis: bool,
    save: Path | None,
    output: _output.Output,
    settled: Configuration,
) -> None:
    """Compare the splits of a data set: print the plan and write it as a page, with the difference to look at.

    Each split is a CSV, Parquet, .npy or .npz file, a folder of images by class, or module:function that returns a
    Dataset. Large ones are read in streams or sampled; the page says which. Of two, the second is the validation set,
    or the test set if its name begins with "test".

    \b
    expert data train.csv val.csv test.csv --target price
    expert data images/train images/val --save data.json
    expert data data.py:train_set data.py:val_set
    expert diagnose run/ --data data.json
    """
    with _all_installed():
        from expert.data.checks import checks
        from expert.data.compare import judged, measure, opened
        from expert.data.split import DataError
        from expert.data.synthesis import synthesize
        from expert.measured import write
    knowledge = _given.knowledge(settled)
    with _given.mistakes(), _given.busy("reading", output.quiet) as tell:
        try:
            with _all_installed():
                sets = opened(_roles(train, val, test), target, _by_split(labels), predictions)
                measured = measure(sets, tell, {"synthesize": synthesize, **checks()} if try_synthesis else checks())
        except DataError as error:
            raise _given.Failure(str(error)) from error
        plan = judged(sets, measured, knowledge)
    if save:
        _given.write(save, write(measured))
    output.finish([plan])


@contextmanager
def _all_installed() -> Iterator[None]:
    """What lacks a library of the extra `data` says how to get it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise _given.Failure(f"{error}: pip install 'training-expert[data]' brings what data sets need") from error


def _roles(train: str, val: str | None, test: str | None) -> dict[str, str | None]:
    """The sources by split; the second of two is the test set where its name says so."""
    if val and test is None and Path(val.rsplit(":", 1)[-1]).name.lower().startswith("test"):
        val, test = None, val
    return {"train": train, "val": val, "test": test}


def _by_split(texts: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in texts:
        split, sign, file = text.partition("=")
        if not sign or split not in ("train", "val", "test"):
            raise click.UsageError(f"--labels {text!r}: a split and a file are expected, as in --labels train=y.npy")
        found[split] = file
    return found
