"""What reading a log on from where it ended gains: python tests/bench/growing.py [MEGABYTES].

Logs of three forms (100 MB each) grow by a hundredth; the whole look (read, measure, judge) is timed both ways.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from expert.diagnose import plans
from expert.layers import in_force
from expert.readers._onward import Mark
from expert.sources import Given

FORMS = {
    "log.csv": "{step},{loss:.6f},{val:.6f},0.001,{norm:.6f}\n",
    "log.jsonl": '{{"step": {step}, "train_loss": {loss:.6f}, "val_loss": {val:.6f}, "grad_norm": {norm:.6f}}}\n',
    "train.log": "step {step} | train loss: {loss:.6f} | val loss: {val:.6f} | lr: 1.0e-03 | grad norm: {norm:.6f}\n",
}


def main(megabytes: float) -> None:
    """Prints the seconds of a look at the whole log, of one that reads on, and the ratio."""
    knowledge = in_force()
    with tempfile.TemporaryDirectory() as folder:
        for name, form in FORMS.items():
            path, memory, lines = Path(folder, name), dict[str, Mark](), _lines(form)
            path.write_text("step,train_loss,val_loss,lr,grad_norm\n" if name.endswith(".csv") else "")
            _grow(path, lines, megabytes * 1e6)
            list(plans(path, Given(), knowledge=knowledge, memory=memory))
            _grow(path, lines, megabytes * 1e4)
            seconds = []
            for known in (None, memory):
                began = time.perf_counter()
                list(plans(path, Given(), knowledge=knowledge, memory=known))
                seconds.append(time.perf_counter() - began)
            print(
                f"{name:10} whole {seconds[0]:5.2f} s, read on {seconds[1]:5.2f} s: {seconds[0] / seconds[1]:.1f} times"
            )


def _lines(form: str) -> Iterator[str]:
    for step in count():
        loss = 0.1 + 2.2 / (1 + step / 20_000) + 0.001 * (step * 7_919 % 11)
        yield form.format(step=step, loss=loss, val=loss + 0.05, norm=1 + step * 104_729 % 97 / 100)


def _grow(path: Path, lines: Iterator[str], size: float) -> None:
    with path.open("a") as file:
        written = 0
        while written < size:
            written += file.write(next(lines))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 100)
