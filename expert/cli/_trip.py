"""The trip as a command takes it: judge with a progress bar, print, write, and say with the exit code how it went."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from expert.cli import _given, _pages

if TYPE_CHECKING:
    from expert.knowledge import KnowledgeBase
    from expert.plan import Plan
    from expert.readers._onward import Memory
    from expert.sources import Given

LARGE = 20_000_000
"""From so many bytes on a terminal sees a progress bar."""


def formats(asked: str | None, output: str | None) -> list[str]:
    """The formats to write: those asked for, else what the output's name ends with, else html (text for `-`)."""
    by_suffix = {suffix: form for form, suffix in _pages.SUFFIXES.items()}
    if asked is None:
        return ["text"] if output == "-" else [by_suffix.get(Path(output or "").suffix, "html")]
    forms = list(dict.fromkeys(form.strip() for form in asked.split(",") if form.strip()))
    for form in forms:
        if form not in _pages.SUFFIXES:
            raise click.UsageError(f"{form!r} is no format; the formats are {', '.join(_pages.SUFFIXES)}")
    if not forms:
        raise click.UsageError(f"--format names no format; the formats are {', '.join(_pages.SUFFIXES)}")
    if output == "-" and len(forms) > 1:
        raise click.UsageError("standard output takes exactly one format, as in -o - --format json")
    return forms


def judged(
    sources: Sequence[str],
    given: Given,
    redact: bool,
    knowledge: KnowledgeBase,
    name: str,
    quiet: bool,
    memory: Memory | None = None,
) -> list[Plan]:
    """The plans of all runs of all sources, or of those of one name. Raises click.UsageError if none has it."""
    from expert.diagnose import plans
    from expert.sources import expand

    found: list[Plan] = []
    paths = expand(sources)
    with _given.mistakes(), _progress(paths, quiet) as advance:
        for path in paths:
            for plan in plans(path, given, redact, knowledge, name, memory):
                found.append(plan)
                advance(plan.run.name)
    if name and not any(plan.run.name == name for plan in found):
        raise click.UsageError(_given.no_such_run(name, paths, given))
    _given.check_columns(given, [plan.run for plan in found if plan.knowledge is not None])
    return found


def nowhere(sources: Sequence[str], plans: Iterable[Plan]) -> bool:
    """Whether nothing at all is where the sources point, so that there is nothing to write."""
    from expert.sources import expand

    there = any(source == "-" or Path(source).exists() for source in expand(sources))
    return not there and all(plan.knowledge is None for plan in plans)


def complaint(plan: Plan) -> str:
    """Why nothing of a run could be judged."""
    from expert.renderers._words import refusal

    reason = refusal(plan)
    return reason if reason.startswith(plan.run.source) else f"{plan.run.source}: {reason}"


def complain(plans: Iterable[Plan]) -> None:
    """Say on standard error what could not be judged."""
    for plan in plans:
        if plan.verdict == "Not judged":
            _given.say(complaint(plan), err=True)


def narrowed(plan: Plan, select: Iterable[str]) -> Plan:
    """The plan with only the findings that were asked for, by diagnosis or by a rule that took part."""
    ids = {id_.strip() for text in select for id_ in text.split(",")}
    findings = tuple(f for f in plan.findings if f.diagnosis.id in ids or ids & {d.rule for d in f.derivations})
    treated = [(item, tuple(f for f in item.treats if f in findings)) for item in plan.items]
    items = [(item, treats) for item, treats in treated if treats]
    renumbered = tuple(replace(item, treats=t, priority=n) for n, (item, t) in enumerate(items, 1))
    return replace(plan, findings=findings, items=renumbered)


def deliver(plans: Sequence[Plan], forms: Sequence[str], target: Path, show: bool, quiet: bool) -> None:
    """Print the plan (of several runs one line each), write the files and say where they are."""
    if quiet:
        complain(plans)
    else:
        _given.say(_pages.rendered(plans, "text") if len(plans) == 1 else _overview(plans), nl=False)
    written = _pages.write(plans, forms, target)
    if not quiet:
        others = f" and {len(written) - 4} more" if len(written) > 4 else ""
        _given.say(f"written: {', '.join(map(str, written[:4]))}{others}", err=True)
        stale = _pages.earlier(written)
        if stale:
            pages = "1 page of an earlier run lies" if stale == 1 else f"{stale} pages of earlier runs lie"
            _given.say(f"{pages} in {written[0].parent} too, not in the index", err=True)
    if show:
        click.launch(written[0].resolve().as_uri())


def exit_code(plans: Sequence[Plan], fail_on: str) -> int:
    """1 for a finding as severe as `fail_on`, 3 if nothing could be judged, else 0."""
    from expert.knowledge import SEVERITIES

    if all(plan.verdict == "Not judged" for plan in plans):
        return 3
    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on in SEVERITIES else ()
    return int(any(finding.severity in counted for plan in plans for finding in plan.findings))


def _overview(plans: Sequence[Plan]) -> str:
    """One line per run, the worst first: its verdict and what to do first."""
    from expert.plan import VERDICTS

    width = min(40, max((len(plan.run.name) for plan in plans), default=0))
    lines = [
        f"{plan.run.name:<{width}}  {plan.verdict:<16}  {_first(plan)}".rstrip()
        for plan in sorted(plans, key=lambda plan: (VERDICTS.index(plan.verdict), plan.run.name))
    ]
    return "\n".join(lines) + "\n"


def _first(plan: Plan) -> str:
    """What to do first, or why nothing could be judged."""
    from expert.renderers._words import open_items, suspicions

    shown = open_items(plan, 1)
    if shown or suspicions(plan):
        return shown[0].title if shown else suspicions(plan)
    return plan.not_judged[0].how if plan.verdict == "Not judged" and plan.not_judged else ""


@contextmanager
def _progress(paths: Sequence[str | Path], quiet: bool) -> Iterator[Callable[[str], None]]:
    """A function to call with the name of each judged run; on a terminal it moves a bar if there is much to read."""
    many = len(paths) > 3 or any(
        Path(p).is_dir() or (Path(p).is_file() and Path(p).stat().st_size > LARGE) for p in paths
    )
    if quiet or not many or not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        runs = iter(range(1, sys.maxsize))
        yield lambda name: bar.update(
            task, advance=1, description=f"{next(runs)} judged, last {escape(_given.harmless(name[:40]))}"
        )
