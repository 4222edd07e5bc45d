"""Derivations → findings: causes absorb what they explain, reasons against count, rivals that lose are kept."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from expert.certainty import BELIEVED, SURE, combine
from expert.facts import Derivation, Fact, Range, Value
from expert.knowledge import (
    SEVERITIES,
    Clause,
    Combination,
    Condition,
    Diagnosis,
    Formula,
    KnowledgeBase,
    Severity,
    Suppression,
    all_of,
)
from expert.prose import by_clock, fill, number
from expert.run import Clock
from expert.wording import combined, observed, sentence

Key = tuple[str, str]
"""A conclusion and its subject."""


@dataclass(frozen=True)
class Reason:
    """One rule that spoke, in a sentence with the run's numbers."""

    text: str
    derivation: Derivation

    @property
    def certainty(self) -> float:
        """What the reason is worth, −1…1."""
        return self.derivation.certainty


@dataclass(frozen=True)
class Finding:
    """What is wrong with this run. `explains` are the ids of the symptoms and lesser diagnoses that it accounts for.

    `about` is empty for the run, else the layer (column, host …) that shows it most; `also` are others that share it.
    `not_ruled_out` names the facts that could have spoken against it and are unknown; `derivations` is the whole chain
    below it, premises first.
    """

    diagnosis: Diagnosis
    about: str
    certainty: float
    severity: Severity
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    not_ruled_out: tuple[str, ...]
    explains: tuple[str, ...]
    steps: Range | None
    derivations: tuple[Derivation, ...]
    also: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """Whom it concerns, in a few words; nothing where that is the run."""
        named = [_SPLITS.get(about, about) for about in (self.about, *self.also) if about]
        return named[0] + (f" and {len(named) - 1} more" if len(named) > 1 else "") if named else ""

    @property
    def title(self) -> str:
        """What is wrong, and where."""
        return self.diagnosis.title.rstrip(".") + (f" ({self.subject})" if self.subject else "")


_SPLITS = {"val": "the validation set", "test": "the test set"}


@dataclass(frozen=True)
class Rejected:
    """A diagnosis that was considered, and why it lost."""

    diagnosis: Diagnosis
    certainty: float
    reason: str


@dataclass(frozen=True)
class Suppressed:
    """A finding that someone does not want to hear of, and why."""

    finding: Finding
    suppression: Suppression


@dataclass(frozen=True)
class Conclusions:
    """All findings, the diagnoses that lost, the symptoms that nothing explains, and what nobody wants to hear of."""

    findings: tuple[Finding, ...]
    rejected: tuple[Rejected, ...]
    unexplained: tuple[tuple[str, Reason], ...]
    suppressed: tuple[Suppressed, ...] = ()


def conclude(
    derivations: Sequence[Derivation],
    known: Mapping[str, Mapping[str, Fact]],
    knowledge: KnowledgeBase,
    clock: Clock = "step",
) -> Conclusions:
    """What the derivations come to. `known` is everything known about each subject, by name, conclusions included."""
    reasons: dict[Key, list[Reason]] = defaultdict(list)
    for derivation in derivations:
        reason = Reason(because(derivation, knowledge, clock), derivation)
        reasons[derivation.conclusion, derivation.about].append(reason)
    believed = {
        key: certainty
        for key, found in reasons.items()
        if (certainty := combine(reason.certainty for reason in found)) >= BELIEVED
    }
    excluded = _excluded(believed, knowledge)
    believed = {key: certainty for key, certainty in believed.items() if key not in excluded}
    explained = {
        key: _explained(key, believed, reasons, knowledge) for key in believed if key[0] in knowledge.diagnoses
    }
    absorbed = {inner for key, inside in explained.items() if believed[key] >= SURE for inner in inside if inner != key}
    shared: dict[str, list[Key]] = defaultdict(list)
    for key in sorted(explained, key=lambda key: (bool(key[1]), -believed[key], _natural(key[1]))):
        if key not in absorbed:
            shared[key[0]].append(key)
    findings = tuple(
        _finding(knowledge.diagnoses[id_], shared[id_], explained, believed, reasons, known, knowledge)
        for id_ in dict.fromkeys(key[0] for key in explained)
        if id_ in shared
    )
    inside_any = {inner for inside in explained.values() for inner in inside}
    unexplained: dict[str, Reason] = {}
    for key in believed:
        if key[0] in knowledge.symptoms and key not in inside_any:
            unexplained.setdefault(key[0], reasons[key][0])
    rivals = {key: found for key, found in reasons.items() if key not in excluded}
    outdone = {id_ for id_, _ in excluded}
    lost = _rejected(rivals, believed, absorbed, known, knowledge)
    rejected = (one for one in lost if one.diagnosis.id not in outdone)
    return Conclusions(findings, (*_outdone(excluded, knowledge), *rejected), tuple(unexplained.items()))


def suppress(
    conclusions: Conclusions, known: Mapping[str, Mapping[str, Fact]], knowledge: KnowledgeBase, today: date
) -> Conclusions:
    """The conclusions without the findings that a suppression covers that has not expired."""
    in_force = [one for one in knowledge.suppressions if one.expires >= today]
    covered = {n: one for n, f in enumerate(conclusions.findings) if (one := _covering(f, in_force, known))}
    kept = tuple(finding for n, finding in enumerate(conclusions.findings) if n not in covered)
    suppressed = tuple(Suppressed(conclusions.findings[n], one) for n, one in covered.items())
    return replace(conclusions, findings=kept, suppressed=suppressed)


def _covering(
    finding: Finding, suppressions: Iterable[Suppression], known: Mapping[str, Mapping[str, Fact]]
) -> Suppression | None:
    """The first suppression whose conditions hold, of the run or of the finding's subject."""
    facts = {**known.get("", {}), **known.get(finding.about, {})}
    values = {name: fact.value for name, fact in facts.items()}
    fitting = (one for one in suppressions if finding.diagnosis.id in one.diagnoses)
    return next((one for one in fitting if all_of([clause.truth(values) for clause in one.when])), None)


def in_words(clause: Clause, knowledge: KnowledgeBase) -> str:
    """A condition as the author of a pack reads it, with the fact's own name."""
    if isinstance(clause, Combination):
        return combined(clause, lambda inner: in_words(inner, knowledge))
    if isinstance(clause, Formula):
        return clause.text
    fact, threshold = clause.fact, clause.threshold
    if fact in knowledge.symptoms or fact in knowledge.diagnoses:
        return f"{'' if clause.is_wanted else 'not seen: '}{knowledge.title(fact)}"
    name = fact.replace("_", " ")
    if isinstance(threshold, tuple):
        texts = [number(value) for value in threshold]
        return (
            f"{name} from {texts[0]} to {texts[1]}" if clause.operator == "within" else f"{name} in {', '.join(texts)}"
        )
    if clause.operator == "known":
        return f"{name} is known"
    sign = {"<=": "≤", ">=": "≥", "==": "is", "!=": "is not"}.get(clause.operator, clause.operator)
    return f"{name} {sign} {number(threshold)}"


def because(derivation: Derivation, knowledge: KnowledgeBase, clock: Clock) -> str:
    """Why the rule fired, in a sentence with the run's numbers."""
    rule = knowledge.rules[derivation.rule]
    said = fill(rule.because, {**rule.params, **{fact.name: fact.value for fact in derivation.premises}})
    return by_clock(said, clock)


def _excluded(
    believed: Mapping[tuple[str, str], float], knowledge: KnowledgeBase
) -> dict[tuple[str, str], tuple[str, float]]:
    """Of what contradicts each other the less certain, with what outdoes it and its own certainty."""
    kept: dict[tuple[str, str], float] = {}
    excluded: dict[tuple[str, str], tuple[str, float]] = {}
    for key in sorted(believed, key=lambda key: (-believed[key], key)):
        diagnosis = knowledge.diagnoses.get(key[0])
        rival = next((c for c in diagnosis.contradicts if (c, key[1]) in kept), None) if diagnosis else None
        if rival is None:
            kept[key] = believed[key]
        else:
            excluded[key] = rival, believed[key]
    return excluded


def _outdone(excluded: Mapping[tuple[str, str], tuple[str, float]], knowledge: KnowledgeBase) -> Iterator[Rejected]:
    for (id_, _), (rival, certainty) in excluded.items():
        reason = f"“{knowledge.title(rival).rstrip('.')}” is more certain, and both cannot hold."
        yield Rejected(knowledge.diagnoses[id_], certainty, reason)


def _explained(
    key: Key,
    believed: Mapping[Key, float],
    reasons: Mapping[Key, list[Reason]],
    knowledge: KnowledgeBase,
) -> tuple[Key, ...]:
    """What a diagnosis accounts for: its premises, and what it explains, directly or through others.

    What is wrong with the run explains what its layers show; what is wrong with a layer, what the run shows.
    """
    subjects: dict[str, list[str]] = defaultdict(list)
    for name, about in believed:
        subjects[name].append(about)
    found, todo = dict[Key, None](), [key]
    while todo:
        current = todo.pop()
        diagnosis = knowledge.diagnoses.get(current[0])
        inside = list(diagnosis.explains) if diagnosis else []
        for reason in reasons[current]:
            premises = (fact.name for fact in reason.derivation.premises)
            inside += [name for name in premises if name in knowledge.symptoms and reason.certainty > 0]
        for name in inside:
            for about in subjects[name]:
                near = about == current[1] or not about or not current[1]
                if near and (name, about) not in found and name != key[0]:
                    found[name, about] = None
                    todo.append((name, about))
    return tuple(found)


def _natural(about: str) -> tuple[tuple[int, str], ...]:
    """Layer 10 after layer 9."""
    parts = re.split(r"(\d+)", about)
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in parts)


def _finding(
    diagnosis: Diagnosis,
    keys: Sequence[Key],
    explained: Mapping[Key, tuple[Key, ...]],
    believed: Mapping[Key, float],
    reasons: Mapping[Key, list[Reason]],
    known: Mapping[str, Mapping[str, Fact]],
    knowledge: KnowledgeBase,
) -> Finding:
    """One finding for all subjects that share it: the reasons are those of the run and of the layer that shows most."""
    first = keys[0]
    told = keys[:1] if first[1] else keys[:2]
    certainty = believed[first]
    found = sorted((r for key in told for r in reasons[key]), key=lambda reason: -abs(reason.certainty))
    values = {name: fact.value for about in ("", first[1]) for name, fact in known.get(about, {}).items()}
    open_facts = (knowledge.rules[r.derivation.rule].not_ruled_out(values) for r in found if r.certainty > 0)
    chain = tuple(dict.fromkeys(derivation for key in told for derivation in _chain(key, reasons)))
    strongest = max((d for d in chain if d.at), key=lambda d: d.certainty, default=None)
    inside = dict.fromkeys(inner for key in keys for inner in explained[key])
    return Finding(
        diagnosis,
        first[1],
        certainty,
        _severity(diagnosis, certainty, [inner[0] for inner in inside if believed[inner] >= SURE], knowledge),
        tuple(reason for reason in found if reason.certainty > 0),
        tuple(reason for reason in found if reason.certainty < 0),
        tuple(dict.fromkeys(fact for facts in open_facts for fact in facts)),
        tuple(dict.fromkeys(inner[0] for inner in inside)),
        strongest.at if strongest else None,
        chain,
        tuple(about for _, about in keys[1:]),
    )


def _severity(diagnosis: Diagnosis, certainty: float, explains: Iterable[str], knowledge: KnowledgeBase) -> Severity:
    """As severe as the worst that it explains; a suspicion is at most low."""
    inside = [knowledge.diagnoses[e].severity for e in explains if e in knowledge.diagnoses]
    worst = min((diagnosis.severity, *inside), key=SEVERITIES.index)
    return max(worst, "low", key=SEVERITIES.index) if certainty < SURE else worst


def _chain(key: Key, reasons: Mapping[Key, list[Reason]]) -> tuple[Derivation, ...]:
    """Every derivation below a conclusion that speaks for it, premises first."""
    found: dict[tuple[str, str], Derivation] = {}

    def descend(conclusion: str) -> None:
        for reason in reasons.get((conclusion, key[1]), []):
            derivation = reason.derivation
            if reason.certainty > 0 and (derivation.rule, derivation.about) not in found:
                for premise in derivation.premises:
                    descend(premise.name)
                found[derivation.rule, derivation.about] = derivation

    descend(key[0])
    return tuple(found.values())


def _rejected(
    reasons: Mapping[Key, list[Reason]],
    believed: Mapping[Key, float],
    absorbed: set[Key],
    known: Mapping[str, Mapping[str, Fact]],
    knowledge: KnowledgeBase,
) -> tuple[Rejected, ...]:
    """Diagnoses that had reasons and lost, and those that would explain what is seen but were judged false."""
    lost: dict[str, Rejected] = {}
    held = {conclusion for conclusion, _ in believed}
    for (conclusion, _), found in reasons.items():
        if conclusion in knowledge.diagnoses and conclusion not in held:
            against = [reason.text for reason in found if reason.certainty < 0] or [reason.text for reason in found]
            certainty = combine(reason.certainty for reason in found)
            lost[conclusion] = Rejected(knowledge.diagnoses[conclusion], certainty, " ".join(against))
    values = {name: fact.value for name, fact in known.get("", {}).items()}
    seen = {conclusion for conclusion, _ in believed if conclusion in knowledge.symptoms}
    for diagnosis in knowledge.diagnoses.values():
        if diagnosis.id in values and diagnosis.id not in lost and diagnosis.id not in held:
            rules = knowledge.speaks_for(diagnosis.id)
            near = [r for r in rules if seen & set(r.reads)]
            clause = near[0].failed(values) if near else None
            if seen & set(diagnosis.explains) and clause is not None:
                lost[diagnosis.id] = Rejected(diagnosis, 0.0, _shortfall(clause, values, knowledge))
    return tuple(sorted(lost.values(), key=lambda r: (-r.certainty, r.diagnosis.id)))


def _shortfall(clause: Clause, values: Mapping[str, Value], knowledge: KnowledgeBase) -> str:
    """What a rejected diagnosis lacks."""
    if isinstance(clause, Condition) and (clause.fact in knowledge.symptoms or clause.fact in knowledge.diagnoses):
        title = knowledge.title(clause.fact).rstrip(".")
        if clause.is_wanted:
            return f"It would need “{title}”, which was not seen."
        return f"“{title}” was seen, which rules it out."
    return f"It would need: {sentence(clause, knowledge)}; observed: {observed(clause, values, knowledge)}."
