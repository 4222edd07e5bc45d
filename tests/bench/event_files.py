"""`python tests/bench/event_files.py 1000000`: how long so many scalars take to read, beside TensorBoard's own reader.

Prints wall and processor seconds and the most memory of `expert.readers.read` and of `EventAccumulator`, each in a
process of its own, and whether both gave the same steps, times and values.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

TAGS = ("train/loss", "val/loss", "train/acc", "val/acc", "lr", "grad_norm", "weights/norm", "a/b", "data_time", "fps")
OURS = """
from expert.readers import read
(run,) = read(pathlib.Path(sys.argv[1]))
found = {s.column: (s.steps, s.times, s.values) for s in run.series}
"""
THEIRS = """
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0}).Reload()
points = {tag: events.Scalars(tag) for tag in events.Tags()["scalars"]}
found = {tag: ([p.step for p in of], [p.wall_time for p in of], [p.value for p in of]) for tag, of in points.items()}
"""
CHILD = """
import hashlib, pathlib, resource, sys
import numpy as np
{code}
values = hashlib.sha256()
for tag in sorted(found):
    for part in found[tag]:
        values.update(np.asarray(part, dtype=np.float64).tobytes())
used = resource.getrusage(resource.RUSAGE_SELF)
points = sum(len(of[0]) for of in found.values())
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1000, points, values.hexdigest())
"""


def main(scalars: int) -> None:
    """Writes the scalars with PyTorch's writer, and reads them with both."""
    from torch.utils.tensorboard import SummaryWriter

    with tempfile.TemporaryDirectory() as folder:
        with SummaryWriter(folder, max_queue=10_000, flush_secs=10_000) as writer:
            for step in range(scalars // len(TAGS)):
                for place, tag in enumerate(TAGS):
                    writer.add_scalar(tag, 1 / (step + place + 2), step, walltime=1.7e9 + step / 8)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(f"{scalars:,} scalars of {len(TAGS)} tags, {size / 1e6:.0f} MB")
        ours = measured("expert", OURS, folder)
        theirs = measured("EventAccumulator", THEIRS, folder)
        ratios = [f"{a / b:.2f} × {what}" for a, b, what in zip(ours[:3], theirs[:3], RATIOS, strict=True)]
        print(
            f"expert to EventAccumulator: {', '.join(ratios)}; values {'equal' if ours[3:] == theirs[3:] else 'DIFFER'}"
        )


RATIOS = ("the time", "the processor's time", "the memory")


def measured(name: str, code: str, folder: str) -> tuple[float, float, float, str, str]:
    """Wall seconds, processor seconds, megabytes, the number of points and the digest of all of them."""
    began = time.perf_counter()
    command = [sys.executable, "-c", CHILD.format(code=code), folder]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    wall = time.perf_counter() - began
    busy, memory, points, digest = said.split()
    print(f"{name:18} {wall:6.1f} s, {float(busy):6.1f} s of the processor, {float(memory):6,.0f} MB, {points} points")
    return wall, float(busy), float(memory), points, digest


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
