"""Findings → a plan: every remedy once, in the order of the method."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Literal

from expert import plugins, supplied, vocabulary
from expert.decomposition import Decomposition, decompose
from expert.facts import Derivation, Fact, Value
from expert.findings import Conclusions, Finding, Reason, Rejected, Suppressed
from expert.knowledge import EFFORTS, SEVERITIES, STAGES, Effort, KnowledgeBase, Pack, Remedy, Severity
from expert.plugins import Broken
from expert.prose import by_clock, fill, fill_code, mentions
from expert.run import Clock, RunLog
from expert.signals import missing
from expert.wording import observed, sentence

Verdict = Literal["Broken", "At risk", "Could be better", "No problem found", "Not judged"]
VERDICTS: tuple[Verdict, ...] = ("Broken", "At risk", "Could be better", "Not judged", "No problem found")
"""The verdicts, the worst first."""
_VERDICTS: Mapping[Severity, Verdict] = {"critical": "Broken", "high": "At risk", "medium": "Could be better"}
GATE = "too-short"
"""The diagnosis under which finding nothing is no result."""
CONSIDERABLE: tuple[Severity, ...] = ("critical", "high", "medium")


@dataclass(frozen=True)
class Item:
    """One thing to do. `treats` are the findings that it remedies, `priority` its place from 1, `because` its reason.

    `numbers` are the facts of this run that its title, how or snippets quote.
    """

    remedy: Remedy
    priority: int
    title: str
    how: str
    treats: tuple[Finding, ...]
    snippets: Mapping[str, str] = field(default_factory=dict)
    gain: str = ""
    verify: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def effort(self) -> Effort:
        """How long the change takes to make."""
        return self.remedy.effort

    @property
    def severity(self) -> Severity:
        """That of the worst finding that it treats."""
        return min((f.severity for f in self.treats), key=SEVERITIES.index)


@dataclass(frozen=True)
class Check:
    """A rule that was judged and found nothing: the first condition that failed, and what was observed."""

    rule: str
    title: str
    condition: str
    observed: str


@dataclass(frozen=True)
class NotJudged:
    """Rules that could not be judged for want of `inputs`, what they would have told, and how to give the inputs."""

    inputs: tuple[str, ...]
    rules: tuple[str, ...]
    titles: tuple[str, ...]
    how: str


@dataclass(frozen=True, eq=False)
class Plan:
    """All that a renderer needs to tell what is wrong with a run and what to do, in order."""

    run: RunLog
    findings: tuple[Finding, ...] = ()
    items: tuple[Item, ...] = ()
    unexplained: tuple[tuple[str, Reason], ...] = ()
    rejected: tuple[Rejected, ...] = ()
    checked: tuple[Check, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
    packs: tuple[Pack, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    derivations: tuple[Derivation, ...] = ()
    knowledge: KnowledgeBase | None = None
    decomposition: Decomposition | None = None
    suppressed: tuple[Suppressed, ...] = ()
    broken: tuple[Broken, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict in its canonical words, from the worst finding; never a grade."""
        severities: set[Severity] = {finding.severity for finding in self.findings}
        is_judged = not self.is_gated and (self.findings or self.checked or self.suppressed)
        nothing: Verdict = "No problem found" if is_judged else "Not judged"
        return next((_VERDICTS[s] for s in CONSIDERABLE if s in severities), nothing)

    @property
    def is_gated(self) -> bool:
        """Whether the log is too short for its silence to mean anything."""
        return any(finding.diagnosis.id == GATE for finding in self.findings)

    def __repr__(self) -> str:
        findings, things = len(self.findings), len(self.items)
        return f"<Plan of {self.run.name}: {self.verdict}, findings: {findings}, things to do: {things}>"

    def __str__(self) -> str:
        from expert.renderers import render

        return render(self, "text")

    def _repr_html_(self) -> str:
        from html import escape

        from expert.renderers import render

        page = escape(render(self, "html"))
        style = "width:100%;height:640px;border:0"
        return f'<iframe sandbox srcdoc="{page}" title="Training report" style="{style}"></iframe>'


def prioritize(
    run: RunLog,
    conclusions: Conclusions,
    known: Mapping[str, Mapping[str, Fact]],
    derivations: Sequence[Derivation],
    knowledge: KnowledgeBase,
) -> Plan:
    """The plan for a run. `known` is everything known about each subject, by name."""
    findings = tuple(sorted(conclusions.findings, key=_rank))
    facts = known.get("", {})
    fired = {derivation.rule for derivation in derivations}
    checked = _checked(known, fired, knowledge)
    judged = fired | {check.rule for check in checked}
    return Plan(
        run,
        findings,
        _items(findings, known, knowledge, run.clock),
        conclusions.unexplained,
        conclusions.rejected,
        checked,
        (*_gates(findings), *_not_judged(run, known, judged, knowledge)),
        knowledge.packs,
        facts,
        tuple(derivations),
        knowledge,
        decompose(facts, run, knowledge),
        conclusions.suppressed,
        plugins.broken(),
    )


def refused(source: str, name: str, reason: str) -> Plan:
    """The plan for a source that could not be read: an object like the others, with the reason."""
    return Plan(RunLog(name, source), not_judged=(NotJudged((), (), (), reason),))


def _rank(finding: Finding) -> tuple[int, float, str, str]:
    """From medium up the method's stages come first, then severity by certainty; below, severity by certainty alone."""
    weight = (len(SEVERITIES) - SEVERITIES.index(finding.severity)) * finding.certainty
    stage = STAGES.index(finding.diagnosis.stage) if finding.severity in CONSIDERABLE else len(STAGES)
    return stage, -weight, finding.diagnosis.id, finding.about


def _items(
    findings: Sequence[Finding], known: Mapping[str, Mapping[str, Fact]], knowledge: KnowledgeBase, clock: Clock
) -> tuple[Item, ...]:
    """Every remedy of every finding once, ordered over a graph: one diagnosis' remedies in their order, needs first.

    A remedy of several findings stands where the most urgent of them has it.
    """
    if not findings:
        return ()
    import networkx  # costs a fifth of the diagnosis of a small log

    treats: dict[str, list[Finding]] = {}
    place: dict[str, tuple[int, int, int, str]] = {}
    refused_: set[str] = set()
    order: networkx.DiGraph[str] = networkx.DiGraph()
    for rank, finding in enumerate(findings):
        for position, id_ in enumerate(finding.diagnosis.remedies):
            remedy = knowledge.remedies[id_]
            if id_ not in treats and (id_ in refused_ or _conflicts(remedy, treats, knowledge)):
                refused_.add(id_)
                continue
            if id_ not in treats:
                place[id_] = (_equal_rank(rank, findings), position, EFFORTS.index(remedy.effort), id_)
                order.add_node(id_)
                order.add_edges_from((above, id_) for above in finding.diagnosis.remedies[:position] if above in treats)
            treats.setdefault(id_, []).append(finding)
    for id_ in treats:
        for need in knowledge.remedies[id_].needs:
            if need in treats and not networkx.has_path(order, id_, need):
                order.add_edge(need, id_)
    ordered = networkx.lexicographical_topological_sort(order, key=place.__getitem__)
    return tuple(
        _item(knowledge.remedies[id_], n, tuple(treats[id_]), _values(treats[id_], known), knowledge, clock)
        for n, id_ in enumerate(ordered, 1)
    )


def _values(treated: Sequence[Finding], known: Mapping[str, Mapping[str, Fact]]) -> dict[str, Value]:
    """What a remedy may quote: what is known of the run, and of the layer that the most urgent finding is about."""
    about = treated[0].about or next(iter(treated[0].also), "")
    return {name: fact.value for subject in ("", about) for name, fact in known.get(subject, {}).items()}


def _equal_rank(rank: int, findings: Sequence[Finding]) -> int:
    """The place of the first finding that is as urgent: between such, the cheaper remedy comes first."""
    return next(n for n, finding in enumerate(findings) if _rank(finding)[:2] == _rank(findings[rank])[:2])


def _conflicts(remedy: Remedy, chosen: Iterable[str], knowledge: KnowledgeBase) -> bool:
    """Whether a more urgent remedy forbids this one, or turns the same knob the other way."""
    for other in (knowledge.remedies[id_] for id_ in chosen):
        if other.id in remedy.conflicts or remedy.id in other.conflicts:
            return True
        if remedy.knob and other.knob == remedy.knob and other.direction != remedy.direction:
            return True
    return False


def _item(
    remedy: Remedy,
    priority: int,
    treats: tuple[Finding, ...],
    values: Mapping[str, Value],
    knowledge: KnowledgeBase,
    clock: Clock,
) -> Item:
    said: dict[str, Value] = {**remedy.params, **values}
    texts = (remedy.title, remedy.how, *remedy.snippets.values())
    return Item(
        remedy,
        priority,
        by_clock(fill(remedy.title, said), clock),
        by_clock(fill(remedy.how, said), clock),
        treats,
        {framework: fill_code(snippet, said) for framework, snippet in remedy.snippets.items()},
        by_clock(fill(remedy.gain, said), clock),
        tuple(sentence(condition, knowledge) for condition in remedy.verify),
        tuple(dict.fromkeys(name for text in texts for name, _ in mentions(text) if name in values)),
    )


def _checked(
    known: Mapping[str, Mapping[str, Fact]], fired: Container[str], knowledge: KnowledgeBase
) -> tuple[Check, ...]:
    """Every rule that was judged and found nothing, about the run or about its layers."""
    subjects = [{name: fact.value for name, fact in facts.items()} for facts in known.values()]
    found = []
    for rule in (r for r in knowledge.rules.values() if r.id not in fired and r.certainty > 0):
        judged = ((values, clause) for values in subjects if (clause := rule.failed(values)) is not None)
        for values, clause in islice(judged, 1):
            title, expected = knowledge.title(rule.then), sentence(clause, knowledge)
            found.append(Check(rule.id, title, expected, observed(clause, values, knowledge)))
    return tuple(found)


def _gates(findings: Sequence[Finding]) -> tuple[NotJudged, ...]:
    """Why nothing can be judged, where a finding says so."""
    return tuple(NotJudged((), (), (), f.reasons[0].text) for f in findings if f.diagnosis.id == GATE and f.reasons)


def _not_judged(
    run: RunLog, known: Mapping[str, Mapping[str, Fact]], judged: Container[str], knowledge: KnowledgeBase
) -> tuple[NotJudged, ...]:
    """The rules that no subject had the facts for, by the inputs that would unlock them, the most useful first."""
    values = [{name: fact.value for name, fact in facts.items()} for facts in known.values()]
    groups: dict[tuple[str, ...], list[str]] = {}

    @cache
    def inputs_of(fact: str) -> tuple[str, ...]:
        """The missing inputs behind an unknown fact, through symptoms and diagnoses too."""
        if fact not in knowledge.symptoms and fact not in knowledge.diagnoses:
            return missing(fact, run)
        facts = {name for rule in knowledge.concludes(fact) for name in rule.reads} - {fact}
        return inputs_behind(tuple(facts))

    @cache
    def inputs_behind(facts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({i for fact in facts for i in inputs_of(fact)}))

    for rule in (r for r in knowledge.rules.values() if r.id not in judged and r.certainty > 0):
        awaited = [rule.awaits(of_subject) for of_subject in values]
        if all(awaited):
            inputs = inputs_behind(awaited[0])
            if not supplied.SUPPLIERS.keys() & set(inputs):  # no log could unlock it
                groups.setdefault(inputs, []).append(rule.id)
    return tuple(
        NotJudged(
            inputs,
            tuple(rules),
            tuple(dict.fromkeys(knowledge.title(knowledge.rules[rule].then) for rule in rules)),
            " ".join(vocabulary.how_to_give(name) for name in inputs)
            or "the run has the inputs, but too few points, or the check does not apply to it",
        )
        for inputs, rules in sorted(groups.items(), key=lambda group: (not group[0], -len(group[1]), group[0]))
    )
