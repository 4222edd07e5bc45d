"""Another unit, gain or zero point: columns times a factor plus an offset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from expert.data.synthesis.rows import Rows, apart, each_and_all, named, there
from expert.data.synthesis.transform import Transform
from expert.run import FloatArray


def propose(train: Rows, test: Rows) -> Iterator[Transform[Rows]]:
    """An offset, a factor, and both, by quartiles and by moments; for each column that differs, and for all of them."""
    columns = [name for name in apart(train, test) if len(there(train.frame[name])) and len(there(test.frame[name]))]
    fitted = {name: _fitted(there(train.frame[name]), there(test.frame[name])) for name in columns}
    for names in each_and_all(columns):
        for kind in ("offset", "factor", "both", "moments"):
            yield _rescaled({name: fitted[name][kind] for name in names if kind in fitted[name]})


def _fitted(train: FloatArray, test: FloatArray) -> dict[str, tuple[float, float]]:
    """Factor and offset by kind."""
    (low, middle, high), (low_, middle_, high_) = (np.quantile(x, (0.25, 0.5, 0.75)).tolist() for x in (train, test))
    found = {"offset": (1.0, middle_ - middle)}
    if middle and middle_ / middle > 0:
        found["factor"] = (middle_ / middle, 0.0)
    if high > low and high_ > low_:
        factor = (high_ - low_) / (high - low)
        found["both"] = (factor, middle_ - factor * middle)
    if train.std() > 0 and test.std() > 0:
        factor = float(test.std() / train.std())
        found["moments"] = (factor, float(test.mean() - factor * train.mean()))
    return found


def _rescaled(columns: Mapping[str, tuple[float, float]]) -> Transform[Rows]:
    def change(rows: Rows, random: np.random.Generator) -> Rows:
        return rows.having([rows.frame[name] * factor + offset for name, (factor, offset) in columns.items()])

    said = [f"{name}{_times(factor)}{_plus(offset)}" for name, (factor, offset) in columns.items()]
    code = "\n".join(
        f"rows[{name!r}] = rows[{name!r}] * {factor:.6g} + {offset:.6g}" for name, (factor, offset) in columns.items()
    )
    return Transform("scale and offset", named(said), code, change)


def _times(factor: float) -> str:
    return f" × {factor:.3g}" if factor != 1 else ""


def _plus(offset: float) -> str:
    return f" {'+' if offset > 0 else '−'} {abs(offset):.3g}" if offset else ""
