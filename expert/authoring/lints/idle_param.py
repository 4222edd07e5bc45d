"""A param is of no use: no condition and no text of its pack names it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from expert.authoring.lints import Doubt
from expert.knowledge import Clause, KnowledgeBase
from expert.prose import mentions

CODE = "W206"


def lint(knowledge: KnowledgeBase) -> Iterator[Doubt]:
    """Params that can be set to no effect."""
    defined: dict[str, set[str]] = defaultdict(set)
    used: dict[str, set[str]] = defaultdict(set)
    where: dict[str, str] = {}
    for rule in knowledge.rules.values():
        exceptions = [condition for exception in rule.unless for condition in exception]
        used[rule.pack] |= _named([*rule.when, *exceptions], [rule.because])
        defined[rule.pack] |= rule.params.keys()
        where[rule.pack] = rule.where
    for remedy in knowledge.remedies.values():
        texts = [remedy.title, remedy.how, remedy.gain, *remedy.snippets.values()]
        used[remedy.pack] |= _named(remedy.verify, texts)
    for pack, params in defined.items():
        for param in sorted(params - used[pack]):
            yield Doubt(where[pack], "params", param, f"nothing in this pack reads the param {param!r}")


def _named(clauses: Iterable[Clause], texts: list[str]) -> set[str]:
    quoted = {name for text in texts for name, _ in mentions(text)}
    return quoted | {param for clause in clauses for param in clause.params}
