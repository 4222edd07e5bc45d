"""How certain each conclusion can become at the best."""

from __future__ import annotations

from collections.abc import Mapping

from expert.certainty import BELIEVED, combine, pass_on
from expert.knowledge import KnowledgeBase, Rule, strata


def best(knowledge: KnowledgeBase) -> Mapping[str, float]:
    """The certainty of each conclusion if all rules for it fire with the most certain premises; 0 without any."""
    found = dict.fromkeys((*knowledge.symptoms, *knowledge.diagnoses), 0.0)
    for stratum in strata(knowledge.rules.values()):
        for conclusion in stratum:
            found[conclusion] = combine(_passed(rule, found) for rule in knowledge.concludes(conclusion))
    return found


def _passed(rule: Rule, found: Mapping[str, float]) -> float:
    """What a rule can be worth at the best; nothing if it waits for what is never believed, or speaks against."""
    wanted = [found[c.fact] for c in rule.when if c.fact in found and c.operator in (">", ">=")]
    if rule.certainty < 0 or any(certainty < BELIEVED for certainty in wanted):
        return 0.0
    return pass_on(rule.certainty, wanted)
