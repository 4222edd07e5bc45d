"""One line of console text → the clock and the values that it names."""

from __future__ import annotations

import re
from functools import lru_cache

from expert import vocabulary
from expert.readers._remarks import STAMP
from expert.readers._shapes import NUMBER, Line, Number, spoken

_LEVEL = re.compile(
    r"^[\s\[(|-]*(?:INFO|DEBUG|WARNING|WARN|NOTICE)\b[\s\])|:-]*(?:[\w.]+:[\w.<>]+:\d+\s+-\s+)?", re.IGNORECASE
)
_VALUE = re.compile(
    rf"(?<![\w.@])(?<!\d[-/:])(?:tensor\(|array\(|np\.float\d+\()?({NUMBER})(?![\w.]*[/:]\w)\s?(%|[a-zA-Z]+/?\w*)?",
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
_DIGIT = re.compile(r"\d")
_RATIO = re.compile(r"[:=]\s*\d+/\d")
_METRICS = ("loss", "error", "metric")
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


def understood(text: str) -> Line:
    """The clock and the values of a line; nothing if it names neither a metric nor, at its beginning, a count."""
    lowered = text.lower()
    if not _DIGIT.search(text) and "nan" not in lowered and "inf" not in lowered:
        return Line()
    measures = names_metric(lowered)
    if not measures and "ep" not in lowered and "iter" not in lowered and "/" not in text:
        return Line()
    bare = STAMP.sub("", _LEVEL.sub("", STAMP.sub("", text)))
    bare = _LEVEL.sub("", bare)
    if _SUMMARY.search(bare):
        return Line()
    before = len(text) - len(bare)
    values = _values(bare, before) if measures else {}
    measured = any(_known(name) in _METRICS for name in values)
    if not measured and not _BAR.match(bare) and not _BEGINS.match(bare):
        return Line()
    percent = frozenset(name for name, value in values.items() if value.divisor == 100)
    commas = any("," in text[value.start : value.end] for value in values.values())
    kept = tuple(values.values()) if measured else ()
    return Line(tuple(_clock(bare, before).values()), kept, percent=percent, commas=commas)


@lru_cache(maxsize=1)
def _stems() -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Of every spelling of a metric a part that must stand in a line: long ones, and short ones as words."""
    parts: list[str] = []
    for words in sorted((spelling.split("_") for spelling in vocabulary.metric_spellings()), key=lambda w: (len(w), w)):
        if not any(part in word for word in words for part in parts if not _is_word(part)):
            parts.append(max(words, key=len))
    long = [part for part in parts if not _is_word(part)]
    least = tuple(p for p in long if not any(other != p and other in p for other in long))
    short = "|".join(re.escape(part) for part in parts if _is_word(part))
    return least, re.compile(rf"(?<![a-z])(?:{short or '(?!)'})(?![a-z])")


def _is_word(part: str) -> bool:
    return len(part) < 3 and part.isalpha()


def names_metric(lowered: str) -> bool:
    """Whether a metric may stand in a line of small letters; False is certain."""
    stems, words = _stems()
    for stem in stems:  # twice as fast as any() of a generator
        if stem in lowered:
            return True
    return words.search(lowered) is not None


def _clock(text: str, before: int) -> dict[str, Number]:
    """The counts of a line that begins `before` letters into the whole."""
    found: dict[str, Number] = {}

    def take(name: str, match: re.Match[str], *groups: int) -> None:
        group = next((group for group in groups if match[group]), 0)
        if group:
            start, end = match.span(group)
            found[name] = Number(name, before + start, before + end, float(match[group]))

    lowered = text.lower()
    if "ep" in lowered and (epoch := _EPOCH.search(text)):
        take("epoch", epoch, 1, 3, 4)
        take("epochs", epoch, 2, 5)
        if torch := _TORCH.match(text):
            take("step", torch, 1)
            take("steps", torch, 2)
    if pair := _PAIR.match(text):
        take("epoch", pair, 1)
        take("step", pair, 2)
    counted = any(word in lowered for word in ("step", "it", "batch", "update", "round"))
    if "step" not in found and counted and (step := _STEP.search(text)):
        take("step", step, 1)
        take("steps", step, 2)
    if bar := _BAR.match(text):
        found.pop("step", None)
        found.pop("steps", None)
        if bar[2].isdecimal():
            take("done", bar, 1)
            take("todo", bar, 2)
    return found


def _values(text: str, before: int) -> dict[str, Number]:
    """The names before numbers with their values, split words carried on within the line."""
    start = _SPLIT_HEAD.match(text)
    carried = vocabulary.split(start[1]) if start else ""
    whole = not (_RATIO.search(text) and any(_known(ratio[1]) == "metric" for ratio in _FRACTION.finditer(text)))
    shared = text if whole else _FRACTION.sub(_share, text)
    values: dict[str, Number] = {}
    ended = 0
    for found in _VALUE.finditer(shared):
        label = shared[ended : found.start()]
        ended = found.end() if found[2] == "%" else found.end(1)
        name, sure, sets = _label(_ALONE.sub("0", label) if len(label) > 12 else label)
        carried = sets or carried
        if not name:
            continue
        value = spoken(found[1])
        known = _known(name)
        if value is None or (not sure and not known) or name in values:
            continue
        divisor = 100 if found[2] == "%" and known in _METRICS else 1
        if carried and not vocabulary.split(name) and known in _METRICS:
            name = f"{carried} {name}"
            if name in values:
                continue
        place = (before + found.start(1), before + found.end(1)) if whole else (-1, -1)
        values[name] = Number(name, *place, value / divisor, divisor)
    return values


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
