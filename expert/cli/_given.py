"""What all commands that read a run have in common: the options of what a person adds, and their mistakes."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from expert.configuration import Configuration
    from expert.knowledge import KnowledgeBase
    from expert.run import Direction, RunLog
    from expert.sources import Given


class Failure(click.ClickException):
    """A mistake in usage, configuration or rules."""

    exit_code = 2

    def format_message(self) -> str:
        """The message without what a log must not do to a terminal."""
        return harmless(self.message)


_OPTIONS = (
    click.option("--run", "run_name", metavar="NAME", default="", help="Only the run of this name."),
    click.option(
        "--settings",
        "settings_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Settings of the run, in JSON, YAML or TOML, as in 'lr: 0.001'.",
    ),
    click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="NAME=VALUE",
        help="One setting: --set num_classes=10. A metric's direction: --set direction.val_score=higher.",
    ),
    click.option(
        "--map", "mapping", multiple=True, metavar="COLUMN=METRIC", help="What a column is: --map col7=val_loss."
    ),
    click.option(
        "--baseline",
        multiple=True,
        metavar="RUN",
        help="The log of a run that went well, to compare with; several tell how far such runs scatter.",
    ),
    click.option(
        "--data",
        "data_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="What 'expert data --save FILE' measured of the run's data sets.",
    ),
    click.option("--reader", metavar="NAME", default="", help="Read with this reader, as 'expert facts' names it."),
    click.option("--redact", is_flag=True, help="Mask paths, hosts and people too; secrets are always masked."),
)

NO_CONFIG = click.option("--no-config", is_flag=True, help="Read no pyproject.toml and no expert.toml.")
_JUDGING = (
    click.option(
        "--rules", multiple=True, metavar="PATH", help="More rules: a file, or a folder of *.yaml; may be repeated."
    ),
    click.option(
        "--param", "assigned", multiple=True, metavar="PACK.PARAM=NUMBER", help="Another value of a pack's param."
    ),
    click.option(
        "--profile",
        type=click.Choice(["core", "strict", "explore"]),
        help="Rules by status: core, stable ones; strict, those in test too; explore, experimental ones too. [strict]",
    ),
    NO_CONFIG,
)


@dataclass(frozen=True)
class Added:
    """What a person adds to the log, as it was typed."""

    settings_file: Path | None
    assignments: tuple[str, ...]
    mapping: tuple[str, ...]
    baseline: tuple[str, ...]
    data_file: Path | None
    reader: str


def options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which run is meant and what a person adds to it; the command gets the latter as `added`."""

    @functools.wraps(command)
    def collected(
        *given: object,
        settings_file: Path | None,
        assignments: tuple[str, ...],
        mapping: tuple[str, ...],
        baseline: tuple[str, ...],
        data_file: Path | None,
        reader: str,
        **others: object,
    ) -> None:
        added = Added(settings_file, assignments, mapping, baseline, data_file, reader)
        command(*given, added=added, **others)

    for option in reversed(_OPTIONS):
        collected = option(collected)
    return collected


def given(added: Added, settled: Configuration) -> Given:
    """What the options and the team's vocabulary add to the log.

    Raises click.UsageError or Failure for what cannot be understood.
    """
    from expert import sources, typos
    from expert.measured import Measured
    from expert.measured import read as read_measured
    from expert.problems import nearest
    from expert.readers import readers
    from expert.readers.beside import settings_file as read_settings
    from expert.words import of_tables

    if added.reader and added.reader not in readers():
        near = nearest(added.reader, readers()) or "."
        raise click.UsageError(f"there is no reader {added.reader!r}{near} They are {', '.join(readers())}")
    try:
        settings, wrong = typos.usable(read_settings(added.settings_file)) if added.settings_file else ({}, ())
    except ValueError as error:
        raise Failure(str(error)) from error
    for complaint in wrong:
        say(f"{added.settings_file}: {complaint}; it is left out", err=True)
    directions: dict[str, Direction] = {}
    typed: dict[str, object] = {}
    for assignment in added.assignments:
        name, value = _split(assignment, "--set")
        if name.startswith("direction."):
            directions[name.removeprefix("direction.")] = _direction(value)
        else:
            settings[name] = typed[name] = _setting(name, value)
    mapped = dict(_split(text, "--map") for text in added.mapping)
    hints = [typos.unknown_metric(metric) for metric in mapped.values() if metric not in directions]
    hints += [typos.unread_setting(name) for name in typed]
    for hint in filter(None, hints):
        say(hint, err=True)
    words = of_tables(settled.vocabulary)
    try:
        known = tuple(sources.single(one, sources.Given({}, mapped, directions, words=words)) for one in added.baseline)
    except ValueError as error:
        raise Failure(f"--baseline: {error}") from error
    try:
        measured = read_measured(added.data_file) if added.data_file else Measured()
    except ValueError as error:
        raise Failure(str(error)) from error
    return sources.Given(settings, mapped, directions, known, added.reader, words, measured)


@contextmanager
def mistakes() -> Iterator[None]:
    """What a person can mend ends the command with its message: mistakes in what was written, an engine not there."""
    from expert.problems import ProblemsError

    try:
        yield
    except ProblemsError as error:
        mistakes = "1 mistake" if len(error.problems) == 1 else f"{len(error.problems)} mistakes"
        raise Failure(f"{error.of} hold {mistakes}:\n{error}") from error
    except RuntimeError as error:
        if type(error).__name__ != "EngineError":  # its module is heavy, and may not have been needed
            raise
        raise Failure(str(error)) from error


@contextmanager
def busy(first: str, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A function to call with what is being done; a terminal shows it, beginning with `first`."""
    if quiet or not sys.stderr.isatty():
        yield lambda words: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(first, total=None)
        yield lambda words: bar.update(task, description=words)


def judging(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which rules judge; the command gets their Configuration as `settled`."""

    @functools.wraps(command)
    def configured(
        *given: object,
        rules: tuple[str, ...],
        assigned: tuple[str, ...],
        profile: str | None,
        no_config: bool,
        **others: object,
    ) -> None:
        settled = configuration(rules, assigned, profile, no_config)
        command(*given, settled=settled, **others)

    for option in reversed(_JUDGING):
        configured = option(configured)
    return configured


def configuration(rules: Iterable[str], assigned: Iterable[str], profile: str | None, no_config: bool) -> Configuration:
    """What the nearest configuration and the options settle. Raises Failure or click.UsageError."""
    from expert.configuration import Configuration, also, nearest_configuration

    with mistakes():
        settled = Configuration() if no_config else nearest_configuration(Path.cwd())
    settled = also(settled, ((("rules",), path) for path in rules), "--rules")
    settled = also(settled, map(_param, assigned), "--param")
    return also(settled, [(("profile",), profile)] if profile else [], "--profile")


def knowledge(settled: Configuration, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> KnowledgeBase:
    """The rules in force. Raises Failure for mistakes in packs and for what does not exist."""
    from expert.configuration import also
    from expert.layers import in_force

    settled = also(settled, ((("select",), id_) for id_ in _ids(select)), "--select")
    settled = also(settled, ((("ignore",), id_) for id_ in _ids(ignore)), "--ignore")
    with mistakes():
        return in_force(settled)


def _ids(texts: Iterable[str]) -> list[str]:
    return [id_.strip() for text in texts for id_ in text.split(",") if id_.strip()]


def _param(text: str) -> tuple[tuple[str, ...], float]:
    """A param and its value, as in optimization.spike_ratio=10."""
    name, value = _split(text, "--param")
    pack, dot, param = name.partition(".")
    number = _scalar(value)
    if not (dot and param) or isinstance(number, bool) or not isinstance(number, int | float):
        raise click.UsageError(f"--param {text!r}: a param and a number are expected, as in --param pack.param=10")
    return ("params", pack, param), float(number)


def _split(text: str, option: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name.strip() and sign and value.strip()):
        raise click.UsageError(f"{option} {text!r}: a name and a value are expected, as in {option} name=value")
    return name.strip(), value.strip()


def _direction(value: str) -> Direction:
    match value:
        case "higher":
            return "higher"
        case "lower":
            return "lower"
    raise click.UsageError(f"a metric is better when 'higher' or 'lower', not when {value!r}")


def _setting(name: str, text: str) -> object:
    """The value as YAML 1.2 types it. Raises click.UsageError if a known setting cannot hold it."""
    from expert.typos import wrong_value

    value = _scalar(text)
    wrong = wrong_value(name, value)
    if wrong:
        raise click.UsageError(f"--set {wrong}")
    return value


def _scalar(text: str) -> Any:
    from expert.packs.tree import compose

    entry = compose(text, "--set", [])
    if entry is None:
        return text
    if text.startswith("[") and text.endswith("]"):
        return [item.value for item in entry.items()]
    return text if entry.value is None else entry.value


def check_id(id_: str, knowledge: KnowledgeBase) -> None:
    """Raises click.UsageError, with the nearest name, for an id that the rules do not hold."""
    from expert.problems import nearest

    known = {*knowledge.rules, *knowledge.symptoms, *knowledge.diagnoses}
    if id_ not in known:
        raise click.UsageError(f"{id_!r} is no diagnosis, symptom or rule{nearest(id_, known)}")


def no_such_run(name: str, sources: Iterable[str | Path], given: Given) -> str:
    """What is said when no run of the sources has the name that was asked for."""
    from expert.problems import nearest
    from expert.readers import Refused
    from expert.sources import runs
    from expert.typos import listed

    found = [run for source in sources for run in runs(source, given)]
    names = sorted({run.name for run in found if not isinstance(run, Refused)})
    refused = [f"{run.source}: {run.reason}" for run in found if isinstance(run, Refused)]
    unknown = f"there is no run {name!r}{nearest(name, names) or '.'} The runs are: {listed(names) or 'none'}"
    return harmless("\n".join([unknown, *refused]))


def check_columns(given: Given, runs: Iterable[RunLog]) -> None:
    """Raises click.UsageError, with the nearest name, for a column or metric that is named and that no run has."""
    from expert.typos import absent

    missing = absent(given, list(runs))
    if missing:
        raise click.UsageError(harmless(missing))


def say(text: str, err: bool = False, nl: bool = True) -> None:
    """Print text that may quote a log."""
    click.echo(harmless(text), err=err, nl=nl)


def write(path: Path, text: str) -> None:
    """Write a file. Raises Failure if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror or error}") from error


def harmless(text: str) -> str:
    """The text without what a log must not do to a terminal: control characters, turned reading order."""
    from expert.renderers._words import clean

    return clean(text)
