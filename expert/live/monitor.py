"""The Monitor: it looks inside a model while it trains, and changes nothing of the training."""

from __future__ import annotations

import atexit
import contextlib
import functools
import math
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

from expert import vocabulary
from expert.live import described, parameters
from expert.live.hook import Hook
from expert.live.layers import Layer, first_tensor, is_compiled, layers, unwrapped, with_mode
from expert.live.log import FORMAT, Log
from expert.live.sample import Key, Sample, fetch
from expert.live.targets import Targets
from expert.live.watch import Watch
from expert.live.watch import described as statistics

if TYPE_CHECKING:
    from expert.plan import Plan

Value = float | int | Tensor
_WINDOW = 10
"""The loss is written as its mean over so many steps: that of one batch says more of the batch than of the model."""
_Method = TypeVar("_Method", bound=Callable[..., Any])
_COMPILED = (
    "the model is compiled: gradients, weights and updates are measured; activations, inputs and modes are not, "
    "as looking at them would change what is compiled"
)


def _harmless(method: _Method) -> _Method:
    """A defect of the monitor becomes a note in the log and ends the monitoring; the training goes on."""

    @functools.wraps(method)
    def guarded(self: Monitor, *args: Any, **kwargs: Any) -> Any:
        if not self._active:
            return None
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            self._give_up(error)
            return None

    return guarded  # type: ignore[return-value]  # it takes and gives what the method does


class Monitor:
    """Watches a model while it trains: `with Monitor(model, optimizer) as m: … m.step(loss)` after each update.

    It writes a log that `expert diagnose` reads: the loss, in means over ten steps, and every `every` steps (and at
    steps 1, 2, 4, 8 … before) gradients, weights, updates and activations of each layer. `optimizer` may be several;
    without one, gradients are seen only if they still stand when `step` is called. `settings` are what the model cannot
    tell (task, epochs, train_size, human_error …); `scaler` is the GradScaler of mixed precision. `resume_at` is the
    last step that was done before, when a run goes on: the log is continued then. Only rank 0 of several writes.
    Raises ValueError if `every` is below 1.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer | Sequence[Optimizer] | None = None,
        log: str | Path = "run.jsonl",
        every: int = 50,
        settings: Mapping[str, object] | None = None,
        scaler: torch.amp.GradScaler | None = None,
        resume_at: int = 0,
    ) -> None:
        if every < 1:
            raise ValueError(f"every is {every}; it counts the steps from one sample to the next, so it is at least 1")
        self.model, self.path, self.every = model, Path(log), every
        self.optimizers = _several(optimizer)
        self.steps = resume_at
        self._settings, self._scaler = dict(settings or {}), scaler
        self._active = False
        self._log: Log | None = None
        self._resumed = resume_at > 0
        self._layers: tuple[Layer, ...] = ()
        self._handles: list[RemovableHandle] = []
        self._sample: Sample | None = None
        self._watch: Watch | None = None
        self._parameters = parameters.Parameters(())
        self._silent: dict[str, tuple[Tensor, int]] = {}
        self._window: dict[str, list[Value]] = {}
        self._pending: list[tuple[dict[str, object], dict[str, Tensor]]] = []
        self._scored: dict[str, Tensor] = {}
        self._begun = self._waited = self._busy = 0.0
        self._timed = self._waits = 0
        self._entered = self._in_pass = False
        self._last_scored = -(10**9)
        self._updated = self._update_before = False
        self._described = self._blind = False
        self._modes: tuple[nn.Module, ...] = ()
        self._notes: set[str] = set()
        self._targets = Targets()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(error)

    def start(self) -> None:
        """Begin; what `with` does on entering."""
        if _rank() != 0 or self._active:
            return
        self._active = True
        self._start()

    @_harmless
    def step(self, loss: Value | None = None, /, *, targets: Tensor | None = None, **metrics: Value) -> None:
        """One step of the training is done: its loss (before or after `backward`), and other metrics of it.

        `targets` are what the outputs were compared with: class numbers, or quantities.
        """
        now = time.perf_counter()
        self.steps += 1
        sampled = self._sample is not None
        if not sampled:
            self._busy += now - self._begun
            self._timed += 1
        if loss is not None:
            self._window.setdefault("train_loss", []).append(_kept(loss))
        for name, value in metrics.items():
            self._window.setdefault(_of_training(name), []).append(_kept(value))
        if sampled or self.steps % min(_WINDOW, self.every) == 0:
            self._end_window()
        if sampled:
            self._end_sample(loss if isinstance(loss, Tensor) else None, targets)
        self._update_before, self._updated = self._updated, False
        if self._is_sampled(self.steps + 1):
            self._begin_sample()
        self._entered = self._in_pass = False
        self._begun = time.perf_counter()

    @_harmless
    def log(self, **metrics: Value) -> None:
        """Metrics that belong to no single step, such as `val_loss` and `val_acc` after an epoch."""
        self._end_window()
        self._pending.append(_record(self.steps, {name: [_kept(value)] for name, value in metrics.items()}))
        self._write_pending()

    def stop(self, error: BaseException | None = None) -> None:
        """End: every hook is gone, the log is whole; `error` is what ended the training, if anything did."""
        if self._active:
            self._stop(error)
        self._active = False
        self._detach()
        if self._log is not None:
            with contextlib.suppress(OSError):  # a full disk
                self._log.close()
            self._log = None

    def plan(self) -> Plan:
        """The plan for the run so far."""
        from expert.diagnose import diagnose

        self._flush()
        return diagnose(self.path)

    def report(self, path: str | Path = "report.html") -> Path:
        """Write the page about the run so far, and give its place."""
        from expert.renderers import render

        Path(path).write_text(render(self.plan(), "html"), encoding="utf-8")
        return Path(path)

    def _repr_html_(self) -> str:
        return self.plan()._repr_html_()

    @_harmless
    def _start(self) -> None:
        resumed = self._resumed or any(optimizer.state for optimizer in self.optimizers)
        if resumed and not self.steps:
            self.steps = _steps_of(self.optimizers)
        self._log = Log(self.path, resumed)
        self._layers = layers(self.model)
        self._modes = with_mode(unwrapped(self.model))
        known = described.of_program(self.model, self.optimizers)
        self._log.write({"monitor": FORMAT, "settings": {**known, **self._settings}})
        atexit.register(self.stop)
        for optimizer in self.optimizers:
            self._handles.append(optimizer.register_step_pre_hook(self._before_update))
            self._handles.append(optimizer.register_step_post_hook(self._after_update))
        self._blind = is_compiled(self.model)
        if self._blind:
            self._note(_COMPILED)
        else:
            self._handles.append(self.model.register_forward_pre_hook(Hook(self._enter), with_kwargs=True))
        if self._is_sampled(self.steps + 1):
            self._begin_sample()
        self._log.flush()
        self._begun = time.perf_counter()

    @_harmless
    def _stop(self, error: BaseException | None) -> None:
        atexit.unregister(self.stop)
        self._flush()
        if error is not None and self._log is not None:
            self._log.write({"event": f"{type(error).__name__}: {error}", "step": self.steps})

    @_harmless
    def _flush(self) -> None:
        self._end_window()
        self._write_pending()
        seen = self._targets.settings()
        if seen and self._log is not None:
            self._log.write({"settings": {**seen, **self._settings}})
            self._log.flush()

    def _end_window(self) -> None:
        """The steps since the last record become one."""
        if self._window:
            self._pending.append(_record(self.steps, self._window))
            rate = self._rate()
            if rate is not None:
                self._pending[-1][0].setdefault("lr", rate)
            self._window = {}

    def _is_sampled(self, step: int) -> bool:
        """Every `every` steps, and before at the powers of two."""
        return step % self.every == 0 or (step < self.every and step & (step - 1) == 0)

    def _rate(self) -> float | None:
        if not self.optimizers:
            return None
        rate = self.optimizers[0].param_groups[self._group]["lr"]
        return rate if isinstance(rate, float) else float(rate)

    @functools.cached_property
    def _group(self) -> int:
        return described.main_group(self.optimizers[0])

    def arrived(self, batch: object) -> None:
        """The batch is there, of training or, where gradients are off, of validation.

        The Monitor sees that by itself where the model is called as a whole; a loop that calls its parts may tell.
        """
        if not torch.is_grad_enabled():
            if not self._in_pass:
                self._in_pass = True
                self._score(batch)
        elif not self._entered:
            self._entered = True
            if self._sample is None:
                self._waited += time.perf_counter() - self._begun
                self._waits += 1

    def _enter(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.arrived((args, kwargs))

    @_harmless
    @torch.no_grad()
    def _score(self, batch: object) -> None:
        """A pass without gradients begins, as validation does."""
        if self.steps - self._last_scored < min(self.every, self.steps):
            return
        self._last_scored = self.steps
        if self._modes:
            on = sum(m.training for m in self._modes) / len(self._modes)
            self._scored["in_training_mode_without_grad"] = torch.tensor(on)
        given = first_tensor(batch)
        if given is not None and given.is_floating_point():
            found = statistics(given)
            self._scored |= {f"val_input_{name}": found[name] for name in ("mean", "std")}

    @_harmless
    def _before_update(self, optimizer: Optimizer, args: object, kwargs: object) -> None:
        if self._sample is not None:
            own = [p for group in optimizer.param_groups for p in group["params"]]
            self._parameters.gradients(self._sample, own)

    def _after_update(self, optimizer: Optimizer, args: object, kwargs: object) -> None:
        self._updated = True

    def _begin_sample(self) -> None:
        sample = self._sample = Sample()
        self._parameters = parameters.Parameters(self._layers)
        self._parameters.begin(sample)
        if not self._described:
            self._parameters.scales(sample)
        if not self._blind:
            self._watch = Watch(
                self.model, self._layers, sample, self._silent, self._stop_watching, self._backward_begins
            )

    def _backward_begins(self) -> None:
        """The first backward pass of a sampled step: gradients of the step before should be gone."""
        if self._sample is None or ("", "left_over") in self._sample.tensors or not self._update_before:
            return
        left = parameters.left_over(p for o in self.optimizers for group in o.param_groups for p in group["params"])
        self._sample.put("", "left_over", torch.zeros(()) if left is None else left)

    def _end_sample(self, loss: Tensor | None, targets: Tensor | None) -> None:
        sample, watch = self._sample, self._watch
        assert sample is not None
        if targets is not None:
            self._targets.see(sample, targets, watch.output if watch is not None else None)
        self._parameters.gradients(sample)
        self._parameters.end(sample)
        if self._modes and (self._entered or (watch is not None and watch.passed)):
            sample.put("", "in_training_mode", sum(m.training for m in self._modes) / len(self._modes))
        if self._scaler is not None:
            sample.put("", "loss_scale", self._scaler.get_scale())
        if torch.cuda.is_available():
            sample.put("", "gpu_memory", torch.cuda.max_memory_allocated() / 2**20)
        values = self._write_pending(sample)
        if watch is not None:
            watch.detach()
            if not self._described and watch.passed and self._log is not None:
                self._described = True
                found = described.of_first_pass(watch, loss, {n: v for (a, n), v in values.items() if not a})
                self._log.write({"settings": {**found, **self._settings}})
                self._log.flush()
        self._sample = self._watch = None

    def _write_pending(self, sample: Sample | None = None) -> dict[Key, float]:
        """Write the records that wait for numbers on the device, with those of a sample, all fetched at once."""
        if self._log is None:
            return {}
        waiting = [(record, name, value) for record, found in self._pending for name, value in found.items()]
        scored, self._scored = self._scored, {}
        tensors = [value for _, _, value in waiting] + list(scored.values())
        keys = list(sample.tensors) if sample is not None else []
        numbers = iter(fetch([*tensors, *(sample.tensors.values() if sample is not None else ())]))
        for record, name, _ in waiting:
            record[name] = next(numbers)
        if scored:
            self._pending.append(({"step": self.steps, **{name: next(numbers) for name in scored}}, {}))
        values = dict(zip(keys, numbers, strict=True)) | (sample.numbers if sample is not None else {})
        if sample is not None:
            self._pending.append(({"step": self.steps, **self._summary(values)}, {}))
        for record, _ in self._pending:
            self._log.write(record)
        self._log.flush()
        self._pending = []
        return values

    def _summary(self, values: Mapping[Key, float]) -> dict[str, object]:
        """The record of a sample: what is known of the run, and of each layer."""
        optimized = {id(p) for o in self.optimizers for group in o.param_groups for p in group["params"]}
        by_layer, whole = parameters.of_layers(self._layers, values, optimized)
        activity: dict[str, float] = {}
        for share, part, of in (("dead_relu_frac", "dead", "units"), ("saturated_frac", "saturated", "numbers")):
            counted = {a: (v, values[a, of]) for (a, name), v in values.items() if name == part}
            for about, (count, size) in counted.items():
                by_layer.setdefault(about, {})[share] = count / size
            if counted:
                activity[share] = sum(c for c, _ in counted.values()) / sum(n for _, n in counted.values())
        for (about, name), value in values.items():
            if name in ("out_mean", "out_std", "attention_entropy", "weight_scale") and about:
                by_layer.setdefault(about, {})[name] = value
        own = {n: v for (a, n), v in values.items() if not a and n not in ("batch", "left_over")}
        if ("", "left_over") in values and whole.get("grad_norm", 0) > 0:
            own["left_over_grad"] = values["", "left_over"] / whole["grad_norm"]
        if self._timed:
            own |= {"step_time": self._busy / self._timed}
        if self._waits:
            own |= {"data_time": self._waited / self._waits}
        self._busy = self._waited = 0.0
        self._timed = self._waits = 0
        return {**own, **whole, **activity, "layers": {name: found for name, found in by_layer.items() if found}}

    def _note(self, text: str) -> None:
        if text not in self._notes and self._log is not None:
            self._notes.add(text)
            self._log.write({"note": text})

    def _stop_watching(self, error: Exception) -> None:
        """A forward pass that we cannot look at: all but its activations is still measured."""
        self._blind = True
        self._note(f"activations are not looked at from step {self.steps + 1} on: {_told(error)}")

    def _give_up(self, error: Exception) -> None:
        self._active = False
        self._detach()
        with contextlib.suppress(Exception):  # the log itself may be what fails: a full disk
            warnings.warn(f"expert.Monitor stopped, the training goes on: {_told(error)}", RuntimeWarning, stacklevel=4)
            self._note(f"the monitor stopped at step {self.steps}, the training went on: {_told(error)}")
            self._end_window()
            self._write_pending()

    def _detach(self) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles = []
        if self._watch is not None:
            self._watch.detach()
        self._sample = self._watch = None


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:400]


def _several(optimizer: Optimizer | Sequence[Optimizer] | None) -> tuple[Optimizer, ...]:
    if optimizer is None:
        return ()
    return (optimizer,) if isinstance(optimizer, Optimizer) else tuple(optimizer)


def _kept(value: Value) -> Value:
    """A number, or a scalar without the graph that it hangs on."""
    if not isinstance(value, Tensor):
        return float(value)
    return value.detach() if value.numel() == 1 else value.detach().float().mean()


def _record(step: int, window: Mapping[str, Sequence[Value]]) -> tuple[dict[str, object], dict[str, Tensor]]:
    """The means of some steps: those that are numbers, and those that wait on a device."""
    record: dict[str, object] = {"step": step}
    waiting: dict[str, Tensor] = {}
    for name, values in window.items():
        tensors = [value.reshape(()).float() for value in values if isinstance(value, Tensor)]
        if tensors:
            waiting[name] = torch.stack(tensors).mean() if len(tensors) > 1 else tensors[0]
        else:
            record[name] = math.fsum(float(value) for value in values) / len(values)
    return record, waiting


@functools.lru_cache(maxsize=1000)
def _of_training(name: str) -> str:
    """A metric that names no split is one of the training step."""
    _, role, split, _ = vocabulary.describe(name)
    return f"train_{name}" if role in ("loss", "error", "metric") and not split else name


def _rank() -> int:
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank()
    rank = os.environ.get("RANK", "0")
    return int(rank) if rank.isdigit() else 0


def _steps_of(optimizers: Sequence[Optimizer]) -> int:
    """How many steps an optimizer with a state says that it has made; 0 if it does not say."""
    counts = _counts(optimizers)
    return int(max((c for c in counts if math.isfinite(c)), default=0))


def _counts(optimizers: Sequence[Optimizer]) -> Iterator[float]:
    for optimizer in optimizers:
        for state in optimizer.state.values():
            if isinstance(state, dict) and "step" in state:
                yield float(state["step"])
