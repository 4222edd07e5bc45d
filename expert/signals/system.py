"""The machine: time per step, waiting for data, memory, and what the console said."""

from __future__ import annotations

import re

import numpy as np

from expert.run import FloatArray, RunLog, Series
from expert.signals._shape import end, noise, smooth, start
from expert.signals.units import At, Deviations, Ratio, Seconds, Share, Step


def data_wait_share(step_time: Series, data_time: Series) -> Share | None:
    """The share of a step's time that is spent waiting for data."""
    steps, data = step_time.finite.values, data_time.finite.values
    if len(steps) < 5 or len(data) < 5 or np.median(steps) <= 0:
        return None
    return float(min(1.0, np.median(data) / np.median(steps)))


def slowdown(step_time: Series | None, throughput: Series | None) -> Ratio | At | None:
    """The time per step in the last fifth of the run over that after the start."""
    series = step_time if step_time is not None else throughput
    if series is None or len(series.finite) < 20 or series.finite.values.min() <= 0:
        return None
    values, steps = series.finite.values, series.finite.steps
    fifth = len(values) // 5
    early, late = float(np.median(values[fifth // 2 : 2 * fifth])), float(np.median(values[-fifth:]))
    return At(late / early if step_time is not None else early / late, steps[-fifth], steps[-1])


def step_seconds(step_time: Series) -> Seconds | None:
    """The usual time per step."""
    return float(np.median(step_time.finite.values)) if len(step_time.finite) else None


def memory_growth_share(gpu_memory: Series | None, host_memory: Series | None) -> Share | At | None:
    """How much the memory in use grew from the first tenth of the run to the last, as a share."""
    grown = [s for s in (gpu_memory, host_memory) if s is not None and len(s.finite) >= 10 and start(s) > 0]
    if not grown:
        return None
    series = max(grown, key=lambda s: end(s) / start(s))
    tenth = max(1, len(series.curve) // 10)
    early = float(np.median(series.curve.values[tenth : 2 * tenth]))
    return At(end(series) / early - 1, series.steps[0], series.steps[-1]) if early > 0 else None


def memory_growth_steadiness(gpu_memory: Series | None, host_memory: Series | None) -> Share | None:
    """The share of points at which the memory in use does not shrink, as it grows."""
    grown = [s for s in (gpu_memory, host_memory) if s is not None and len(s.finite) >= 10 and start(s) > 0]
    if not grown:
        return None
    moves = np.diff(smooth(max(grown, key=lambda s: end(s) / start(s))))
    late = moves[len(moves) // 5 :]
    return float(np.mean(late > 0)) if len(late) else None


def gpu_use(gpu_util: Series) -> Share | None:
    """The usual utilization of the accelerator."""
    values = gpu_util.finite.values
    return float(np.median(values) / (100 if values.max() > 1.5 else 1)) if len(values) >= 5 else None


def out_of_memory(run: RunLog) -> bool | At | None:
    """Whether the console says that memory ran out."""
    return _said(run, r"out of memory|MemoryError|OutOfMemory|not enough memory|can't allocate memory|oom-kill")


def worker_died(run: RunLog) -> bool | At | None:
    """Whether the console says that a data-loading worker or another process of the run died."""
    return _said(
        run,
        r"DataLoader worker .*(killed|exited)|worker .* exited unexpectedly|NCCL.*(timed out|Watchdog)|Bus error",
    )


def crashed(run: RunLog) -> bool | At | None:
    """Whether the console ends in an exception."""
    return _said(run, r"Traceback \(most recent call last\)|^\w*(Error|Exception)\b|Segmentation fault|core dumped")


def last_error(run: RunLog) -> str | None:
    """The last exception that the console shows."""
    errors = [e.text.strip() for e in run.events if re.match(r"\s*[\w.]*(Error|Exception|Interrupt)\b", e.text)]
    return errors[-1][:200] if errors else None


def resume_step(run: RunLog) -> Step | At | None:
    """The step at which the run was last resumed."""
    steps = [event.step for event in run.events if event.kind == "resume" and event.step is not None]
    return At(steps[-1], steps[-1], steps[-1]) if steps else None


def resume_loss_ratio(train_loss: Series, resume_step: float) -> Ratio | At | None:
    """The training loss just after the last resume over that just before: medians of five points or more."""
    sides = _around(train_loss, resume_step)
    if sides is None or train_loss.finite.values.min() <= 0:
        return None
    return At(float(np.median(sides[1]) / np.median(sides[0])), resume_step, resume_step)


def resume_loss_step(train_loss: Series, resume_step: float) -> Deviations | None:
    """How far the training loss stepped up at the last resume, in standard deviations of its noise."""
    sides, spread = _around(train_loss, resume_step), noise(train_loss)
    if sides is None or spread is None:
        return None
    return float(np.median(sides[1]) - np.median(sides[0])) / max(spread, 1e-9)


def resume_lr_ratio(lr: Series, resume_step: float) -> Ratio | At | None:
    """The learning rate just after the last resume over that just before."""
    before, after = (lr.finite.values[side] for side in (lr.finite.steps < resume_step, lr.finite.steps >= resume_step))
    if not len(before) or not len(after) or before[-1] <= 0:
        return None
    return At(float(after[0] / before[-1]), resume_step, resume_step)


def _around(train_loss: Series, step: float) -> tuple[FloatArray, FloatArray] | None:
    """The losses just before and just after a step, at least five of each."""
    values, steps = train_loss.finite.values, train_loss.finite.steps
    before, after = values[steps < step], values[steps >= step]
    few = max(5, min(len(before), len(after)) // 20)
    return (before[-few:], after[:few]) if min(len(before), len(after)) >= 5 else None


def _said(run: RunLog, pattern: str) -> bool | At | None:
    """Whether a line of the console says so, after the last line that holds a metric."""
    lines = [event for event in run.events if event.kind == "log"]
    if not lines and not run.reader.startswith("console"):
        return None
    last = max((int(s.lines[-1]) for s in run.series if s.lines is not None and len(s.lines)), default=0)
    for event in lines:
        if (event.line or last + 1) > last and re.search(pattern, event.text, re.IGNORECASE | re.MULTILINE):
            return At(True, event.step, event.step) if event.step is not None else True
    return False
