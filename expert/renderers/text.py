"""Plan → plain text, short enough for a terminal and the log of a CI job."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import fill

from expert import certainty
from expert.plan import Item, Plan
from expert.renderers import _words as words
from expert.renderers._error import in_a_line
from expert.renderers._exhibits import told
from expert.renderers._unlocks import unlocks

_WIDTH = 100
_MOST_ITEMS, _MOST_CHANGES, _MOST_EXHIBITS = 5, 5, 5
_INDENT = " " * 14
_DAMAGE = re.compile(r"^line |damaged|\bcut\b|left out|skipped|not read\b")


def render(plan: Plan) -> str:
    """The verdict, what to do in order with the reasons, and what was not looked at."""
    doubtful = bool(words.suspicions(plan))
    shown = words.open_items(plan, _MOST_ITEMS)
    blocks = [_head(plan), *(_item(item, plan) for item in shown)]
    more = [item for item in plan.items if item not in shown]
    if more and not doubtful:
        blocks.append(_wrapped(f"{words.count(len(more), 'further step')}: {_titles(more)}"))
    treated = {id(finding) for item in (shown if doubtful else plan.items) for finding in item.treats}
    for finding in (f for f in plan.findings if id(f) not in treated):
        reasons = " ".join(words.strongest(finding, plan))
        sure = f"{finding.severity}, certainty {certainty.in_words(finding.certainty)} {finding.certainty:.2f}"
        blocks.append(_wrapped(f"{sure}: {words.short(finding.title, 160)}. {reasons}", rest="  "))
    if more and doubtful:
        others = f"; and {words.count(len(more) - 3, 'step')} more" if len(more) > 3 else ""
        blocks.append(_wrapped(f"If that holds: {_titles(more[:3])}{others}", rest="  "))
    if plan.decomposition:
        blocks.append(_wrapped(in_a_line(plan.decomposition), rest="  "))
    blocks.append(_to_see(plan))
    blocks.append(_tail(plan))
    return words.clean("\n\n".join(block for block in blocks if block)) + "\n"


def _head(plan: Plan) -> str:
    whole = words.span(plan.run)
    about = [words.short(plan.run.name) or "run"]
    about += [f"{plan.run.clock} {words.steps(whole)}"] if whole else []
    about += [words.short(plan.run.reader.split(":")[0])] if plan.run.reader else []
    main, lost = words.main_finding(plan), words.lost(plan)
    origin = f"Origin: {main.diagnosis.origin}.{f' {lost}.' if lost else ''}" if main else ""
    return "\n".join(line for line in [" · ".join(about), _wrapped(words.headline(plan)), origin] if line)


def _item(item: Item, plan: Plan) -> str:
    finding = item.treats[0]
    first = next(other for other in plan.items if finding in other.treats)
    reasons = ". " + " ".join(words.strongest(finding, plan)) if first is item else f", as in {first.priority}"
    sure = f"{certainty.in_words(finding.certainty)} {finding.certainty:.2f}"
    lines = [
        _wrapped(item.title, f"{item.priority}. ", "   "),
        f"   {item.severity} · certainty {sure} · effort: {item.effort}",
        _wrapped(f"{words.short(finding.title, 160)}{reasons}", "   because    ", _INDENT),
        _wrapped(item.how, "   change     ", _INDENT),
        _wrapped(words.worked_if(item), "   worked if  ", _INDENT),
    ]
    return "\n".join(line for line in lines if line)


def _titles(items: Sequence[Item]) -> str:
    return "; ".join(f"{item.priority}. {item.title}" for item in items)


def _to_see(plan: Plan) -> str:
    """What the page shows besides, in a line each."""
    shown = plan.run.exhibits
    lines = [f"To see: {words.short(one.title, 160)}: {words.short(told(one), 240)}" for one in shown[:_MOST_EXHIBITS]]
    more = len(shown) - len(lines)
    lines += [f"and {words.count(more, 'more exhibit')} on the page (--format html)"] if more else []
    return "\n".join(_wrapped(line, rest="  ") for line in lines)


def _tail(plan: Plan) -> str:
    """What was rejected, not explained, fine and not judged, and what of the log is damaged, in a few lines."""
    damage = next((note for note in plan.run.notes if _DAMAGE.search(note)), "")
    lines = [f"Noticed: {words.short(damage, 300)}"] if damage else []
    if plan.rejected:
        lines.append(f"Rejected: {'; '.join(r.diagnosis.title.rstrip('.') for r in plan.rejected[:4])}")
    if plan.unexplained:
        lines.append(f"Unexplained: {' '.join(reason.text for _, reason in plan.unexplained[:4])}")
    told = words.in_force(plan)
    lines += [f"In force: {words.short(what, 200)} ({words.short(why, 300)})" for what, why in told[:_MOST_CHANGES]]
    if len(told) > _MOST_CHANGES:
        lines.append(f"and {words.count(len(told) - _MOST_CHANGES, 'further change')} of the rules")
    if plan.checked or plan.findings:
        checked = words.count(len(plan.checked), "check")
        lines.append(f"{checked} found nothing; {words.not_possible(plan)} were not possible.")
        useful = [one for one in unlocks(plan) if one.alone][:2]
        lines += [f"Would unlock {words.count(one.alone, 'check')}: {one.how}" for one in useful]
    return "\n".join(_wrapped(line, rest="  ") for line in lines)


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    """The text in lines of at most a hundred characters, each behind its indent; long words stay whole."""
    return fill(
        " ".join(text.split()),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
