"""How certain each conclusion can become at the best."""

from __future__ import annotations

from collections.abc import Mapping

from expert.certainty import BELIEVED, combine, pass_on
from expert.knowledge import Clause, Condition, Formula, KnowledgeBase, Rule, strata


def best(knowledge: KnowledgeBase) -> Mapping[str, float]:
    """The certainty of each conclusion if all rules for it fire with the most certain premises; 0 without any."""
    found = dict.fromkeys((*knowledge.symptoms, *knowledge.diagnoses), 0.0)
    for stratum in strata(knowledge.rules.values()):
        for conclusion in stratum:
            found[conclusion] = combine(_passed(rule, found) for rule in knowledge.concludes(conclusion))
    return found


def _passed(rule: Rule, found: Mapping[str, float]) -> float:
    """What a rule can be worth at the best; nothing if it waits for what is never believed, or speaks against."""
    reached = [_reached(clause, found) for clause in rule.when]
    if rule.certainty < 0 or any(certainty < BELIEVED for certainty in reached):
        return 0.0
    return pass_on(rule.certainty, reached)


def _reached(clause: Clause, found: Mapping[str, float]) -> float:
    """How certain a clause can become at the best."""
    if isinstance(clause, Condition):
        return found[clause.fact] if clause.fact in found and clause.is_wanted else 1.0
    if isinstance(clause, Formula) or clause.kind == "none":
        return 1.0
    each = sorted((_reached(inner, found) for inner in clause.clauses), reverse=True)
    return each[{"all": len(each), "any": 1, "at least": clause.count}[clause.kind] - 1]
