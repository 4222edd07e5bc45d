"""What a person or a team calls its columns and metrics, beside what everybody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from expert.run import Direction


@dataclass(frozen=True)
class Words:
    """Names of columns, splits of words in them, roles and directions of columns or metrics, each by what is written.

    A split is `train`, `val` or `test`, a role `loss`, `error` or `metric`.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    splits: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    directions: Mapping[str, Direction] = field(default_factory=dict)

    def with_given(self, names: Mapping[str, str], directions: Mapping[str, Direction]) -> Words:
        """These words, outdone by the names and directions that a person gives for this time."""
        return replace(self, names={**self.names, **names}, directions={**self.directions, **directions})


def of_tables(tables: Mapping[str, Mapping[str, str]]) -> Words:
    """The words of the tables `names`, `splits`, `roles` and `directions` of a configuration."""
    directions = {name: cast(Direction, word) for name, word in tables.get("directions", {}).items()}
    return Words(tables.get("names", {}), tables.get("splits", {}), tables.get("roles", {}), directions)
