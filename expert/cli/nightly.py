"""`expert nightly`: judge every run of a fleet, and write what changed since the last night."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from expert.cli import _given

if TYPE_CHECKING:
    from expert.configuration import Configuration
    from expert.fleet.price import Price
    from expert.fleet.report import Report


EXAMPLES = ("cron", "systemd", "github", "airflow", "kubernetes", "slurm")


def _example(context: click.Context, _: click.Parameter, name: str | None) -> None:
    from expert.shelf import shelf

    if name is not None:
        click.echo((shelf("reports") / "examples" / f"{name}.txt").read_text("utf-8"), nl=False)
        context.exit()


_TABLES = {"owners": '{"nlp/*" = "ann"}', "tags": '{"prod/*" = "production"}'}
"""What only the configuration settles."""


def _price(text: object) -> Price:
    """Raises click.BadParameter for what is none."""
    from expert.fleet.price import price

    try:
        return price(str(text))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


class Settled(click.Command):
    """A command whose options may be settled in the table `nightly` of the configuration, under their own names."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of a call; what the configuration settles is the options' default."""
        given = {} if "--no-config" in args else self._settled()
        return super().make_context(info_name, args, parent, default_map=given, **extra)

    def _settled(self) -> dict[str, Any]:
        """Raises Failure for a key that is no option."""
        from expert.configuration import nearest_configuration
        from expert.problems import ProblemsError

        with _given.mistakes():
            settled = nearest_configuration(Path.cwd())
            options = {option.name: option for option in self.params if option.name}
            problems = [
                one.place.problem(*complaint)
                for path, one in settled.settled.items()
                if path[0] == "nightly" and (complaint := _complaint(path[1:], one.value, options))
            ]
            if problems:
                raise ProblemsError(problems)
        listed = [name for name, option in options.items() if option.multiple or option.nargs == -1]
        return {
            name: [value] if name in listed and isinstance(value, str) else value
            for name, value in settled.nightly.items()
        }


def _complaint(path: tuple[str, ...], value: Any, options: Mapping[str, click.Parameter]) -> tuple[str, str] | None:
    """What is wrong with a setting of the table: its code and the words."""
    from expert.problems import nearest

    if path[0] in _TABLES:
        fits = len(path) == 2 and isinstance(value, str)
        return None if fits else ("E110", f"nightly.{path[0]} gives words to patterns, as in {_TABLES[path[0]]}")
    if path[0] not in options:
        return "E111", f"nightly has no {path[0]!r}{nearest(path[0], [*options, *_TABLES])}"
    option = options[path[0]]
    try:
        for one in value if isinstance(value, list) else [value]:
            option.type.convert(one, option, None)
    except click.BadParameter as error:
        return "E110", f"nightly.{path[0]}: {error.message}"
    return None


@click.command(cls=Settled)
@click.argument("roots", nargs=-1, required=True, metavar="ROOT...")
@click.option("--site", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where the site goes.")
@click.option(
    "--state", type=click.Path(file_okay=False, path_type=Path), help="Where history and cache lie. [SITE/.expert]"
)
@click.option("--as-of", metavar="TIME", help="The moment of the night, as in 2026-11-23 or 2026-11-23T02:30. [now]")
@click.option(
    "--executor",
    default="processes",
    metavar="WHO",
    help="processes, processes:N, dask:ADDRESS, module:factory.",
    show_default=True,
)
@click.option("--include", multiple=True, metavar="PATTERN", help="Only files like this; may be repeated.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="No files or folders like this; may be repeated.")
@click.option("--max-age", type=float, default=0.0, metavar="DAYS", help="Only what changed in so many days.")
@click.option("--time-limit", type=float, default=300.0, metavar="SECONDS", help="For one log.", show_default=True)
@click.option("--memory-limit", type=float, default=4096.0, metavar="MB", help="For one log.", show_default=True)
@click.option("--wait", type=float, default=0.0, metavar="SECONDS", help="Wait for another nightly of this site.")
@click.option("--fail-on", default="never", metavar="WHAT", help="new, or a severity: exit with 1 for such a finding.")
@click.option("--notify", multiple=True, metavar="[OWNER=]URL", help="Tell an address of apprise of news.")
@click.option("--metrics", type=click.Path(dir_okay=False, path_type=Path), help="Write gauges for Prometheus here.")
@click.option("--keep", type=click.IntRange(1), default=365, metavar="NIGHTS", help="Keep history.", show_default=True)
@click.option("--price", type=_price, metavar="PRICE", help="Of an accelerator's hour, as in '2.5 EUR'.")
@click.option("--only-news", is_flag=True, help="Print nothing when nothing is new, worse or resolved.")
@click.option(
    "--example",
    type=click.Choice(EXAMPLES),
    is_eager=True,
    expose_value=False,
    callback=_example,
    help="Print how to run this every night with cron, systemd, …",
)
@click.option("--redact", is_flag=True, help="Mask paths, hosts and people.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but mistakes.")
@_given.judging
def nightly(
    roots: tuple[str, ...],
    site: Path,
    state: Path | None,
    as_of: str | None,
    executor: str,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    max_age: float,
    time_limit: float,
    memory_limit: float,
    wait: float,
    fail_on: str,
    notify: tuple[str, ...],
    metrics: Path | None,
    keep: int,
    price: Price | None,
    only_news: bool,
    redact: bool,
    quiet: bool,
    settled: Configuration,
) -> None:
    """Judge every run below the ROOTs and write a site that says what changed.

    Only what changed since the last night is read. Options may be settled in [tool.expert.nightly] of pyproject.toml
    (site = "night", exclude = ["debug*"]); there too, by patterns: owners = {"nlp/*" = "ann"} and tags.

    \b
    expert nightly runs/ --site night/
    expert nightly 's3-mirror/*/logs' --site /srv/www/night --exclude 'debug*' --fail-on new
    expert nightly runs/ --site night/ --executor dask:tcp://head:8786
    """
    import datetime

    from expert.files import save
    from expert.fleet import executors, history, message, night, places, report, supervised
    from expert.fleet import site as pages
    from expert.fleet.metrics import prometheus
    from expert.fleet.states import NEWS
    from expert.layers import in_force

    _check_fail_on(fail_on)
    moment = _moment(as_of)
    kept = state or site / ".expert"
    with _given.mistakes():
        rules = supervised.rules(settled, datetime.date.fromtimestamp(moment), redact)
    request = night.Request(
        roots,
        site,
        kept,
        moment,
        rules,
        places.Selection(include, exclude, max_age),
        supervised.Limits(time_limit, memory_limit),
        keep_nights=keep,
        owners=settled.nightly.get("owners", {}),
        tags=settled.nightly.get("tags", {}),
    )
    try:
        with (
            _given.mistakes(),
            history.opened(kept / "history.sqlite", wait) as known,
            executors.crew(executor) as crew,
            _progress(quiet) as progress,
        ):
            lost = night.take(request, known, crew, progress)
            told = report.report(request.night, known, in_force(settled), lost, price)
            pages.write(site, told, known)
    except (history.HistoryError, executors.ExecutorError) as error:
        raise _given.Failure(str(error)) from error
    except OSError as error:
        raise _given.Failure(f"{error.filename or site}: {error.strerror or error}") from error
    news = bool(told.of(*NEWS, "resolved"))
    if not quiet and (news or not only_news):
        _given.say(message.text(told), nl=False)
        _given.say(f"written: {site / 'index.html'}", err=True)
    if metrics is not None:
        save(metrics, prometheus(told, moment).encode())
    failed = [said for said in map(_sent, _messages(told, notify)) if said]
    for said in failed:
        _given.say(said, err=True)
    raise SystemExit(_exit_code(told, fail_on) or (2 if failed else 0))


def _messages(told: Report, notify: tuple[str, ...]) -> list[tuple[str, str, str]]:
    from expert.fleet.notices import messages

    owned = [text.split("=", 1) for text in notify if "=" in text.split("://")[0]]
    everyone = [text for text in notify if "=" not in text.split("://")[0]]
    return messages(told, everyone, dict(owned))


def _sent(told: tuple[str, str, str]) -> str:
    """Nothing once the message is sent, else why it could not be."""
    from expert.fleet.notices import NoticeError, send

    try:
        send(*told)
    except NoticeError as error:
        return str(error)
    return ""


def _check_fail_on(fail_on: str) -> None:
    from expert.knowledge import SEVERITIES

    allowed = ("never", "new", *SEVERITIES)
    if fail_on not in allowed:
        raise click.UsageError(f"--fail-on {fail_on!r}: it is one of {', '.join(allowed)}")


def _exit_code(told: Report, fail_on: str) -> int:
    """1 for news, or for an open finding as severe as was asked for; 3 if there was nothing to judge; else 0."""
    from expert.fleet.states import NEWS
    from expert.knowledge import SEVERITIES

    if not told.runs:
        return 3
    if fail_on == "new":
        return int(any(entry.row.state in NEWS for entry in told.entries))
    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on in SEVERITIES else ()
    quiet = ("resolved", "suppressed")
    return int(any(e.row.severity in counted and e.row.state not in quiet for e in told.entries))


def _moment(text: str | None) -> float:
    """Seconds since 1970. Raises click.UsageError for what is no time."""
    import datetime

    if text is None:
        return time.time()
    try:
        return datetime.datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise click.UsageError(f"--as-of {text!r}: a time is expected, as in 2026-11-23T02:30") from error


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """What is told how many of how many places are done: a bar on a terminal, elsewhere a line a minute."""
    import sys

    if quiet:
        yield lambda done, total: None
    elif not sys.stderr.isatty():
        said = time.monotonic()

        def line(done: int, total: int) -> None:
            nonlocal said
            if time.monotonic() - said >= 60:
                said = time.monotonic()
                _given.say(f"{done:,} of {total:,} judged", err=True)

        yield line
    else:
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("judging", total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
