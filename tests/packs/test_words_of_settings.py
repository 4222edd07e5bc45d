import pytest

from expert import vocabulary
from expert.knowledge import Condition
from expert.layers import builtin


def test_every_word_that_a_rule_compares_is_spelled_as_the_settings_are():
    rules = builtin().rules.values()
    clauses = [clause for rule in rules for group in (rule.when, *rule.unless) for clause in group]
    for condition in (leaf for clause in clauses for leaf in clause.leaves() if isinstance(leaf, Condition)):
        if condition.fact in vocabulary.SETTINGS and vocabulary.SETTINGS[condition.fact].kind == "word":
            words = condition.threshold if isinstance(condition.threshold, tuple) else (condition.threshold,)
            assert words == tuple(vocabulary.settings({condition.fact: word})[condition.fact] for word in words)


@pytest.mark.parametrize(("given", "word"), [(16, "16"), ("16-mixed", "16-mixed"), ("FP16", "fp16")])
def test_a_precision_may_be_a_number(given, word):
    assert vocabulary.settings({"precision": given}) == {"precision": word}
