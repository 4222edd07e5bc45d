"""What every format says of a plan in the same words: the headline, the time lost, steps, frameworks."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from expert.certainty import SURE
from expert.facts import Derivation, Range
from expert.findings import Finding, because
from expert.knowledge import FRAMEWORKS, SEVERITIES, Change
from expert.plan import CONSIDERABLE, Item, Plan
from expert.run import RunLog

FRAMEWORK_TITLES = {
    "torch": "PyTorch",
    "lightning": "Lightning",
    "transformers": "Hugging Face",
    "keras": "Keras",
    "optuna": "Optuna",
    "ray": "Ray Tune",
    "wandb": "W&B sweep",
}
_FRAMEWORK_SIGNS = {
    "transformers": ("trainer_state", "hf_trainer", "transformers", "huggingface", "hugging face"),
    "lightning": ("lightning",),
    "keras": ("keras", "csvlogger", "tensorflow"),
    "torch": ("torch",),
}
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)

_SIGN = {"add": "+", "remove": "−"}


def clean(text: str) -> str:
    """The text without what a log must not do to a page or a terminal: control characters, turned reading order."""
    return text if text.isprintable() else _UNSHOWABLE.sub("\ufffd", text.replace("\r\n", "\n"))


def short(text: str, longest: int = 120) -> str:
    """The text in one line, with its middle left out where it is too long to be a name."""
    line = " ".join(clean(text).split())
    return line if len(line) <= longest else f"{line[: longest // 2]}…{line[-longest // 3 :]}"


def main_finding(plan: Plan) -> Finding | None:
    """The first finding of the plan's order among the most severe ones; None if none is above low."""
    worst = min((f.severity for f in plan.findings), key=SEVERITIES.index, default="note")
    return next((f for f in plan.findings if f.severity == worst), None) if worst in CONSIDERABLE else None


def verdict(plan: Plan) -> str:
    """The canonical verdict with what belongs to it: the number of checks, or why nothing was judged."""
    if plan.verdict == "No problem found":
        return f"No problem found in {count(len(plan.checked), 'check')} ({not_possible(plan)} not possible)"
    if plan.verdict == "Not judged":
        reason = re.sub(r"^(?:Only|The|An?|No|There)\b", lambda first: first[0].lower(), refusal(plan))
        return f"Not judged, because {short(reason, 600)}"
    return plan.verdict


def headline(plan: Plan) -> str:
    """The verdict as a sentence or two: since when, what is wrong, and how much of what is seen it explains."""
    finding = main_finding(plan)
    if finding is None:
        return f"{' · '.join(filter(None, [verdict(plan), suspicions(plan)]))}."
    return f"{verdict(plan)} {rest_of_headline(plan)}" if since(plan) else f"{verdict(plan)}: {rest_of_headline(plan)}"


def suspicions(plan: Plan) -> str:
    """`3 suspicions, none certain` where there is nothing more to say; else nothing."""
    if plan.verdict != "No problem found":
        return ""
    doubted = sum(finding.certainty < SURE for finding in plan.findings)
    minor = len(plan.findings) - doubted
    doubts = f"{count(doubted, 'suspicion')}, {'not certain' if doubted == 1 else 'none certain'}"
    return " · ".join([count(minor, "minor finding")] * bool(minor) + [doubts] * bool(doubted))


def open_items(plan: Plan, most: int) -> tuple[Item, ...]:
    """The items to show in full: the first ones; of a plan without problems those for what is certain."""
    certain = [item for item in plan.items if any(finding.certainty >= SURE for finding in item.treats)]
    return tuple(certain if suspicions(plan) else plan.items)[:most]


def doubted(finding: Finding) -> str:
    """The title of a finding, with a perhaps where it is not certain."""
    title = finding.diagnosis.title.rstrip(".")
    return title if finding.certainty >= SURE else f"Perhaps: {title}"


def worked_if(item: Item) -> str:
    """What the next run shows if the remedy helped, as a clause; may be empty."""
    return " and ".join(item.verify)


def rest_of_headline(plan: Plan) -> str:
    """What follows the verdict in the headline; nothing where there is no finding above low."""
    finding = main_finding(plan)
    if finding is None:
        return ""
    title = short(finding.title, 160)
    seen, explained = symptoms(plan), [e for e in finding.explains if e in symptoms(plan)]
    accounts = f" It explains {len(explained)} of {count(len(seen), 'symptom')}." if len(seen) > 1 and explained else ""
    return f"{since(plan)}{title}.{accounts}"


def since(plan: Plan) -> str:
    """`from step 1,203: ` where the run broke at a known step, else nothing."""
    finding, whole = main_finding(plan), span(plan.run)
    if finding is None or finding.steps is None or whole is None or finding.severity not in ("critical", "high"):
        return ""
    if finding.steps[0] <= whole[0]:
        return f"from the first {plan.run.clock} on: "
    return f"from {plan.run.clock} {step(finding.steps[0])} on: "


def lost(plan: Plan) -> str:
    """How much of the run came after it broke, in time where the log has times, else as a share; may be empty."""
    finding, whole = main_finding(plan), span(plan.run)
    if finding is None or finding.steps is None or whole is None or not since(plan) or whole[0] == whole[1]:
        return ""
    timed = [s for s in plan.run.series if s.times is not None and len(s) > 1 and np.isfinite(s.times).all()]
    if timed:
        longest = max(timed, key=len)
        assert longest.times is not None
        at = min(int(np.searchsorted(longest.steps, finding.steps[0])), len(longest) - 1)
        spent, total = (float(longest.times[-1] - longest.times[n]) for n in (at, 0))
        if 0 <= spent <= total and total > 0:
            if _duration(spent, total) == _duration(0, total):
                return ""
            return f"{_duration(spent, total)} of {_duration(total, total)} {_unit(total)} were spent after it began"
    share = (whole[1] - max(finding.steps[0], whole[0])) / (whole[1] - whole[0])
    return f"{share:.0%} of the run came after it began" if share >= 0.005 else ""


def refusal(plan: Plan) -> str:
    """Why nothing could be judged."""
    reasons = [n.how for n in plan.not_judged if not n.rules] or [n.how for n in plan.not_judged]
    return reasons[0].rstrip(".") if reasons else "no check applies to what the log holds"


def not_possible(plan: Plan) -> int:
    """The number of rules that could not be judged."""
    return sum(len(group.rules) for group in plan.not_judged)


def symptoms(plan: Plan) -> tuple[str, ...]:
    """The ids of all symptoms that were seen."""
    if plan.knowledge is None:
        return ()
    explained = [e for finding in plan.findings for e in finding.explains if e in plan.knowledge.symptoms]
    return tuple(dict.fromkeys([*explained, *(symptom for symptom, _ in plan.unexplained)]))


def sentences(finding: Finding, plan: Plan) -> tuple[str, ...]:
    """Why it is believed: what was seen, then what follows from it, each once."""
    return _said([d for d in finding.derivations if d.certainty > 0], plan)


def strongest(finding: Finding, plan: Plan, most: int = 5) -> tuple[str, ...]:
    """The sentences that count most, in the order in which they follow from each other."""
    weights = sorted(-d.certainty for d in finding.derivations if d.certainty > 0)
    least = -weights[:most][-1] if weights else 0.0
    return _said([d for d in finding.derivations if d.certainty >= least], plan)[:most]


def _said(derivations: Sequence[Derivation], plan: Plan) -> tuple[str, ...]:
    if plan.knowledge is None:
        return ()
    return tuple(dict.fromkeys(because(derivation, plan.knowledge, plan.run.clock) for derivation in derivations))


def span(run: RunLog) -> Range | None:
    """The first and last step of the run."""
    ends = [(float(s.steps[0]), float(s.steps[-1])) for s in run.series if len(s)]
    return (min(first for first, _ in ends), max(last for _, last in ends)) if ends else None


def step(value: float) -> str:
    """A step as a reader expects it: 1,203."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def steps(at: Range | None) -> str:
    """A range of steps: `1,203 to 1,980`, or `7`; a dash where it is not known."""
    if at is None:
        return "—"
    return step(at[0]) if at[0] == at[1] else f"{step(at[0])} to {step(at[1])}"


def in_force(plan: Plan) -> tuple[tuple[str, str], ...]:
    """What is not as the packs have it: each change, suppression and broken plug-in, and why it is so."""
    knowledge = plan.knowledge
    changed = [(_changed(one), _why(one.reason, one.owner, one)) for one in knowledge.changes] if knowledge else []
    suppressed = [
        (
            f"suppressed until {s.suppression.expires}: {s.finding.diagnosis.title}",
            _why(s.suppression.reason, s.suppression.owner),
        )
        for s in plan.suppressed
    ]
    broken = [(f"left out: {one.name}, an entry point {one.group}", one.reason) for one in plan.broken]
    return (*changed, *suppressed, *broken)


def _changed(change: Change) -> str:
    """What a change changes, as in `optimization: params.spike_ratio 8 → 12`."""
    edits = (
        f"{e.key} {short(e.before)} → {short(e.after)}"
        if e.verb == "set"
        else f"{e.key} {_SIGN[e.verb]} {short(e.after)}"
        for e in change.edits
    )
    return f"{change.target}: {'; '.join(edits)}"


def _why(reason: str, owner: str, change: Change | None = None) -> str:
    """Reason, owner, day of review and place, and how the pack has moved since."""
    parts = [reason.rstrip("."), owner]
    if change is not None:
        parts += [f"to be reviewed by {change.review_by}" if change.review_by else "", at(change.where)]
        parts += [f"its pack has moved: {drift}" for drift in change.drift]
    return "; ".join(part for part in parts if part)


def at(where: str) -> str:
    """A place without the folders that lead to it."""
    return where.replace("\\", "/").rpartition("/")[2]


def count(n: int, noun: str) -> str:
    """`1 check`, `3 checks`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def frameworks(run: RunLog) -> tuple[str, ...]:
    """The frameworks that have snippets, the one that wrote the log first."""
    words = " ".join([run.reader, run.source, *run.settings, *map(str, run.settings.values())]).lower()
    signs = [name for name, spellings in _FRAMEWORK_SIGNS.items() if any(s in words for s in spellings)]
    return tuple(dict.fromkeys([*signs[:1], *FRAMEWORKS]))


def _unit(total: float) -> str:
    return "seconds" if total < 120 else "minutes" if total < 7200 else "hours"


def _duration(seconds: float, total: float) -> str:
    unit = {"seconds": 1, "minutes": 60, "hours": 3600}[_unit(total)]
    return f"{seconds / unit:,.{1 if total / unit < 20 else 0}f}"
