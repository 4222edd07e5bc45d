"""Who does the work of a night: anything with the interface of `concurrent.futures.Executor`."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


_THROUGH_A_SCHEDULER = 4
"""What goes to a worker through a scheduler costs some milliseconds each time: on two cores two workers judged 700 runs
in 21.2 s one by one, in 18.7 s by fours (tests/bench/cluster.py)."""


class ExecutorError(ValueError):
    """An executor that cannot be had; the message says why."""


@dataclass(frozen=True)
class Crew:
    """An executor, how many tasks it works on at a time, and how many are handed over at once."""

    executor: Executor
    size: int
    at_once: int = 1


@contextmanager
def crew(asked: str) -> Iterator[Crew]:
    """The executor that is asked for: `processes`, `processes:N`, `dask:ADDRESS` or `module:factory`.

    Each worker keeps a process of its own that judges (`supervised.py`), so threads suffice on this machine. Raises
    ExecutorError for one that cannot be had.
    """
    kind, _, argument = asked.partition(":")
    if kind == "processes":
        if argument and not argument.isdecimal():
            raise ExecutorError(f"--executor {asked}: a number of processes is expected, as in processes:4")
        size = int(argument or 0) or os.cpu_count() or 1
        with ThreadPoolExecutor(size) as threads:
            yield Crew(threads, size)
    elif kind == "dask":
        with _dask(argument) as found:
            yield found
    else:
        executor = _made(kind, argument)
        with executor:
            yield Crew(executor, getattr(executor, "_max_workers", None) or os.cpu_count() or 1)


@contextmanager
def _dask(address: str) -> Iterator[Crew]:
    """The workers of a Dask cluster that runs already; a scheduler's address or file."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ExecutorError("--executor dask: pip install 'training-expert[dask]' brings it") from error
    where: dict[str, Any] = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
    try:
        client: Any = Client(**where, timeout=10)
    except (OSError, ValueError) as error:
        raise ExecutorError(f"--executor dask:{address}: no scheduler answers there ({error})") from error
    with client, client.get_executor(pure=False) as executor:
        yield Crew(executor, max(1, sum(client.nthreads().values())), _THROUGH_A_SCHEDULER)


def _made(module: str, factory: str) -> Executor:
    try:
        executor = getattr(importlib.import_module(module), factory)()
    except (ImportError, AttributeError, ValueError) as error:
        raise ExecutorError(
            f"--executor {module}:{factory}: {error}; it is processes, processes:N, dask:ADDRESS or module:factory"
        ) from error
    if not isinstance(executor, Executor):
        raise ExecutorError(f"--executor {module}:{factory}: it gave no concurrent.futures.Executor")
    return executor


def as_done(found: Crew, work: Callable[..., _R], tasks: Iterable[_T], *others: object) -> Iterator[tuple[_T, _R]]:
    """Each task with what came of it, as they are done; only a few for each worker are under way at a time."""
    waiting: dict[Future[list[_R]], tuple[_T, ...]] = {}
    source = iter(tasks)
    parts = iter(lambda: tuple(islice(source, found.at_once)), ())
    while True:
        for part in parts:
            waiting[found.executor.submit(_each, work, part, *others)] = part
            if len(waiting) >= 4 * found.size:
                break
        if not waiting:
            return
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            yield from zip(waiting.pop(future), future.result(), strict=True)


def _each(work: Callable[..., _R], tasks: Iterable[_T], *others: object) -> list[_R]:
    return [work(task, *others) for task in tasks]
