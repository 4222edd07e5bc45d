"""`python tests/bench/fuzz.py 20000`: so many inputs that atheris makes up; whatever stands in a pack, reading it gives
knowledge or a PackError. Needs `pip install atheris`, which the project does not.
"""

import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1] / "packs"))

with atheris.instrument_imports(include=["expert.packs", "expert.formula", "expert.configuration"]):
    from expert.configuration import ConfigurationError
    from expert.configuration import read as read_configuration
    from expert.formula import FormulaError, parse, truth
    from expert.packs import PackError, load

from test_hostile import TEAM
from test_mistakes import CATALOGUE, GOOD

FOLDER = Path(tempfile.mkdtemp())


def one(content: bytes) -> None:
    """Reads the bytes as a pack beside a good one, as a configuration and as a formula."""
    file, good, toml = FOLDER / "pack.yaml", FOLDER / "good.yaml", FOLDER / "expert.toml"
    good.write_text(GOOD)
    file.write_bytes(content)
    toml.write_bytes(content)
    try:
        load([good, file], CATALOGUE)
    except PackError as error:
        assert error.problems  # noqa: PT017 - a refusal is right, but not an empty one
    try:
        read_configuration(toml)
    except ConfigurationError as error:
        assert error.problems  # noqa: PT017 - a refusal is right, but not an empty one
    try:
        assert truth(parse(content.decode("utf-8", "replace"), {"a": 1.0}), {"loss_jump": 2.0}) in (True, False, None)
    except FormulaError as error:
        assert str(error)  # noqa: PT017


def main(runs: str = "20000") -> None:
    seeds = FOLDER / "seeds"
    seeds.mkdir()
    for name, text in {
        "good": GOOD,
        "team": TEAM,
        "formula": "loss_jump / 2 > {a}",
        "toml": "[params]\na.b = 1\n",
    }.items():
        (seeds / name).write_text(text)
    atheris.Setup([sys.argv[0], f"-runs={runs}", "-max_len=4000", "-timeout=20", str(seeds)], one)
    atheris.Fuzz()


main(*sys.argv[1:])
