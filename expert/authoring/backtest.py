"""What a change of rules would have changed: the findings of runs under the rules before and after it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from expert.diagnose import plans
from expert.knowledge import KnowledgeBase
from expert.plan import Plan
from expert.renderers._words import count
from expert.sources import Given, Source


class HistoryError(ValueError):
    """git does not know what was asked for."""


@dataclass(frozen=True)
class Change:
    """A finding of a run that differs: its severity and certainty before and after; nothing where it is not found."""

    run: str
    diagnosis: str
    before: str
    after: str


def changes(
    sources: Iterable[Source], before: KnowledgeBase, after: KnowledgeBase
) -> Iterator[tuple[str, tuple[Change, ...]]]:
    """The name of each run with what changes in it; runs that cannot be read are left out."""
    for source in sources:
        pairs = zip(plans(source, Given(), False, before), plans(source, Given(), False, after), strict=True)
        for one, other in pairs:
            if one.knowledge is not None and other.knowledge is not None:
                yield one.run.name, _changes(one, other)


def committed(files: Iterable[Path | Traversable], revision: str, folder: Path) -> list[Path | Traversable]:
    """The files as they were in a revision, written to a folder; without those that were not there yet.

    Files outside the repository of the working folder, as those of an installed package, were always as they are.
    Raises HistoryError for a revision that does not exist.
    """
    here = _git(Path(), "rev-parse", "--show-toplevel")
    if here is not None and _git(Path(), "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        raise HistoryError(f"git knows no revision {revision!r} here")
    found: list[Path | Traversable] = []
    for n, file in enumerate(files):
        path = Path(str(file))
        if here is None or _git(path.parent, "rev-parse", "--show-toplevel") != here:
            found.append(file)
            continue
        content = _git(path.parent, "show", f"{revision}:./{path.name}")
        if content is not None:
            copy = folder / f"{n:03}" / path.name
            copy.parent.mkdir()
            copy.write_bytes(content)
            found.append(copy)
    return found


def table(found: Iterable[tuple[str, tuple[Change, ...]]]) -> str:
    """The findings that change, one in a line, and a line that counts."""
    runs = list(found)
    rows = [("run", "diagnosis", "before", "", "after")]
    rows += [(c.run, c.diagnosis, c.before or "—", "→", c.after or "—") for _, inside in runs for c in inside]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    differing = sum(bool(inside) for _, inside in runs)
    counted = f"{differing} of {count(len(runs), 'run')} changed: {_counts([c for _, inside in runs for c in inside])}"
    return "\n".join([*lines, "", counted]) if differing else f"nothing changes in {count(len(runs), 'run')}"


def _changes(before: Plan, after: Plan) -> tuple[Change, ...]:
    old, new = _findings(before), _findings(after)
    return tuple(
        Change(before.run.name, id_, old.get(id_, ""), new.get(id_, ""))
        for id_ in sorted({*old, *new})
        if old.get(id_) != new.get(id_)
    )


def _findings(plan: Plan) -> dict[str, str]:
    return {
        f"{f.diagnosis.id} ({f.about})" if f.about else f.diagnosis.id: f"{f.severity} {f.certainty:.2f}"
        for f in plan.findings
    }


def _counts(found: list[Change]) -> str:
    new, gone = sum(not change.before for change in found), sum(not change.after for change in found)
    return f"{count(new, 'finding')} new, {gone} gone, {len(found) - new - gone} other"


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints; nothing where it fails or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
