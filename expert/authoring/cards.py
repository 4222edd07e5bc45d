"""Everything that stands in the knowledge about one thing, value by value, with the file and line of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from expert.authoring.places import shown
from expert.facts import Value
from expert.findings import in_words
from expert.knowledge import Change, Clause, Diagnosis, Edit, KnowledgeBase, Remedy, Rule, Symptom
from expert.packs import Stated
from expert.prose import mentions, number


@dataclass(frozen=True)
class Row:
    """One value: its key, what it is, and where it is written (file and line)."""

    key: str
    text: str
    where: str


def card(id_: str, knowledge: KnowledgeBase, origins: Mapping[str, Sequence[Stated]]) -> tuple[Row, ...]:
    """The values of a rule, symptom, diagnosis or remedy, the first of them its id and kind.

    `origins` says of each thing and of each pack's params where every value that is in force is written. Raises
    KeyError for an id that the knowledge does not hold.
    """
    for kind, things in _sections(knowledge):
        if id_ in things:
            thing = things[id_]
            at = _written_at((*origins.get(thing.pack, ()), *origins.get(id_, ())))
            values = (Row(key, text, next(at[key], "")) for key, text in _values(thing, knowledge) if text)
            changed = (Row("changed", told(change), change.where) for change in changes(thing, knowledge))
            return (Row(kind, f"{id_} · pack {thing.pack}", thing.where), *values, *changed)
    raise KeyError(id_)


def in_text(rows: Iterable[Row]) -> str:
    """The rows, each behind its place and key."""
    cells = [(shown(row.where) if row.where else "", row.key, row.text) for row in rows]
    wide, width = (max(len(cell[n]) for cell in cells) for n in (0, 1))
    return "\n".join(f"{where:<{wide}}  {key:<{width}}  {text}" for where, key, text in cells)


def facts_in_text(facts: Mapping[str, Value]) -> str:
    """Facts by name, as an example gives them."""
    return ", ".join(f"{name}: {number(value)}" for name, value in facts.items()) or "nothing is known"


def changes(thing: Rule | Symptom | Remedy, knowledge: KnowledgeBase) -> tuple[Change, ...]:
    """The changes that others made to a thing, or to the params of its pack that it names."""
    named = {f"params.{param}" for param in params(thing)} if isinstance(thing, Rule) else set()
    return tuple(
        change
        for change in knowledge.changes
        if (change.target == thing.id and change.kind != "pack")
        or (change.target == thing.pack and change.kind == "pack" and named & {edit.key for edit in change.edits})
    )


def told(change: Change) -> str:
    """What a change did, why, who answers for it, and until when."""
    review = f"review by {change.review_by}" if change.review_by else ""
    return " · ".join(filter(None, ["; ".join(map(_edited, change.edits)), change.reason, change.owner, review]))


def _edited(edit: Edit) -> str:
    if edit.verb == "set":
        return f"{edit.key} from {edit.before or 'nothing'} to {edit.after}"
    return f"{edit.key} {'with' if edit.verb == 'add' else 'without'} {edit.after}"


def params(rule: Rule) -> tuple[str, ...]:
    """The params of its pack that the rule names, in its order."""
    conditions = [*rule.when, *(condition for exception in rule.unless for condition in exception)]
    named = [param for condition in conditions for param in condition.params]
    return tuple(dict.fromkeys([*named, *(name for name, _ in mentions(rule.because) if name in rule.params)]))


def _sections(knowledge: KnowledgeBase) -> Iterator[tuple[str, Mapping[str, Rule | Symptom | Remedy]]]:
    yield "rule", knowledge.rules
    yield "symptom", knowledge.symptoms
    yield "diagnosis", knowledge.diagnoses
    yield "remedy", knowledge.remedies


def _values(thing: Rule | Symptom | Remedy, knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    if isinstance(thing, Rule):
        yield from _of_rule(thing, knowledge)
    elif isinstance(thing, Remedy):
        yield from _of_remedy(thing, knowledge)
    else:
        yield "title", thing.title
        if isinstance(thing, Diagnosis):
            yield from (("stage", thing.stage), ("origin", thing.origin), ("severity", thing.severity))
            yield from (("explains", ", ".join(thing.explains)), ("remedies", ", ".join(thing.remedies)))
        yield from (("about", thing.about), ("references", "; ".join(thing.references)))
        for rule in knowledge.concludes(thing.id):
            yield "rule", f"{rule.id} ({rule.certainty:+g})"


def _of_rule(rule: Rule, knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    yield from (("when", _written(condition, knowledge)) for condition in rule.when)
    for exception in rule.unless:
        yield "unless", " and ".join(_written(condition, knowledge) for condition in exception)
    yield from (("then", f"{rule.then}: {knowledge.title(rule.then)}"), ("certainty", f"{rule.certainty:+g}"))
    yield from (("because", rule.because), ("at", rule.at), ("status", rule.status), ("source", rule.source))
    for param in params(rule):
        yield f"param {param}", number(rule.params[param])
    for example in rule.examples:
        yield example.outcome, facts_in_text(example.facts)


def _of_remedy(remedy: Remedy, knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    yield from (("title", remedy.title), ("how", remedy.how), ("effort", remedy.effort), ("gain", remedy.gain))
    yield "knob", f"{remedy.knob} {remedy.direction}".strip()
    yield from (("needs", ", ".join(remedy.needs)), ("conflicts", ", ".join(remedy.conflicts)))
    yield from (("verify", _written(condition, knowledge)) for condition in remedy.verify)
    yield "snippets", ", ".join(remedy.snippets)


def _written(condition: Clause, knowledge: KnowledgeBase) -> str:
    named = f"  ({', '.join(condition.params)})" if condition.params else ""
    return f"{in_words(condition, knowledge)}{named}"


def _written_at(stated: Iterable[Stated]) -> Mapping[str, Iterator[str]]:
    """The file and line of each value of each key, in order; a param's is that of the value in force."""
    found: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
    for one in stated:
        if one.path[0] == "params":
            is_in_force = one.path[-1] == "value" or len(one.path) == 2
            if is_in_force or one.path[-1] == "default":
                found[f"param {one.path[1]}"] = {one.path[:1]: str(one.place)}
        else:
            found[one.path[0]].setdefault(one.path[:2], str(one.place))
    return defaultdict(lambda: iter(()), {key: iter(places.values()) for key, places in found.items()})
