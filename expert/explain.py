"""How something was concluded, and why something was not, read off derivations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from expert import vocabulary
from expert.certainty import BELIEVED, combine
from expert.facts import Derivation, Fact, Value
from expert.findings import because, in_words
from expert.knowledge import Clause, Combination, Condition, Formula, KnowledgeBase, Rule
from expert.plan import Plan
from expert.prose import number
from expert.run import RunLog
from expert.signals import catalogue, missing
from expert.wording import compared


@dataclass(frozen=True)
class Node:
    """One line of an explanation, and what stands below it."""

    text: str
    below: tuple[Node, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.text, *_branches(self.below)])


def how(plan: Plan, id_: str) -> str:
    """The facts and rules that led to a diagnosis, a symptom or the firing of a rule; why not, if none did.

    Raises KeyError for an id that the knowledge does not hold.
    """
    knowledge = _knowledge(plan, id_)
    told: set[tuple[str, str]] = set()
    if id_ in knowledge.rules:
        fired = [_firing(d, plan, knowledge, told) for d in plan.derivations if d.rule == id_]
        return "\n".join(map(str, fired)) if fired else why_not(plan, id_)
    subjects = sorted({derivation.about for derivation in plan.derivations if derivation.conclusion == id_})
    believed = [about for about in subjects if _certainty(plan, id_, about) >= BELIEVED]
    if not believed:
        return why_not(plan, id_)
    trees = [_conclusion(id_, about, plan, knowledge, told) for about in believed]
    return "\n".join([*map(str, trees), *_absorbed(plan, id_)])


def why_not(plan: Plan, id_: str) -> str:
    """The first condition that failed, with what was observed, or the input that is missing, of every rule for it.

    Raises KeyError for an id that the knowledge does not hold.
    """
    knowledge = _knowledge(plan, id_)
    if id_ in knowledge.rules:
        if any(derivation.rule == id_ for derivation in plan.derivations):
            return f"The rule did fire.\n{how(plan, id_)}"
        return str(_silence(knowledge.rules[id_], plan, knowledge, set()))
    if any(_certainty(plan, id_, d.about) >= BELIEVED for d in plan.derivations if d.conclusion == id_):
        return f"It was concluded.\n{how(plan, id_)}"
    return str(_missed(id_, plan, knowledge, set()))


def place(fact: Fact, run: RunLog) -> str:
    """Where a fact was read: its series, its steps and, where the format has lines, the lines of the log."""
    parts = [", ".join(fact.reads)] if fact.reads else []
    if fact.at:
        first, last = fact.at
        parts.append(
            f"{run.clock} {number(first)}" if first == last else f"{run.clock}s {number(first)} to {number(last)}"
        )
        series = next((s for s in run.series if s.column in fact.reads and s.lines is not None), None)
        lines = [series.line(first), series.line(last)] if series else [None]
        if series and None not in lines:
            parts.append(
                f"{series.file}:{lines[0]}" if lines[0] == lines[1] else f"{series.file}:{lines[0]}-{lines[1]}"
            )
    return ", ".join(parts)


def _knowledge(plan: Plan, id_: str) -> KnowledgeBase:
    """What the plan was made with. Raises KeyError for an id that it does not hold."""
    knowledge = plan.knowledge
    if knowledge is None:
        raise KeyError(f"{plan.run.name} was not judged, so nothing was concluded")
    if not any(id_ in named for named in (knowledge.rules, knowledge.symptoms, knowledge.diagnoses)):
        raise KeyError(f"{id_!r} is no diagnosis, symptom or rule")
    return knowledge


def _certainty(plan: Plan, conclusion: str, about: str) -> float:
    return combine(d.certainty for d in plan.derivations if (d.conclusion, d.about) == (conclusion, about))


def _conclusion(
    id_: str, about: str, plan: Plan, knowledge: KnowledgeBase, told: set[tuple[str, str]], needs: str = ""
) -> Node:
    """A symptom or diagnosis above the rules that spoke for and against it; told once, later only named."""
    drawn = [d for d in plan.derivations if (d.conclusion, d.about) == (id_, about)]
    of = f" ({about})" if about else ""
    head = f"{id_}{of}: {knowledge.title(id_)}{needs} · certainty {_certainty(plan, id_, about):.2f}"
    if (id_, about) in told:
        return Node(f"{head} · told above")
    told.add((id_, about))
    ordered = sorted(drawn, key=lambda d: (-abs(d.certainty), d.rule))
    return Node(head, tuple(_firing(d, plan, knowledge, told) for d in ordered))


def _firing(derivation: Derivation, plan: Plan, knowledge: KnowledgeBase, told: set[tuple[str, str]]) -> Node:
    """A rule above its premises."""
    rule = knowledge.rules[derivation.rule]
    said = because(derivation, knowledge, plan.run.clock)
    sign = "for" if derivation.certainty >= 0 else "against"
    below = [_premise(fact, rule, plan, knowledge, told) for fact in derivation.premises]
    values = {name: fact.value for name, fact in plan.facts.items()} if not derivation.about else {}
    unknown = rule.not_ruled_out({**values, **{fact.name: fact.value for fact in derivation.premises}})
    if unknown:
        below.append(Node(f"not ruled out, as these are not known: {', '.join(unknown)}"))
    record = f" ({rule.record})" if rule.record else ""
    return Node(f"rule {rule.id} speaks {sign} it with {derivation.certainty:+.2f}{record}: {said}", tuple(below))


def _premise(fact: Fact, rule: Rule, plan: Plan, knowledge: KnowledgeBase, told: set[tuple[str, str]]) -> Node:
    conditions = " and ".join(in_words(leaf, knowledge) for leaf in rule.leaves() if fact.name in leaf.reads)
    if fact.name in knowledge.symptoms or fact.name in knowledge.diagnoses:
        if float(fact.value) < BELIEVED:
            return Node(f"{fact.name}: {knowledge.title(fact.name)} · was judged and not concluded")
        return _conclusion(fact.name, fact.about, plan, knowledge, told)
    source = place(fact, plan.run)
    return Node(f"{fact.name} = {number(fact.value)} ({conditions})" + (f" · read from {source}" if source else ""))


def _absorbed(plan: Plan, id_: str) -> list[str]:
    """The findings that account for it, if it is none itself."""
    if any(finding.diagnosis.id == id_ for finding in plan.findings):
        return []
    return [f"It stands inside the finding {f.diagnosis.id}." for f in plan.findings if id_ in f.explains]


def _missed(id_: str, plan: Plan, knowledge: KnowledgeBase, told: set[str]) -> Node:
    """A symptom or diagnosis that was not concluded, above each rule that could have; told once, later only named."""
    head = f"{id_}: {knowledge.title(id_)}"
    if id_ in told:
        return Node(f"{head} · told above")
    told.add(id_)
    drawn = [derivation for derivation in plan.derivations if derivation.conclusion == id_]
    if drawn:
        total = _certainty(plan, id_, drawn[0].about)
        below = tuple(_firing(derivation, plan, knowledge, set()) for derivation in drawn)
        return Node(f"{head} · was considered; its reasons come to {total:+.2f}, below {BELIEVED:g}", below)
    rules = knowledge.speaks_for(id_)
    if not rules:
        return Node(f"{head} · no rule in force concludes it")
    unknown = id_ not in plan.facts
    verdict = "cannot be judged" if unknown else "was judged and not concluded"
    values = {n: f.value for n, f in plan.facts.items()}
    first = sorted(rules, key=lambda rule: unknown and not rule.awaits(values))
    return Node(f"{head} · {verdict}", tuple(_silence(rule, plan, knowledge, told) for rule in first))


def _silence(rule: Rule, plan: Plan, knowledge: KnowledgeBase, told: set[str]) -> Node:
    """A rule that did not fire: the condition that failed, what it waits for, or the exception that held it back."""
    values = {name: fact.value for name, fact in plan.facts.items()}
    clause = rule.failed(values)
    if clause is not None:
        below = [node for leaf in _missing(clause, values) for node in _through(leaf.fact, plan, knowledge, told)]
        return Node(f"rule {rule.id}: {_shortfall(clause, plan, knowledge)}", tuple(below))
    awaited = rule.awaits(values)
    if awaited:
        return Node(f"rule {rule.id}: cannot be judged", _unknown(awaited, plan, knowledge, told))
    held = rule.held_back(values)
    if held:
        exception = " and ".join(in_words(c, knowledge) for c in held)
        return Node(f"rule {rule.id}: all its conditions hold, but its exception does too: {exception}")
    return Node(f"rule {rule.id}: its conditions hold, but for different subjects")


def _missing(clause: Clause, values: Mapping[str, Value]) -> list[Condition]:
    """The conditions on something above that asked for it in vain."""
    leaves = [leaf for leaf in clause.leaves() if isinstance(leaf, Condition)]
    return [leaf for leaf in leaves if leaf.is_wanted and leaf.truth(values) is False]


def _shortfall(clause: Clause, plan: Plan, knowledge: KnowledgeBase) -> str:
    """What a rule needs and what was observed instead, by how much, and where."""
    if isinstance(clause, Combination):
        known = [leaf for leaf in clause.leaves() if set(leaf.reads) & plan.facts.keys()]
        each = "; ".join(f"{in_words(leaf, knowledge)}: {_seen(leaf, plan, knowledge)}" for leaf in known)
        return f"it needs {in_words(clause, knowledge)}; {each}"
    if isinstance(clause, Condition) and _is_concluded(clause, knowledge):
        return f"it needs “{in_words(clause, knowledge)}”, which {_seen(clause, plan, knowledge)}"
    names = f" ({', '.join(clause.params)})" if clause.params else ""
    return f"it needs {in_words(clause, knowledge)}{names}; {_seen(clause, plan, knowledge)}"


def _seen(leaf: Condition | Formula, plan: Plan, knowledge: KnowledgeBase) -> str:
    """What was observed of one condition or formula."""
    facts = [plan.facts[name] for name in leaf.reads if name in plan.facts]
    if isinstance(leaf, Condition) and _is_concluded(leaf, knowledge):
        return "was concluded" if float(facts[0].value) >= BELIEVED else "was judged and not concluded"
    sources = dict.fromkeys(source for fact in facts if (source := place(fact, plan.run)))
    read = f" · read from {'; '.join(sources)}" if sources else ""
    if isinstance(leaf, Condition):
        return f"observed {number(facts[0].value)}{_margin(leaf, facts[0].value)}{read}"
    each = ", ".join(f"{fact.name} = {number(fact.value)}" for fact in facts)
    return f"observed {each}{_computed_margin(leaf, plan)}{read}"


def _is_concluded(condition: Condition, knowledge: KnowledgeBase) -> bool:
    return condition.fact in knowledge.symptoms or condition.fact in knowledge.diagnoses


def _margin(condition: Condition, value: Value) -> str:
    """How far an observed number is from the threshold that it missed."""
    threshold = condition.threshold
    if isinstance(value, str | bool):
        return ""
    if condition.operator == "within" and isinstance(threshold, tuple):
        threshold = min((float(t) for t in threshold), key=lambda t: abs(t - value))
    return "" if isinstance(threshold, str | bool | tuple) else _away(value, float(threshold))


def _computed_margin(formula: Formula, plan: Plan) -> str:
    """How far one side of a formula is from the other."""
    sides = compared(formula, {name: fact.value for name, fact in plan.facts.items()})
    return f", so {number(sides[0])}{_away(*sides)}" if sides else ""


def _away(value: float, threshold: float) -> str:
    distance = abs(threshold - value)
    share = distance / abs(threshold) if threshold else 0.0
    return f", {number(distance)} away" + (f" ({share:.0%} of the threshold)" if 0 < share <= 10 else "")


def _unknown(facts: Iterable[str], plan: Plan, knowledge: KnowledgeBase, told: set[str]) -> tuple[Node, ...]:
    """What a rule waits for: the inputs behind each fact, through symptoms down to what the log lacks."""
    nodes: list[Node] = []
    for fact in facts:
        if fact in knowledge.symptoms or fact in knowledge.diagnoses:
            nodes += _through(fact, plan, knowledge, told)
            continue
        if fact in plan.facts:
            nodes.append(Node(f"{fact} is {number(plan.facts[fact].value)}, with which the formula has no value"))
            continue
        inputs = missing(fact, plan.run)
        if inputs:
            given = tuple(Node(f"{name}: {vocabulary.how_to_give(name)}") for name in inputs)
            nodes.append(Node(f"{fact} is not known: the run lacks {', '.join(inputs)}", given))
        else:
            help_ = catalogue()[fact].help if fact in catalogue() else ""
            nodes.append(Node(f"{fact} is not known: its inputs are there, but do not tell. {help_}".strip()))
    return tuple(nodes)


def _through(id_: str, plan: Plan, knowledge: KnowledgeBase, told: set[str]) -> tuple[Node, ...]:
    if id_ not in knowledge.symptoms and id_ not in knowledge.diagnoses:
        return ()
    return (_missed(id_, plan, knowledge, told),)


def _branches(nodes: Sequence[Node]) -> list[str]:
    """The nodes as an indented tree."""
    lines = []
    for node in nodes:
        last = node is nodes[-1]
        inner = _branches(node.below)
        lines.append(f"{'└─' if last else '├─'} {node.text}")
        lines += [f"{'   ' if last else '│  '}{line}" for line in inner]
    return lines
