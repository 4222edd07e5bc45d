"""What a team settles once: `[tool.expert]` of pyproject.toml, or expert.toml. The nearest file wins.

Nothing is merged silently: a file builds on another only where it says `extend`, and then outdoes it key by key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from expert.problems import Place, Problem, ProblemsError, nearest

Profile = Literal["core", "strict", "explore"]
PROFILES: tuple[Profile, ...] = ("core", "strict", "explore")
"""Rules by their status: only stable ones, those in test too (the usual), experimental ones too."""
_KEYS = ("extend", "rules", "params", "select", "ignore", "profile", "vocabulary", "nightly")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "directions": ("higher", "lower"),
    "splits": ("train", "val", "test"),
    "roles": ("loss", "error", "metric"),
    "names": (),
}
_LISTS = {"rules": "rules/", "select": "overfitting", "ignore": "label-noise"}
_EXAMPLE = {"directions": "higher", "splits": "val", "roles": "metric", "names": "val_accuracy"}
_LARGEST, _STATEMENT = 1_000_000, 20_000


class ConfigurationError(ProblemsError):
    """All the mistakes of a configuration and of what it extends, and of the command line beside it."""

    of = "the settings of the tool"


@dataclass(frozen=True)
class Settled:
    """One value, and the place that settled it."""

    value: Any
    place: Place


@dataclass(frozen=True)
class Configuration:
    """What was settled, by its keys, as in `settled["params", "optimization", "spike_ratio"]`; lists by number."""

    settled: Mapping[tuple[str, ...], Settled] = field(default_factory=dict)

    @property
    def rules(self) -> tuple[Settled, ...]:
        """Paths of files and folders, and `pkg:` names of installed packs."""
        return tuple(self._below("rules").values())

    @property
    def params(self) -> Mapping[tuple[str, str], Settled]:
        """Numbers by pack (or rule) and param."""
        return {(path[0], path[1]): one for path, one in self._below("params").items()}

    @property
    def select(self) -> tuple[Settled, ...]:
        """The ids of the diagnoses and rules to judge; all if there are none."""
        return tuple(self._below("select").values())

    @property
    def ignore(self) -> tuple[Settled, ...]:
        """The ids of the diagnoses and rules to leave out."""
        return tuple(self._below("ignore").values())

    @property
    def profile(self) -> Profile:
        """Which rules count, by their status."""
        return cast(Profile, self.settled[("profile",)].value) if ("profile",) in self.settled else "strict"

    @property
    def vocabulary(self) -> Mapping[str, Mapping[str, str]]:
        """The tables directions, splits, roles and names: from columns or metrics to words."""
        tables: dict[str, dict[str, str]] = {table: {} for table in _WORDS}
        for (table, name), one in self._below("vocabulary").items():
            tables[table][name] = one.value
        return tables

    @property
    def nightly(self) -> Mapping[str, Any]:
        """The table of that name, as it was written."""
        tables: dict[str, Any] = {}
        for path, one in self._below("nightly").items():
            table = tables
            for key in path[:-1]:
                table = table.setdefault(key, {})
            table[path[-1]] = one.value
        return tables

    def _below(self, key: str) -> dict[tuple[str, ...], Settled]:
        return {path[1:]: one for path, one in self.settled.items() if path[0] == key}


def nearest_configuration(start: Path) -> Configuration:
    """That of the nearest folder, from `start` upward, that has one; an empty one if none has.

    Raises ConfigurationError with every mistake.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        for file in (folder / "expert.toml", folder / "pyproject.toml"):
            if file.is_file() and (file.name == "expert.toml" or _is_ours(file)):
                return read(file)
    return Configuration()


def read(file: Path) -> Configuration:
    """The configuration of one file and of those that it extends.

    Raises ConfigurationError with every mistake.
    """
    problems: list[Problem] = []
    settled = _read(file, Place(str(file)), (), problems)
    if problems:
        raise ConfigurationError(problems)
    return Configuration(settled)


def also(base: Configuration, added: Iterable[tuple[tuple[str, ...], Any]], option: str) -> Configuration:
    """The configuration with what an option of the command line adds to it; a list gets longer."""
    settled = dict(base.settled)
    for path, value in added:
        longer = (path[0], str(sum(key[0] == path[0] for key in settled)))
        settled[longer if path[0] in _LISTS else path] = Settled(value, Place(option))
    return Configuration(settled)


def _is_ours(file: Path) -> bool:
    """Whether a pyproject.toml has the table; one that cannot be read has it if it says so."""
    text = _text(file)
    try:
        return "expert" in tomllib.loads(text).get("tool", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        return "[tool.expert" in text


def _text(file: Path) -> str:
    with file.open(encoding="utf-8", errors="replace") as opened:
        return opened.read(_LARGEST + 1)


def _read(file: Path, asked: Place, above: tuple[Path, ...], problems: list[Problem]) -> dict[tuple[str, ...], Settled]:
    """What a file and those that it extends settle; `asked` names it, `above` are the files that extend it."""
    if file.resolve() in above:
        problems.append(asked.problem("E106", f"{file} extends itself"))
        return {}
    try:
        text = _text(file)
        whole = tomllib.loads(text)
    except OSError as error:
        problems.append(asked.problem("E101", f"{file} cannot be read: {error.strerror or error}"))
        return {}
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        problems.append(Place(str(file), *_position(str(error))).problem("E102", f"not TOML: {error}"))
        return {}
    if len(text) > _LARGEST:
        problems.append(Place(str(file), 1).problem("E103", f"a configuration has at most {_LARGEST:,} characters"))
        return {}
    prefix = ("tool", "expert") if file.name == "pyproject.toml" else ()
    table: Any = whole
    for key in prefix:
        table = table.get(key, {}) if isinstance(table, dict) else {}
    lines = _lines(text)
    own = {}
    for path, value in _leaves(table):
        one = Settled(value, _place((*prefix, *path), value, lines, str(file), text))
        wrong = _mistake(path, one)
        if wrong:
            problems.append(one.place.problem(*wrong))
        else:
            own[_split(path)] = _beside(file, path, one)
    extended = own.pop(("extend",), None)
    if extended is None:
        return own
    below = _read(file.parent / extended.value, extended.place, (*above, file.resolve()), problems)
    replaced = {path[0] for path in own if path[0] in _LISTS}
    return {**{path: one for path, one in below.items() if path[0] not in replaced}, **own}


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value below a table, by its keys; the items of the lists that we know by their number."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list) and len(path) == 1 and path[0] in _LISTS:
        for n, item in enumerate(value):
            yield (*path, str(n)), item
    else:
        yield path, value


def _split(path: tuple[str, ...]) -> tuple[str, ...]:
    """A param may be written as one key, "optimization.spike_ratio"."""
    return ("params", *path[1].split(".")) if path[0] == "params" and len(path) == 2 else path


def _beside(file: Path, path: tuple[str, ...], one: Settled) -> Settled:
    """Files of rules lie where the configuration does."""
    if path[0] != "rules" or one.value.startswith("pkg:"):
        return one
    return Settled(str(file.parent / one.value), one.place)


def _mistake(path: tuple[str, ...], one: Settled) -> tuple[str, str] | None:
    """The code of what is wrong with a value, and what that is."""
    key, value = path[0], one.value
    if key not in _KEYS:
        return "E111", f"key {key[:60]!r} is not known here{nearest(key, _KEYS)}"
    if key == "extend" and not (len(path) == 1 and isinstance(value, str)):
        return "E110", "'extend' is the path of one file, as in extend = \"../expert.toml\""
    if key in _LISTS and not (len(path) == 2 and isinstance(value, str)):
        return "E110", f'{key!r} is a list of texts, as in {key} = ["{_LISTS[key]}"]'
    if key == "params":
        return _mistaken_param(_split(path), value)
    if key == "profile" and (len(path) > 1 or value not in PROFILES):
        near = nearest(value, PROFILES) if isinstance(value, str) else ""
        return "E115", f"profile must be one of {', '.join(PROFILES)}{near}"
    return _mistaken_word(path, value) if key == "vocabulary" else None


def _mistaken_param(path: tuple[str, ...], value: object) -> tuple[str, str] | None:
    if len(path) != 3:
        return "E110", "a param stands under its pack, as in params.optimization.spike_ratio = 10"
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        return "E110", f"param '{'.'.join(path[1:])}' is a number, not {value!r}"[:200]
    return None


def _mistaken_word(path: tuple[str, ...], value: object) -> tuple[str, str] | None:
    table = path[1] if len(path) > 1 else ""
    if table not in _WORDS:
        return "E111", f"vocabulary has the tables {', '.join(_WORDS)}, not {table[:60]!r}{nearest(table, _WORDS)}"
    if len(path) != 3 or not isinstance(value, str) or not value:
        return "E110", f'vocabulary.{table} gives words to names, as in vocabulary.{table}.score = "{_EXAMPLE[table]}"'
    if _WORDS[table] and value not in _WORDS[table]:
        return "E115", f"{path[2][:60]!r} must be one of {', '.join(_WORDS[table])}{nearest(value, _WORDS[table])}"
    return None


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """The line, from 0, at which each key's statement begins. A statement of TOML is a document of TOML by itself."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    pending, first = "", 0
    for number, line in enumerate(text.splitlines()):
        first = first if pending else number
        pending += f"{line}\n"
        if len(pending) > _STATEMENT:
            break
        try:
            statement = tomllib.loads(pending)
        except (tomllib.TOMLDecodeError, RecursionError):
            continue
        if pending.lstrip().startswith("["):
            table = _header(statement)
            found.setdefault(table, first)
        else:
            for path in _prefixes(statement):
                found.setdefault((*table, *path), first)
        pending = ""
    return found


def _header(statement: Any) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    while statement:
        statement = statement[0] if isinstance(statement, list) else statement
        if not statement:
            break
        (key,) = statement
        path, statement = (*path, key), statement[key]
    return path


def _prefixes(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _prefixes(inner, (*path, key))


def _place(path: tuple[str, ...], value: object, lines: Mapping[tuple[str, ...], int], file: str, text: str) -> Place:
    """Where a value stands: at its key; an item of a list at its own line."""
    known = path if path in lines else path[:-1]
    number, shown = lines.get(known, 0), known[-1] if known else ""
    every = text.splitlines()
    if known != path and isinstance(value, str):
        shown = value
        number = next((n for n in range(number, min(len(every), number + 1000)) if shown in every[n]), number)
    line = every[number] if number < len(every) else ""
    return Place(file, number + 1, max(0, line.find(shown)) + 1, line)


def _position(message: str) -> tuple[int, int]:
    """Line and column that tomllib names in its message."""
    found = re.search(r"line (\d+), column (\d+)", message)
    return (int(found[1]), int(found[2])) if found else (1, 1)
