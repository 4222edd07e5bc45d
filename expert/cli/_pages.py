"""Where plans go: standard output, one file per format, or a folder with an index and one page per run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from expert.cli._given import Failure
from expert.cli._given import write as write_text
from expert.renderers import formats, joined, suffix

if TYPE_CHECKING:
    from expert.plan import Plan

SUFFIXES = {form: suffix(form) for form in formats()}


def rendered(plans: Sequence[Plan], form: str) -> str:
    """One text for all plans."""
    return joined([_text(plan, form) for plan in plans], form)


def target(output: str | None, forms: Sequence[str]) -> Path:
    """Where to write; a name that ends with a slash is a folder, which is made. Raises Failure if it cannot be."""
    if output is None:
        return Path("report").with_suffix(SUFFIXES[forms[0]])
    if output.endswith(("/", "\\")):
        try:
            Path(output).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Failure(f"{output} cannot be made: {error.strerror or error}") from error
    return Path(output)


def write(plans: Sequence[Plan], forms: Sequence[str], target: Path) -> list[Path]:
    """The files that were written; the first is the one to open.

    One format goes to `target`, several stand beside each other under its name, those for a folder in it under the
    name `report`. Several runs as HTML become a folder.
    """
    folder = target if target.is_dir() else target.with_suffix("") if target.suffix in SUFFIXES.values() else target
    base = target / "report" if target.is_dir() else folder
    written = []
    for form in forms:
        if form == "html" and len(plans) > 1:
            written += _folder(plans, folder)
        else:
            path = target if len(forms) == 1 and target.suffix and not target.is_dir() else _with(base, SUFFIXES[form])
            written.append(saved(path, rendered(plans, form)))
    return written


def earlier(written: Sequence[Path]) -> int:
    """How many pages lie beside the index that was written and are not in it."""
    indexes = [path for path in written if path.name == "index.html"]
    return sum(page not in written for index in indexes for page in index.parent.glob("*.html"))


def file_names(names: Sequence[str]) -> list[str]:
    """A safe and unique file name for each run, as near to its own name as can be."""
    taken = {"index", "con", "nul", "aux", "prn"}
    found = []
    for name in names:
        safe = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "run"
        unique, n = safe, 2
        while unique.casefold() in taken:
            unique, n = f"{safe}-{n}", n + 1
        taken.add(unique.casefold())
        found.append(unique)
    return found


def _with(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _folder(plans: Sequence[Plan], folder: Path) -> list[Path]:
    """The index and the page of each run."""
    from urllib.parse import quote

    from expert.renderers import index

    pages = [folder / f"{name}.html" for name in file_names([plan.run.name for plan in plans])]
    first = saved(folder / "index.html", index(plans, [quote(page.name) for page in pages]))
    return [first, *(saved(page, _text(plan, "html")) for page, plan in zip(pages, plans, strict=True))]


def _text(plan: Plan, form: str) -> str:
    """The plan in one format; where that fails, a refusal that says so, as one run must not stop the others."""
    from expert.plan import refused
    from expert.renderers import render
    from expert.sources import defect

    try:
        return render(plan, form)
    except Exception as error:
        return render(refused(plan.run.source, plan.run.name, defect(error)), form)


def saved(path: Path, text: str) -> Path:
    """The path, once the text is in it. Raises Failure if it cannot be written."""
    write_text(path, text)
    return path
