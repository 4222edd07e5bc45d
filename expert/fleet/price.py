"""What an hour of an accelerator costs, so that causes are told by what they cost."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([^\d\s]{0,8})\s*")


@dataclass(frozen=True)
class Price:
    """The price of one hour of one accelerator."""

    amount: float
    currency: str

    def of(self, hours: float) -> str:
        """What so many hours cost, in words."""
        cost = self.amount * hours
        return f"{cost:,.0f} {self.currency}".strip() if cost >= 10 else f"{cost:.2f} {self.currency}".strip()


def price(text: str) -> Price:
    """The price that a text gives, as in `2.5` or `2.5 EUR`. Raises ValueError for any other."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no price of an hour; write it as in '2.5 EUR'")
    return Price(float(found[1]), found[2])
