"""How far a policy moves from one update to the next."""

from __future__ import annotations

import numpy as np

from expert import vocabulary
from expert.run import RunLog
from expert.signals._shape import FEWEST
from expert.signals.units import At, Ratio


def kl_peak_ratio(run: RunLog) -> Ratio | At | None:
    """The highest divergence (KL) between two policies over its median, after the first twentieth of the run."""
    kl = next(
        (s for s in sorted(run.series, key=lambda s: s.column) if "kl" in vocabulary.plain(s.column).split("_")), None
    )
    if kl is None or len(kl.finite) < 4 * FEWEST:
        return None
    begin = len(kl.finite) // 20
    values, steps = np.abs(kl.finite.values[begin:]), kl.finite.steps[begin:]
    usual, peak = float(np.median(values)), int(values.argmax())
    return At(float(values[peak]) / usual, steps[peak], steps[peak]) if usual > 0 else None
