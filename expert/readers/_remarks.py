"""Lines of console text that measure nothing: what they tell of, the titles and the settings in them."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterable

from expert import vocabulary
from expert.readers._shapes import Line
from expert.readers._text import number

STAMP = re.compile(
    r"^\W*(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{2,4}|\w{3} \d\d? )[ T]?\d\d?:\d\d(?::\d\d)?(?:[.,]\d+)?"
    r"(?:Z|[+-]\d\d:?\d\d)?\W*|^\W*\d\d?:\d\d:\d\d(?:[.,]\d+)?\W*"
)
_PAIR = re.compile(r"[^\w]*(?:.* - )?([A-Za-z][\w .-]{0,40}?)\s*[:=]\s*(\S.{0,80}?)\s*")
_EVENTS = {
    "traceback": r"^\s*Traceback \(most recent call last\)",
    "out of memory": r"out of memory|OutOfMemory|OOM[ -]?kill|oom-kill|\bCUDA_ERROR_OUT_OF_MEMORY"
    r"|can(?:no|')t allocate memory|\bMemoryError\b|bad_alloc",
    "error": r"^\s*[\w.]*(?:Error|Exception)\b\s*:"
    r"|\b(?:RuntimeError|CUDA error|FATAL|Segmentation fault|core dumped|Bus error)",
    "killed": r"^\s*Killed\b|\bSIGKILL\b|\bSIGTERM\b|CANCELLED AT|DUE TO (?:TIME LIMIT|PREEMPTION)|KeyboardInterrupt",
    "not a number": r"\b(?:nan|inf|non-?finite)\b.{0,60}\b(?:loss|grad|detected|found|encountered|skip)"
    r"|\b(?:loss|grad\w*|invalid)\b.{0,40}\b(?:is|are|became|was|==?|got|contains?)\s+(?:nan|inf|infinite|not finite)\b"
    r"|gradient overflow|skipping step, loss scaler",
    "nccl": r"\bNCCL\b.*(?:error|timeout|WARN|abort)|Watchdog caught collective",
    "worker": r"DataLoader worker|worker process.*(?:died|exited|killed)",
    "resumed": r"\bresum(?:ing|ed)\b|\bload(?:ing|ed) checkpoint|restor(?:ing|ed) (?:from|checkpoint)|=> loaded",
    "stopped early": r"early[ _-]?stop(?:ping|ped)?\b",
}
_NAMED = (f"(?P<{name.replace(' ', '_')}>{form})" for name, form in _EVENTS.items())
_EVENT = re.compile("|".join(_NAMED), re.IGNORECASE)
_HINTS = frozenset(
    {
        "error",
        "exception",
        "traceback",
        "memory",
        "alloc",
        "kill",
        "nan",
        "inf",
        "nccl",
        "worker",
        "resum",
        "load",
        "restor",
        "stop",
        "cancel",
        "sig",
        "due",
        "overflow",
        "fatal",
        "fault",
        "dumped",
        "watchdog",
        "oom",
        "interrupt",
    }
)
"""Of every form of an event a part, in small letters; cheap to look for."""
_TITLE = re.compile(
    r"\b(?:model|run|fold|experiment|exp|trial|seed|architecture|arch|network|split|config)\b\s*(?:[:=#]\s*[\w./-]+|\d+)"
    r"|^(?:training|running|start\w*|train)\s+(?:model |run |fold |network )?[\w.-]+$"
    r"|^[A-Za-z][\w.-]*\d[\w.-]*$|^[a-z]+[_-]?net\w*$",
    re.IGNORECASE,
)
_TITLE_WORDS = frozenset(
    ["model", "run", "fold", "exp", "trial", "seed", "arch", "network", "split", "config", "train", "start"]
)
_NO_TITLE = re.compile(r"\b(?:sav|load|download|writ|wrote|complet|finish|done|cuda|device|gpu)", re.IGNORECASE)


def remark(text: str) -> Line:
    """What a line without values tells of; silent if it is no event, no title and gives no setting."""
    told = event(text)
    return _SILENT if not told and not header(text) and not arguments(text, False) else Line(event=told)


_SILENT = Line(silent=True)


def event(text: str) -> str:
    """What a line worth keeping tells of, or nothing."""
    if not _names_any(_HINTS, text):
        return ""
    found = _EVENT.search(text)
    return (found.lastgroup or "").replace("_", " ") if found else ""


def header(text: str) -> str:
    """The line as the title of a run, if it can be one: it names a model, a fold, a seed, or is one word."""
    bare = STAMP.sub("", text).strip(" \t=-*#_>[]")
    if " " in bare and not _names_any(_TITLE_WORDS, bare):
        return ""
    titled = 0 < len(bare) < 120 and _TITLE.search(bare) and not _NO_TITLE.search(bare)
    return bare[:60] if titled else ""


def _names_any(words: Iterable[str], text: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in words)


def arguments(text: str, started: bool) -> dict[str, object]:
    """The settings that a line gives: `Namespace(…)`, a command's options, or, before the first epoch, `lr: 0.1`."""
    if "Namespace(" in text and (found := re.search(r"Namespace\((.*)\)", text)):
        return _namespace(found[0])
    if " --" in text and re.search(r"\b(?:python\d?|torchrun|accelerate|deepspeed|srun)\b", text):
        return _options(text)
    if started or len(text) > 300:
        return {}
    bare = STAMP.sub("", text)
    if ":" not in bare and "=" not in bare:
        return {}
    pair = _PAIR.fullmatch(bare)
    if pair is None or vocabulary.setting(pair[1]) not in vocabulary.SETTINGS:
        return {}
    value = number(pair[2])
    return {pair[1]: pair[2] if value is None else value}


def _namespace(text: str) -> dict[str, object]:
    try:
        call = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pairs = re.findall(r"(\w+)=('[^']*'|\"[^\"]*\"|[^,()\[\]]+)", text)
        return {name: value.strip("'\"") for name, value in pairs}
    return _keywords(call)


def _keywords(call: ast.expr) -> dict[str, object]:
    found: dict[str, object] = {}
    for keyword in call.keywords if isinstance(call, ast.Call) else ():
        if keyword.arg is None:
            continue
        if isinstance(keyword.value, ast.Call):
            inner = _keywords(keyword.value)
            found[keyword.arg] = inner or ast.unparse(keyword.value)
            continue
        try:
            found[keyword.arg] = ast.literal_eval(keyword.value)
        except ValueError:
            found[keyword.arg] = ast.unparse(keyword.value)
    return found


def _options(text: str) -> dict[str, object]:
    try:
        words = shlex.split(text, posix=False)
    except ValueError:
        words = text.split()
    found: dict[str, object] = {}
    for place, word in enumerate(words):
        if not word.startswith("--") or len(word) < 3:
            continue
        name, sign, value = word[2:].partition("=")
        following = words[place + 1] if place + 1 < len(words) else "--"
        given = value if sign else following if not following.startswith("--") else ""
        if given:
            parsed = number(given)
            found[name.replace("-", "_")] = given.strip("\"'") if parsed is None else parsed
        else:
            found[name.replace("-", "_")] = True
    return found
