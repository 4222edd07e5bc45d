"""What must not reach a page that is shared: secrets always; paths, hosts and people where it is asked for."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from expert.run import RunLog, Setting

MASK = "•••"

_SECRET_WORDS = {"token", "key", "keys", "auth", "pwd", "pass", "secret", "secrets", "bearer"}
_SECRET_PARTS = ("password", "passwd", "passphrase", "secret", "credential", "apikey", "authtoken", "accesstoken")
_NAME = r"[A-Za-z0-9_.-]{0,60}(?:token|key|auth|pwd|pass|password|passwd|passphrase|secret|credentials?|authorization)"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_ASSIGNED = re.compile(
    rf"(?i)(?<![A-Za-z0-9])({_NAME})([\"']?\s*[:=]\s*(?:(?:bearer|basic)\s+)?|[ \t]+(?=\S))({_QUOTED}|[^\s,;&}}\])]+)"
)
_OPTION = re.compile(rf"(?i)--?{_NAME}$")
_KNOWN_FORMS = re.compile(
    r"\b(?:hf_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}"
    r"|xox[abprs]-[\w-]{10,}|AKIA[A-Z0-9]{12,}|AIza[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)|(?i:\bbearer\s+)\S{8,}"
)
_URL_LOGIN = re.compile(r"(?<=://)[^\s/@]+@")

# compiled when first used, as most runs are not redacted
_EMAIL = r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\b"
_URL = r"(?i)\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+"
_ADDRESS = r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"
_PATH = r"(?<![\w.)\]/\\])(?:~|\.{1,2}|[A-Za-z]:)?(?:[\\/]+[^\s\\/'\"<>|:;,()\[\]{}]+)+[\\/]?"
_HOST = (
    r"(?i)\b(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"(?:com|org|net|edu|gov|io|ai|dev|cloud|internal|local|localdomain|lan|corp|intra|home)\b(?::\d+)?"
)
_HOME = r"(?:/home/|/Users/|\\Users\\|/scratch/users/)([\w.-]+)"
_EVENT_HOST = r"tfevents\.\d+\.([A-Za-z0-9][\w-]*)"
_PEOPLE = {"user", "username", "author", "owner", "login", "email", "entity"}
_HOSTS = {"host", "hostname", "node", "nodename", "server", "machine", "address", "ip"}


def is_secret(name: str) -> bool:
    """Whether a setting of that name holds what nobody else may read."""
    words = re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
    joined = "".join(words)
    named = any(word in _SECRET_WORDS or word.endswith(("token", "key")) for word in words)
    return named or any(part in joined for part in _SECRET_PARTS)


def without_secrets(run: RunLog) -> RunLog:
    """The run with the values of secrets masked, wherever they stand."""
    settings: dict[str, Setting] = {name: MASK if is_secret(name) else value for name, value in run.settings.items()}
    return _everywhere(replace(run, settings=settings), secrets_masked)


def without_identity(run: RunLog) -> RunLog:
    """The run with paths, hosts, addresses and names of people masked; a path keeps its last part.

    A run that is called as a folder gets the name of its file, as people's folders bear their names.
    """
    place = Path(run.source).absolute()
    named = {name: set(name.lower().split("_")) & (_PEOPLE | _HOSTS) for name in run.settings}
    words = {value for name, value in run.settings.items() if named[name] and isinstance(value, str)}
    words.update({_person()} & set(place.parts) - {"root"})
    texts = (str(place), run.name, *map(str, run.settings.values()), *(e.text for e in run.events), *run.notes)
    words.update(word for text in texts for pattern in (_HOME, _EVENT_HOST) for word in re.findall(pattern, text))
    return _everywhere(replace(run, name=_of_file(run.name, place)), lambda text: identity_masked(text, words))


def secrets_masked(text: str) -> str:
    """The text with what looks like a secret masked: `token=…`, `--api-key …`, logins in addresses, known forms."""

    def assigned(match: re.Match[str]) -> str:
        name, between, value = match.groups()
        spoken = not between.strip() and not _OPTION.match(name)  # "the key idea" is no assignment, "--key x" is
        if spoken or not is_secret(name):
            return match[0]
        quote = value[0] if value[0] in "\"'" else ""
        return f"{name}{between}{quote}{MASK}{quote}"

    masked = _KNOWN_FORMS.sub(MASK, _URL_LOGIN.sub(f"{MASK}@", text))
    return _ASSIGNED.sub(assigned, masked)


def identity_masked(text: str, words: set[str] | frozenset[str] = frozenset()) -> str:
    """The text with paths, hosts, addresses, mail addresses and the given words masked."""
    masked = re.sub(_EMAIL, MASK, re.sub(_URL, MASK, text))
    masked = re.sub(_PATH, _last_part, masked)
    masked = re.sub(_HOST, MASK, re.sub(_ADDRESS, MASK, masked))
    for word in sorted((w for w in words if len(w) > 1), key=len, reverse=True):
        masked = re.sub(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", MASK, masked, flags=re.IGNORECASE)
    return masked


def _person() -> str:
    """The name of who runs this, if the system knows it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _of_file(name: str, place: Path) -> str:
    """A run's name with its file instead of a folder that the file lies in."""
    folders = (part for part in place.parts[1:-1] if re.match(rf"{re.escape(part)}(?![\w.-])", name))
    folder = "" if name == place.stem else next(folders, "")
    return place.stem + name[len(folder) :] if folder else name


def _last_part(path: re.Match[str]) -> str:
    parts = [part for part in re.split(r"[\\/]", path[0]) if part]
    return f"{MASK}/{parts[-1]}"


def _everywhere(run: RunLog, mask: Callable[[str], str]) -> RunLog:
    """The run with every text in it masked, the names of its series apart."""
    settings: dict[str, Setting] = {n: mask(v) if isinstance(v, str) else v for n, v in run.settings.items()}
    return replace(
        run,
        name=mask(run.name),
        source=mask(run.source),
        settings=settings,
        series=tuple(replace(series, file=mask(series.file)) for series in run.series),
        events=tuple(replace(event, text=mask(event.text)) for event in run.events),
        notes=tuple(map(mask, run.notes)),
        reader=mask(run.reader),
        facts=tuple(replace(f, value=mask(f.value)) if isinstance(f.value, str) else f for f in run.facts),
        exhibits=tuple(_within(exhibit, mask) for exhibit in run.exhibits),
    )


def _within(value: Any, mask: Callable[[str], str]) -> Any:
    """A value made of frozen dataclasses and tuples with every text in it masked."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _within(getattr(value, one.name), mask) for one in fields(value)})
    if isinstance(value, tuple):
        return tuple(_within(one, mask) for one in value)
    return mask(value) if isinstance(value, str) else value
