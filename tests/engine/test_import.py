"""experta is imported on current Python with either frozendict, and without what its import does to others."""

import os
import subprocess
import sys

import pytest

INFER = """
import collections, logging
before = list(logging.getLogger().handlers), logging.getLogger().level, set(vars(collections))
from expert.engine import EngineError, infer
from expert.facts import Fact
from expert.knowledge import Condition, KnowledgeBase, Rule, Symptom
rule = Rule("r", (Condition("x", ">=", 1.0),), "s", 0.5, "So.")
knowledge = KnowledgeBase((), {"s": Symptom("s", "Seen")}, {}, {"r": rule}, {})
"""
UNTOUCHED = """
assert [d.certainty for d in infer([Fact("x", 1.0)], knowledge)] == [0.5]
assert before == (list(logging.getLogger().handlers), logging.getLogger().level, set(vars(collections)))
import frozendict
print(frozendict.__file__, getattr(frozendict, "__version__", "1"))
"""
REFUSED = """
for attempt in range(2):
    try:
        infer([Fact("x", 1.0)], knowledge)
    except EngineError as error:
        print(error)
assert before == (list(logging.getLogger().handlers), logging.getLogger().level, set(vars(collections)))
"""


def python(code, *paths):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    command = [sys.executable, "-W", "error::DeprecationWarning:expert", "-c", INFER + code]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("wanted", ["frozendict==1.2", "frozendict>=2.4"])
def test_the_engine_works_with_either_frozendict_and_leaves_no_trace(wanted, tmp_path):
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", tmp_path, wanted]
    subprocess.run(pip, check=True, capture_output=True)
    assert str(tmp_path) in python(UNTOUCHED, tmp_path)


@pytest.mark.parametrize("lost", ["experta", "frozendict", "schema"])
def test_an_engine_that_cannot_be_imported_says_how_to_mend_it(lost, tmp_path):
    tmp_path.joinpath(f"{lost}.py").write_text(f"raise ImportError('no {lost} here')")
    said = python(REFUSED, tmp_path).splitlines()
    assert len(said) == 2
    assert all("cannot be imported" in line and "pip install experta==1.9.4 frozendict schema" in line for line in said)


def test_an_application_that_logs_everything_hears_nothing_of_the_engine():
    chatty = (
        "import sys\nlogging.basicConfig(level=logging.DEBUG, stream=sys.stdout)\ninfer([Fact('x', 1.0)], knowledge)\n"
    )
    assert python(chatty + "print('done')") == "done\n"
