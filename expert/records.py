"""How right each rule was on labelled runs (`rules/records.json`, which a script measures), and each remedy in use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources.abc import Traversable
from pathlib import Path

from expert.knowledge import KnowledgeBase, Outcomes, Record


def read(file: Path | Traversable) -> dict[str, Record]:
    """The record of each rule that has one, by rule; a file that is not there holds none.

    Raises ValueError, naming the file, if it is not as the script wrote it.
    """
    if not file.is_file():
        return {}
    try:
        return {rule: Record(**counts) for rule, counts in json.loads(file.read_text("utf-8"))["rules"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file} is no record of rules ({error}); make it anew, as rules/README.md says") from error


def with_outcomes(knowledge: KnowledgeBase, ledger: Mapping[str, Outcomes]) -> KnowledgeBase:
    """The knowledge with what came of the remedies of a ledger."""
    remedies = {id_: replace(remedy, outcomes=ledger.get(id_)) for id_, remedy in knowledge.remedies.items()}
    return replace(knowledge, remedies=remedies) if ledger else knowledge
