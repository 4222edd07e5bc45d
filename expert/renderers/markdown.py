"""Plan → Markdown that fits a ticket or the summary of a CI job."""

from __future__ import annotations

import re

from expert import certainty
from expert.decomposition import Decomposition
from expert.exhibits import Exhibit, Table
from expert.findings import Finding
from expert.plan import Item, Plan
from expert.renderers import _words as words
from expert.renderers._error import counsel, in_points
from expert.renderers._evidence import evidence
from expert.renderers._exhibits import told
from expert.renderers._unlocks import unlocks

_MOST_EXHIBITS, _MOST_ROWS, _MOST_COLUMNS = 8, 8, 8
_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]<>|#~@])")


def render(plan: Plan) -> str:
    """The verdict, the plan with its evidence, and what was rejected, not explained and not judged."""
    seen: set[int] = set()
    shown = words.open_items(plan, len(plan.items))
    blocks = [_head(plan), *(_item(item, plan, seen) for item in shown)]
    blocks += [_finding(f, plan) for f in plan.findings if id(f) not in seen]
    if len(shown) < len(plan.items):
        lines = (f"{item.priority}. {plain(item.title)}" for item in plan.items if item not in shown)
        blocks.append("\n".join(["If that holds:", "", *lines]))
    if plan.rejected:
        lines = (f"- {plain(r.diagnosis.title)}: {plain(r.reason)}" for r in plan.rejected)
        blocks.append("\n".join(["### Considered and rejected", "", *lines]))
    if plan.unexplained:
        lines = (f"- {plain(reason.text)}" for _, reason in plan.unexplained)
        blocks.append("\n".join(["### Unexplained", "", *lines]))
    if plan.decomposition:
        blocks.append(_decomposition(plan.decomposition))
    if plan.run.exhibits:
        blocks.append("\n\n".join(["### See for yourself", *map(_exhibit, plan.run.exhibits[:_MOST_EXHIBITS])]))
    if words.in_force(plan):
        lines = (f"- {plain(what)}: {plain(why)}" for what, why in words.in_force(plan))
        blocks.append("\n".join(["### Changed rules in force", "", *lines]))
    if plan.checked or plan.findings:
        checked = words.count(len(plan.checked), "check")
        text = f"{checked} found nothing; {words.not_possible(plan)} were not possible."
        useful = [one for one in unlocks(plan) if one.alone][:5]
        lines = (f"- would unlock {words.count(one.alone, 'check')}: {_code(one.how)}" for one in useful)
        blocks.append("\n".join([text, "", *lines]).rstrip())
    return "\n\n".join(blocks) + "\n"


def _head(plan: Plan) -> str:
    main, lost = words.main_finding(plan), words.lost(plan)
    origin = f"Most likely origin: {main.diagnosis.origin}.{f' {lost}.' if lost else ''}" if main else ""
    head = f"## {plain(words.short(plan.run.name) or 'run')}"
    rest = words.headline(plan).removeprefix(plan.verdict)
    verdict = f"**{plan.verdict}**{' ' if rest.startswith(' ') else ''}{plain(rest)}"
    return "\n\n".join(part for part in [head, verdict, origin] if part)


def _item(item: Item, plan: Plan, seen: set[int]) -> str:
    """One item; what is said of a finding is said once."""
    finding = item.treats[0]
    sure = f"{certainty.in_words(finding.certainty)} certainty ({finding.certainty:.2f})"
    parts = [f"### {item.priority}. {plain(item.title)}", f"*{item.severity} · {sure} · effort: {item.effort}*"]
    for one in item.treats:
        parts.append(_again(one) if id(one) in seen else _finding(one, plan))
        seen.add(id(one))
    parts.append(f"**Change** {plain(item.how)}")
    known = (name for name in words.frameworks(plan.run) if name in item.snippets)
    parts += [f"{words.FRAMEWORK_TITLES[name]}:\n\n{_fenced(item.snippets[name])}" for name in list(known)[:1]]
    if item.verify:
        parts.append(f"**Worked if**, in the next run, {plain(words.worked_if(item))}.")
    return "\n\n".join(parts)


def _again(finding: Finding) -> str:
    return f"A further remedy for: {plain(finding.diagnosis.title)}"


def _finding(finding: Finding, plan: Plan) -> str:
    reasons = plain(" ".join(words.sentences(finding, plan)))
    parts = [f"**Because** {plain(words.short(finding.title, 160))}. {reasons}"]
    rows = [
        [e.what, e.value, ", ".join(text for text, _ in e.thresholds), e.steps, e.log or "—"]
        for e in evidence(finding, plan)
    ]
    if rows:
        clock = plan.run.clock.capitalize()
        head = [f"| Measured | Value | Threshold | {clock}s | Log |", "| --- | --- | --- | --- | --- |"]
        parts.append("\n".join([*head, *(f"| {' | '.join(map(plain, row))} |" for row in rows)]))
    if finding.against:
        parts.append(f"**Against it** {plain(' '.join(reason.text for reason in finding.against))}")
    return "\n\n".join(parts)


def _decomposition(found: Decomposition) -> str:
    said = [[term.title, in_points(term, found), term.meaning] for term in found.terms]
    rows = [f"| {' | '.join(map(plain, row))} |" for row in said]
    title = f"### Where the {'error' if found.measure == 'error' else 'loss'} comes from"
    table = "\n".join(["| Term | Value | What it is |", "| --- | --- | --- |", *rows])
    return "\n\n".join(filter(None, [title, table, plain(counsel(found))]))


def _exhibit(exhibit: Exhibit) -> str:
    """An exhibit in a few words; a table as a table, if it is small."""
    said = f"**{plain(words.short(exhibit.title, 160))}** {plain(words.short(exhibit.caption, 300))}".rstrip()
    if not isinstance(exhibit, Table) or not 0 < len(exhibit.columns) <= _MOST_COLUMNS:
        return f"{said} ({plain(words.short(told(exhibit), 300))})"
    cells = [exhibit.columns, ["---"] * len(exhibit.columns), *exhibit.rows[:_MOST_ROWS]]
    rows = [
        f"| {' | '.join(cell if n == 1 else plain(words.short(cell, 60)) for cell in row)} |"
        for n, row in enumerate(cells)
    ]
    return "\n".join([said, "", *rows])


def plain(text: str) -> str:
    """A text that means nothing to Markdown, in one line."""
    return _MEANS_SOMETHING.sub(r"\\\1", " ".join(words.clean(text).split()))


def _code(text: str) -> str:
    """A text as code in one line, whatever backticks and bars it holds."""
    line = " ".join(words.clean(text).split()).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{room}{line}{room}{fence}"


def _fenced(text: str) -> str:
    """A block of code; lines taken out and put in are shown as such."""
    code = words.clean(text).rstrip()
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", code)), default=0) + 1)
    language = "diff" if any(line.startswith(("+ ", "- ")) for line in code.splitlines()) else "python"
    return f"{fence}{language}\n{code}\n{fence}"
