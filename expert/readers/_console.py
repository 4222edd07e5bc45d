"""One line of console text → the clock and the values that it names."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from expert import vocabulary
from expert.readers._text import number

_LONGEST = 4000
_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[()][A-Z0-9])")
_STAMP = re.compile(
    r"^\W*(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{2,4}|\w{3} \d\d? )[ T]?\d\d?:\d\d(?::\d\d)?(?:[.,]\d+)?"
    r"(?:Z|[+-]\d\d:?\d\d)?\W*|^\W*\d\d?:\d\d:\d\d(?:[.,]\d+)?\W*"
)
_LEVEL = re.compile(
    r"^[\s\[(|-]*(?:INFO|DEBUG|WARNING|WARN|NOTICE)\b[\s\])|:-]*(?:[\w.]+:[\w.<>]+:\d+\s+-\s+)?", re.IGNORECASE
)
_NUMBER = r"[-+]?(?:1\.#\w+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|(?:nan|inf(?:inity)?)\b(?:\(\w*\))?)"
_VALUE = re.compile(
    rf"(?<![\w.@])(?<!\d[-/:])(?:tensor\(|array\(|np\.float\d+\()?({_NUMBER})(?![\w.]*[/:]\w)\s?(%|[a-zA-Z]+/?\w*)?",
    re.IGNORECASE,
)
_EPOCH = re.compile(
    r"\bepochs?\b[\s:=#'\"\[(]*(\d+)\s*(?:/|of)\s*(\d+)|\bepoch\b[\s:=#'\"\[(]*(\d+(?:\.\d+)?(?:e[-+]?\d+)?)(?![\d.]*%)"
    r"|\bep[\s:=#.\[(_-]*(\d+)(?:\s*/\s*(\d+))?\b",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"\b(?:global[_ ]?|train(?:ing)?[_ ])?(?:steps?|iter(?:ation)?s?|it|batch|updates?|round)\b[\s:=#'\"\[(]*(\d+)"
    r"(?:\s*(?:/|of)\s*(\d+))?(?![\d.]*\s*(?:%|[a-z]*/))",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?<![\w@.])\d[\d./]*(?!\w)")
"""A number that stands alone; labels that differ in nothing else are one."""
_BAR_EPOCH = re.compile(r"\W*epoch\W*(\d+)", re.IGNORECASE)
_BEGINS = re.compile(r"^\W*(?:(?:start\w*|begin\w*|train\w*|running|global)\W+)*(?:epoch|ep|step|iter)", re.IGNORECASE)
_TORCH = re.compile(r"^\W*(?:train\w*\s)?epoch\W*\d+\W*?\[\s*(\d+)\s*/\s*(\d+)\b", re.IGNORECASE)
_PAIR = re.compile(r"^\W*\[\s*(\d+)\s*,\s*(\d+)\s*\]")
_FRACTION = re.compile(r"(\w[\w ]*?)\s*[:=]\s*(\d+)/(\d+)\b(?:\s*\(\d[\d.]*\s*%\))?")
_BAR = re.compile(r"^\s*(\d+)\s*/\s*(\d+|unknown)\s*[\[━─▕|\u2588 ].*?(?:[\]━─]|\bstep\b|ETA|\ds\b)", re.IGNORECASE)
_SUMMARY = re.compile(r"train_runtime|^\W*(?:best|finished|total)\b", re.IGNORECASE)
_SPLIT_HEAD = re.compile(
    r"^\W*(?:\w+ )?(train|training|val|valid|validation|eval|evaluation|test|testing|dev)"
    r"(?:\s+(?:set|results?|metrics))?\s*[:|\])>-]",
    re.IGNORECASE,
)
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
_HINT = re.compile(
    r"error|exception|traceback|memory|alloc|kill|nan|inf|nccl|worker|resum|load|restor|stop|cancel|due to|signal|sig"
    r"|overflow|fatal|fault|dumped|finite|interrupt|watchdog|oom",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:model|run|fold|experiment|exp|trial|seed|architecture|arch|network|split|config)\b\s*(?:[:=#]\s*[\w./-]+|\d+)"
    r"|^(?:training|running|start\w*|train)\s+(?:model |run |fold |network )?[\w.-]+$"
    r"|^[A-Za-z][\w.-]*\d[\w.-]*$|^[a-z]+[_-]?net\w*$",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(r"\b(?:sav|load|download|writ|wrote|complet|finish|done|cuda|device|gpu)", re.IGNORECASE)


@dataclass
class Line:
    """What one line says. `metric` tells whether a value of it is a metric that is known; `bar` a progress bar."""

    epoch: float | None = None
    epochs: float | None = None
    step: float | None = None
    steps: float | None = None
    values: dict[str, float] = field(default_factory=dict)
    percent: set[str] = field(default_factory=set)
    metric: bool = False
    bar: bool = False
    partial: bool = False


def lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that a person would have seen last on the terminal, with their numbers, without colors."""
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")
    for number_, raw in enumerate(text.split("\n"), 1):
        if "\x1b" in raw:
            raw = _ANSI.sub("", raw)
        if "\r" in raw or "\b" in raw:
            for shown in _last_shown(re.split(r"\r|\x08+", raw)):
                yield number_, shown[:_LONGEST]
        elif raw and not raw.isspace():
            yield number_, raw[:_LONGEST]


def _last_shown(states: list[str]) -> Iterator[str]:
    """Of the states of a bar that was drawn over and over, the last of each epoch."""
    seen = [state for state in states if state.strip()]
    epochs = [found[1] if (found := _BAR_EPOCH.match(state)) else "" for state in seen]
    for place, state in enumerate(seen):
        if place == len(seen) - 1 or (epochs[place] and epochs[place + 1] and epochs[place] != epochs[place + 1]):
            yield state


def parse(text: str) -> Line:
    """The clock and the values of a line."""
    line = Line()
    if not any(map(str.isdigit, text)) and not re.search(r"nan|inf", text, re.IGNORECASE):
        return line
    bare = _STAMP.sub("", _LEVEL.sub("", _STAMP.sub("", text)))
    bare = _LEVEL.sub("", bare)
    if _SUMMARY.search(bare):
        return line
    _clock(bare, line)
    _values(bare, line)
    if not line.metric and not line.bar and not _BEGINS.match(bare):
        return Line()
    return line


def event(text: str) -> str:
    """What a line worth keeping tells of, or nothing."""
    if not _HINT.search(text):
        return ""
    found = _EVENT.search(text)
    return (found.lastgroup or "").replace("_", " ") if found else ""


def header(text: str) -> str:
    """The line as the title of a run, if it can be one: it names a model, a fold, a seed, or is one word."""
    bare = _STAMP.sub("", text).strip(" \t=-*#_>[]")
    titled = 0 < len(bare) < 120 and _TITLE.search(bare) and not _NO_TITLE.search(bare)
    return bare[:60] if titled else ""


def arguments(text: str, started: bool) -> dict[str, object]:
    """The settings that a line gives: `Namespace(…)`, a command's options, or, before the first epoch, `lr: 0.1`."""
    found = re.search(r"Namespace\((.*)\)", text)
    if found:
        return _namespace(found[0])
    if " --" in text and re.search(r"\b(?:python\d?|torchrun|accelerate|deepspeed|srun)\b", text):
        return _options(text)
    if started or len(text) > 300:
        return {}
    pair = re.fullmatch(r"[^\w]*(?:.* - )?([A-Za-z][\w .-]{0,40}?)\s*[:=]\s*(\S.{0,80}?)\s*", _STAMP.sub("", text))
    if pair is None or vocabulary.setting(pair[1]) not in vocabulary.SETTINGS:
        return {}
    value = number(pair[2])
    return {pair[1]: pair[2] if value is None else value}


def _clock(text: str, line: Line) -> None:
    lowered = text.lower()
    if "ep" in lowered:
        found = _EPOCH.search(text)
        if found:
            line.epoch = float(found[1] or found[3] or found[4])
            total = found[2] or found[5]
            line.epochs = float(total) if total else None
            torch = _TORCH.match(text)
            if torch:
                line.step, line.steps = float(torch[1]), float(torch[2])
    pair = _PAIR.match(text)
    if pair:
        line.epoch, line.step = float(pair[1]), float(pair[2])
    if line.step is None and any(word in lowered for word in ("step", "it", "batch", "update", "round")):
        found = _STEP.search(text)
        if found:
            line.step, line.steps = float(found[1]), float(found[2]) if found[2] else None
    bar = _BAR.match(text)
    if bar:
        line.bar = True
        line.partial = bar[2].isdigit() and bar[1] != bar[2]
        line.step = line.steps = None


def _values(text: str, line: Line) -> None:
    """The names before numbers with their values, split words carried on within the line."""
    start = _SPLIT_HEAD.match(text)
    carried = vocabulary.split(start[1]) if start else ""
    text = _FRACTION.sub(_share, text)
    before = 0
    for found in _VALUE.finditer(text):
        label = text[before : found.start()]
        before = found.end() if found[2] == "%" else found.end(1)
        name, sure, sets = _label(_ALONE.sub("0", label) if len(label) > 12 else label)
        carried = sets or carried
        if not name:
            continue
        value = number(found[1])
        known = _known(name)
        if value is None or (not sure and not known) or name in line.values:
            continue
        if known in ("loss", "error", "metric"):
            line.metric = True
            if found[2] == "%":
                line.percent.add(name)
                value /= 100
        if carried and not vocabulary.split(name) and known in ("loss", "error", "metric"):
            name = f"{carried} {name}"
            if name in line.values:
                continue
        line.values[name] = value


def _share(found: re.Match[str]) -> str:
    """`Accuracy: 97/100 (97%)` as `Accuracy: 0.97`; other fractions, such as batches done, as they stand."""
    if _known(found[1]) != "metric" or not 0 <= int(found[2]) <= int(found[3]) > 0:
        return found[0]
    return f"{found[1]}: {int(found[2]) / int(found[3])!r}"


@lru_cache(maxsize=20_000)
def _label(text: str) -> tuple[str, bool, str]:
    """The name that ends before a number; whether a sign says so; the split that it sets for the names that follow."""
    label = text.rstrip(" \t\"'([")
    if label.endswith("=="):
        return "", False, ""  # a comparison, as in a failed assertion
    sure = label.endswith((":", "="))
    bare = label.rstrip(" \t\"':=").rstrip()
    last = re.split(r"[,;|\t(){}\[\]<>]|\s-+\s|\s{3,}|: |=(?=\s)", bare)[-1]
    words = [word for word in re.findall(r"[A-Za-z_][\w@./-]*\d*|\d+[a-z]+\w*", last.strip(" \"'*-:.")) if word]
    outer = [word for part in re.split(r"[,;|\t(){}\[\]<>:]|\s-+\s", bare)[:-1] for word in part.split()]
    sets = next((vocabulary.split(word) for word in reversed(outer) if word.isalpha() and vocabulary.split(word)), "")
    if not words:
        return "", False, sets
    words = words[-4:]
    while len(words) > 1 and vocabulary.clock(words[0]) and words[0].lower() != "it":
        words = words[1:]
    name = " ".join(words).strip("_.-/ ")
    if not _known(name):
        shorter = (" ".join(words[i:]) for i in range(1, len(words)) if _known(" ".join(words[i:])))
        name = next(shorter, name if len(words) <= 3 else "") if sure else ""
    if not name or not _PROSE.isdisjoint(name.lower().split()) or vocabulary.clock(name.split()[-1]):
        return "", False, sets
    if vocabulary.plain(name) in _NOT_METRICS or (not _known(name) and text.endswith(":")):
        return "", False, sets
    if re.search(r"\bbest\b|\beta\b|so far", last, re.IGNORECASE):
        return "", False, sets
    return name, sure, sets or (vocabulary.split(name) if " " in name else "")


_PROSE = frozenset(["is", "was", "from", "to", "at", "of", "than", "below", "above", "by", "did", "not", "for", "the"])
_NOT_METRICS = frozenset(["eta", "ms", "s", "min", "sec", "remaining", "saved", "at", "of", "epoch", "step"])


@lru_cache(maxsize=20_000)
def _known(name: str) -> str:
    """The role of a name, or nothing."""
    return vocabulary.describe(name)[1]


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
