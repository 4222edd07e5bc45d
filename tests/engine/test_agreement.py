"""Engine and oracle agree on random packs, and would not if the engine had any of these faults."""

import sys
from functools import cache
from importlib import import_module
from types import ModuleType

import pytest
from agreement import disagreement
from random_packs import CONCLUSIONS
from random_packs import case as fresh_case

from expert import engine, formula, knowledge

PACKS = 400
CHECK = import_module("expert.packs.check")
case = cache(fresh_case)


def test_engine_and_oracle_agree_on_random_packs():
    for seed in range(PACKS):
        assert not disagreement(case(seed)), f"seed {seed}"


def test_a_third_of_the_packs_hold_exceptions_unknown_facts_and_a_chain_of_three():
    cases = [case(seed) for seed in range(PACKS)]
    hard = [c for c in cases if _has_exceptions(c) and _lacks_facts(c) and len(knowledge.strata(_rules(c))) >= 3]
    assert len(hard) >= PACKS / 3


def test_in_many_packs_a_chain_fires_and_a_conclusion_stays_unknown():
    fired, unknown = 0, 0
    for seed in range(PACKS):
        c = case(seed)
        derivations = engine.infer(c.as_facts(), c.knowledge)
        known = engine.known(c.as_facts(), derivations, c.knowledge)
        fired += any(d.premises[-1].name in CONCLUSIONS for d in derivations)
        unknown += any(rule.then not in known[about] for rule in _rules(c) for about in known)
    assert fired >= PACKS / 3
    assert unknown >= PACKS / 2


FAULTS = {
    "at least is more than": ("expert.knowledge", "return value >= threshold", "return value > threshold"),
    "at most is less than": ("expert.knowledge", "return value <= threshold", "return value < threshold"),
    "a range leaves out its ends": ("expert.knowledge", "<= value <=", "< value <"),
    "true is 1": ("expert.knowledge", "return kinds[0] is kinds[1]", "return True"),
    "unknown is false": (
        "expert.knowledge",
        "clause in self.when for fact in clause.awaits(known)))",
        "clause in () for fact in clause.awaits(known)))",
    ),
    "any is all": ("expert.knowledge", 'count = 1 if self.kind == "any"', 'count = len(truths) if self.kind == "any"'),
    "what is unknown cannot make up the number": (
        "expert.knowledge",
        "truths.count(True) + truths.count(None) >= count",
        "truths.count(True) >= count",
    ),
    "none of what is unknown holds": ("expert.knowledge", "None if truth is None else not truth", "not truth"),
    "any is as sure as the least of them": ("expert.knowledge", '"any": 1,', '"any": len(held),'),
    "what cannot be computed is zero": (
        "expert.formula",
        "    except (ArithmeticError, ValueError):\n        return None",
        "    except (ArithmeticError, ValueError):\n        return 0.0",
    ),
    "or needs both": ("expert.formula", 'decides = term.sign == "or"', "decides = False"),
    "exceptions that combine are ignored": ("expert.engine", "for exception in exceptions)", "for exception in ())"),
    "all rules act at once": ("expert.knowledge", "return tuple(found)", "return (tuple(sum(found, ())),)"),
    "readers act before those they read": ("expert.knowledge", "return tuple(found)", "return tuple(found[::-1])"),
    "premises multiply": ("expert.certainty", "min(premises, default=1.0)", "math.prod(premises)"),
    "the surest premise counts": ("expert.certainty", "min(premises,", "max(premises,"),
    "for and against only add up": ("expert.certainty", " / (1 - min(abs(total), abs(reason)))", ""),
    "belief begins above its threshold": ("expert.engine", "certainty >= BELIEVED", "certainty > BELIEVED"),
    "exceptions are ignored": ("expert.engine", "for e in rule.unless if", "for e in () if"),
    "an unknown exception blocks": (
        "expert.engine",
        "for rule, about in self.fired]",
        "for rule, about in self.fired if not rule.not_ruled_out({k: f.value for k, f in subjects[about].items()})]",
    ),
    "exceptions hold across subjects": (
        "expert.engine",
        "experta.NOT(pattern(_compared(e)))",
        "experta.NOT(self.known(**{k: v for k, v in pattern(_compared(e)).items() if k != 'about'}))",
    ),
    "one rule speaks for all subjects": (
        "expert.engine",
        "derivation.conclusion, derivation.about]",
        "derivation.conclusion, '']",
    ),
    "reasons against are not heard": (
        "expert.engine",
        "for derivation in drawn)",
        "for derivation in drawn if derivation.certainty > 0)",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_engine_with_a_fault_is_found_out(fault, monkeypatch):
    faulty = _with(*FAULTS[fault], monkeypatch)
    assert any(_differs(case(seed), faulty) for seed in range(PACKS))


def test_packs_that_forget_what_they_quote_are_found_out(monkeypatch):
    monkeypatch.setattr(CHECK, "quotes", lambda text: ())
    assert any(_differs(fresh_case(seed), engine) for seed in range(PACKS))


def test_a_belief_that_begins_above_its_threshold_is_found_out(monkeypatch):
    above = knowledge.Condition
    monkeypatch.setattr(CHECK, "concluded", lambda fact, wanted: above(fact, ">" if wanted else "<=", 0.2))
    assert any(_differs(fresh_case(seed), engine) for seed in range(PACKS))


def _differs(random_case, faulty):
    return bool(disagreement(random_case, faulty.infer, faulty.known))


def _with(module, right, wrong, monkeypatch):
    """A new engine whose own source, or that of what it stands on, has the fault."""
    source = _source(module)
    assert right in source, f"{module} no longer says {right!r}"
    changed = _executed(module, f"{source.replace(right, wrong)}\nimport math\n", monkeypatch)
    if module == "expert.engine":
        return changed
    if module == "expert.knowledge":
        monkeypatch.setattr(knowledge.Condition, "holds", changed.Condition.holds)
        monkeypatch.setattr(knowledge.Rule, "awaits", changed.Rule.awaits)
        for name in ("truth", "certainty"):
            monkeypatch.setattr(knowledge.Combination, name, getattr(changed.Combination, name))
    if module == "expert.formula":
        for name in ("truth", "number"):
            monkeypatch.setattr(formula, name, getattr(changed, name))
    fresh = _executed("expert.engine", _source("expert.engine"), monkeypatch)
    for name in ("strata", "combine", "pass_on"):
        setattr(fresh, name, getattr(changed, name, getattr(fresh, name)))
    return fresh


def _source(module):
    with open(sys.modules[module].__file__, encoding="utf-8") as file:
        return file.read()


def _executed(name, source, monkeypatch):
    module = ModuleType(f"{name} with a fault")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(source, name, "exec"), module.__dict__)
    return module


def _rules(c):
    return c.knowledge.rules.values()


def _has_exceptions(c):
    return any(rule.unless for rule in _rules(c))


def _lacks_facts(c):
    read = {fact for rule in _rules(c) for fact in rule.reads}
    return any(read - set(CONCLUSIONS) - facts.keys() for facts in c.facts.values())
