"""Two runs, before and after a change → which remedies were applied, and whether they worked.

A remedy was applied if the settings behind its knob differ in its direction; it worked if its `verify` conditions hold
of the later run. What a log does not tell stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from expert.facts import Value
from expert.knowledge import Clause, Remedy
from expert.plan import Item, Plan
from expert.prose import number
from expert.signals import missing
from expert.wording import observed, sentence

Result = Literal["held", "failed", "cannot tell"]
Applied = Literal["applied", "not applied", "cannot tell"]

KNOBS: Mapping[str, tuple[str, ...]] = {
    "architecture": ("architecture", "depth", "n_params"),
    "batch_size": ("batch_size",),
    "depth": ("depth",),
    "epochs": ("epochs", "max_steps"),
    "grad_clip": ("grad_clip",),
    "hidden_activation": ("hidden_activations",),
    "initialization": ("initialization",),
    "loss": ("loss", "output_activation"),
    "lr": ("lr",),
    "normalization": ("batch_norm",),
    "optimizer": ("optimizer",),
    "precision": ("precision",),
    "regularization": ("weight_decay", "dropout", "l1", "l2"),
    "size": ("n_params", "depth"),
    "train_size": ("train_size",),
    "val_size": ("val_size",),
}
"""The settings that a knob turns."""


@dataclass(frozen=True)
class Change:
    """A setting that differs between the two runs; None where a run does not tell it."""

    setting: str
    before: object
    after: object

    def __str__(self) -> str:
        return f"{self.setting} {_told(self.before)} → {_told(self.after)}"


@dataclass(frozen=True)
class Check:
    """One of a remedy's conditions on the later run, in words, and what was observed of it ('' where unknown).

    `lacks` names the series and settings without which it cannot be told.
    """

    condition: str
    result: Result
    observed: str
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trial:
    """A remedy of the earlier run's plan, seen from the later run. `gone` are its diagnoses that are found no more.

    `settings` are those that applying it would turn; none where it leaves no trace in them.
    """

    remedy: str
    title: str
    treats: tuple[str, ...]
    applied: Applied
    changes: tuple[Change, ...]
    checks: tuple[Check, ...]
    gone: tuple[str, ...]
    settings: tuple[str, ...] = ()

    @property
    def result(self) -> Result:
        """Held if every condition that can be told holds, and one can; failed if one fails."""
        results = {check.result for check in self.checks}
        return "failed" if "failed" in results else "held" if "held" in results else "cannot tell"


def verified(before: Plan, after: Plan) -> tuple[Trial, ...]:
    """Every remedy of the earlier plan as a trial, in the order of the plan."""
    differ = changes(before, after)
    return tuple(_trial(item, before, after, differ) for item in before.items)


def changes(before: Plan, after: Plan) -> tuple[Change, ...]:
    """The settings that differ, by name."""
    one, other = before.run.settings, after.run.settings
    names = sorted({*one, *other})
    return tuple(Change(n, one.get(n), other.get(n)) for n in names if one.get(n) != other.get(n))


def _trial(item: Item, before: Plan, after: Plan, differ: tuple[Change, ...]) -> Trial:
    remedy = item.remedy
    turned = tuple(change for change in differ if change.setting in KNOBS.get(remedy.knob, ()))
    left = {finding.diagnosis.id for finding in after.findings}
    treats = tuple(dict.fromkeys(finding.diagnosis.id for finding in item.treats))
    return Trial(
        remedy.id,
        item.title,
        treats,
        _applied(remedy, turned, before, after),
        turned,
        tuple(_check(condition, after) for condition in remedy.verify),
        tuple(id_ for id_ in treats if id_ not in left),
        KNOBS.get(remedy.knob, ()),
    )


def _applied(remedy: Remedy, turned: tuple[Change, ...], before: Plan, after: Plan) -> Applied:
    """Whether the settings behind the knob moved its way; a remedy without a knob leaves no trace in the settings."""
    behind = KNOBS.get(remedy.knob, ())
    known = [name for name in behind if name in before.run.settings or name in after.run.settings]
    if not known:
        return "cannot tell"
    return "applied" if any(_moved(change, remedy.direction) for change in turned) else "not applied"


def _moved(change: Change, direction: str) -> bool:
    if direction not in ("up", "down"):
        return True
    before, after = (0.0 if value is None else value for value in (change.before, change.after))
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return False
    if change.setting == "grad_clip" and change.before is None:
        return direction == "down"  # a bound where there was none is a tighter one
    return after > before if direction == "up" else after < before


def _check(clause: Clause, after: Plan) -> Check:
    assert after.knowledge is not None  # a plan that was judged has its knowledge
    values: dict[str, Value] = {name: fact.value for name, fact in after.facts.items()}
    told, truth = sentence(clause, after.knowledge), clause.truth(values)
    if truth is None:
        lacks = (name for fact in clause.awaits(values) for name in missing(fact, after.run))
        return Check(told, "cannot tell", "", tuple(dict.fromkeys(lacks)))
    return Check(told, "held" if truth else "failed", observed(clause, values, after.knowledge))


def _told(value: object) -> str:
    if value is None:
        return "not given"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_told, value))}]"
    return number(value) if isinstance(value, bool | str | int | float) else str(value)
