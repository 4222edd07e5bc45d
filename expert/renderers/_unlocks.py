"""The inputs that a run lacks, by what they would unlock."""

from __future__ import annotations

from dataclasses import dataclass

from expert import vocabulary
from expert.plan import Plan


@dataclass(frozen=True)
class Unlock:
    """An input that the run lacks, how many checks it unlocks alone and with others, and the line that gives it."""

    input: str
    alone: int
    together: int
    titles: tuple[str, ...]
    how: str


def unlocks(plan: Plan) -> tuple[Unlock, ...]:
    """Each missing input with the checks that wait for it, the most useful first; what it does alone counts twice."""
    found = []
    for name in dict.fromkeys(name for group in plan.not_judged for name in group.inputs):
        waiting = [group for group in plan.not_judged if name in group.inputs]
        alone = [group for group in waiting if group.inputs == (name,)]
        rules, own = (sum(len(group.rules) for group in groups) for groups in (waiting, alone))
        titles = dict.fromkeys(title for group in alone or waiting for title in group.titles)
        how = alone[0].how if alone else vocabulary.how_to_give(name)
        found.append(Unlock(name, own, rules - own, tuple(titles), how))
    return tuple(sorted(found, key=lambda unlock: (-2 * unlock.alone - unlock.together, unlock.input)))
