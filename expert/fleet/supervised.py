"""A judge in a process of its own, replaced when it hangs, outgrows its memory or dies.

An executor's worker (a thread here, a process of a cluster) hands each task to the judge it keeps and waits for the
answer so long as is allowed. So the limits hold under every executor, and what one log does to a process harms no
other log.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from importlib.metadata import version
from typing import IO, Any

from expert.configuration import Configuration
from expert.engine import EngineError
from expert.fleet import judging
from expert.fleet.judging import Bench, JudgeError, Outcome, Pair, Task
from expert.knowledge import Outcomes
from expert.layers import in_force
from expert.problems import ProblemsError
from expert.records import with_outcomes
from expert.sources import defect
from expert.verify import Trial
from expert.words import of_tables

_HEAD = struct.Struct("<Q")
_LOOK_EVERY = 0.05
_KEPT_OF_RUNS = ("owners", "tags")
"""What of the table `nightly` is kept with each judged run."""


@dataclass(frozen=True)
class Limits:
    """What one place may take: seconds, and megabytes of memory, of which a judge at rest has about 150."""

    seconds: float = 300
    megabytes: float = 4_096


@dataclass(frozen=True)
class Rules:
    """Which rules the judges load on a day, and a digest that tells whether they are those of an earlier night.

    `redact` masks paths, hosts and people. `reading` is a digest of what decides how a log is read and what of it is
    kept. `ledger` says what came of the remedies before; it changes what pages show, not what is found.
    """

    configuration: Configuration
    today: date
    redact: bool
    digest: str
    reading: str
    ledger: Mapping[str, Outcomes] = field(default_factory=dict)


def rules(configuration: Configuration, today: date, redact: bool = False) -> Rules:
    """The rules that a configuration puts in force. Raises ProblemsError for mistakes in it or in the packs."""
    knowledge = in_force(configuration)
    reading = [version("training-expert"), repr(configuration.vocabulary), str(redact)]
    parts = [*reading, *(f"{pack.name} {pack.digest}" for pack in knowledge.packs)]
    parts += [f"{'.'.join(path)} {one.value}" for path, one in sorted(configuration.settled.items()) if _counts(path)]
    parts += [f"suppressed {one.where}" for one in knowledge.suppressions if one.expires >= today]
    return Rules(configuration, today, redact, _digest(parts), _digest(reading))


def _counts(path: tuple[str, ...]) -> bool:
    """Whether a setting decides what is kept of a run."""
    return path[0] != "nightly" or path[1] in _KEPT_OF_RUNS


def _digest(parts: Iterable[str]) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:16]


def judged(task: Task, rules: Rules, limits: Limits) -> Outcome:
    """The outcome for one place; one that passes a limit, or breaks its judge, has failed and says how."""
    try:
        outcome: Outcome = _asked(task, rules, limits)
    except JudgeError as error:
        return Outcome(task.path, failure=str(error))
    return outcome


def tried(pair: Pair, rules: Rules, limits: Limits) -> tuple[Trial, ...]:
    """What came of the remedies of the earlier of two runs; nothing where that cannot be told."""
    try:
        trials: tuple[Trial, ...] = _asked(pair, rules, limits)
    except JudgeError:
        return ()
    return trials


def _asked(question: Task | Pair, rules: Rules, limits: Limits) -> Any:
    judge = _judge(rules, limits)
    try:
        return judge.ask(question, limits)
    except TimeoutError:
        reason = f"it took more than {limits.seconds:g} s"
    except MemoryError:
        reason = f"it took more than {limits.megabytes:g} MB of memory"
    except (EOFError, OSError):
        reason = f"it broke the process that judged it ({judge.ending()})"
    judge.stop()
    raise JudgeError(reason)


_OWN = threading.local()


def _judge(rules: Rules, limits: Limits) -> _Judge:
    """The judge of this thread, started when it is first needed and again when its rules change or it has died."""
    known: _Judge | None = getattr(_OWN, "judge", None)
    if known is None or known.rules != (rules, limits) or known.process.poll() is not None:
        if known is not None:
            known.stop()
        known = _OWN.judge = _Judge(rules, limits)
    return known


class _Judge:
    """One process that answers tasks, over its standard input and output."""

    def __init__(self, rules: Rules, limits: Limits) -> None:
        self.rules = rules, limits
        command = [sys.executable, "-m", "expert.fleet.supervised"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdin is not None  # as pipes were asked for
        assert self.process.stdout is not None
        self.input, self.output = self.process.stdin, self.process.stdout
        weakref.finalize(self, _end, self.process)  # with its thread, or at the end of the program
        _send(self.input, (rules, limits))

    def ask(self, question: Task | Pair, limits: Limits) -> object:
        _send(self.input, question)
        until = time.monotonic() + limits.seconds
        (length,) = _HEAD.unpack(self._bytes(_HEAD.size, limits, until))
        answer = pickle.loads(self._bytes(length, limits, until))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _bytes(self, count: int, limits: Limits, until: float) -> bytes:
        """So many bytes of the answer.

        Raises TimeoutError or MemoryError when a limit is passed, EOFError when the process is gone.
        """
        found = bytearray()
        while len(found) < count:
            ready, _, _ = select.select([self.output], [], [], _LOOK_EVERY)
            if not ready and time.monotonic() > until:
                raise TimeoutError
            if not ready and _megabytes(self.process.pid) > limits.megabytes:
                raise MemoryError
            if not ready:
                continue
            chunk = os.read(self.output.fileno(), min(count - len(found), 1 << 20))
            if not chunk:
                raise EOFError
            found += chunk
        return bytes(found)

    def ending(self) -> str:
        """How the process ended, in words."""
        code = self.process.wait(10)
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def stop(self) -> None:
        _end(self.process)
        self.input.close()
        self.output.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _megabytes(process: int) -> float:
    """The memory that a process holds; 0 where the system does not tell."""
    try:
        with open(f"/proc/{process}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, IndexError):
        return 0.0


def _send(stream: IO[bytes], message: object) -> None:
    content = pickle.dumps(message)
    stream.write(_HEAD.pack(len(content)) + content)
    stream.flush()


def _received(stream: IO[bytes]) -> Any:
    head = stream.read(_HEAD.size)
    return pickle.loads(stream.read(_HEAD.unpack(head)[0])) if len(head) == _HEAD.size else None


def _main() -> None:
    """Answer tasks until the input ends. What libraries print goes to standard error, as the output is for answers."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    rules_, _limits = _received(sys.stdin.buffer)
    bench: Bench | None = None
    while (question := _received(sys.stdin.buffer)) is not None:
        try:
            if bench is None:
                knowledge = with_outcomes(in_force(rules_.configuration), rules_.ledger)
                bench = Bench(knowledge, of_tables(rules_.configuration.vocabulary), rules_.today, rules_.redact)
                gc.freeze()  # the rules stay as long as the judge
            match question:
                case Task():
                    answer: object = judging.judged(question, bench)
                case Pair():
                    answer = judging.tried(question, bench)
        except (ProblemsError, EngineError) as error:
            answer = error
        except MemoryError:
            answer = JudgeError("the machine has no memory left for it")
        except OSError as error:
            place = error.filename or getattr(question, "path", "")  # reading an open file names none
            answer = JudgeError(f"{place}: {error.strerror or error}")
        except Exception as error:
            answer = JudgeError(defect(error))
        try:
            _send(answers, answer)
        except BrokenPipeError:  # whoever asked was killed
            os._exit(1)  # without a word, and without trying to write the rest


if __name__ == "__main__":
    _main()
