"""What others want changed in a pack, put into its sheet before anybody understands it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from expert.configuration import Settled
from expert.packs.sheets import Sheet
from expert.packs.tree import Entry, written
from expert.problems import Problem, nearest


def set_params(sheets: Iterable[Sheet], params: Mapping[tuple[str, str], Settled], problems: list[Problem]) -> None:
    """Put the values of a configuration, by pack and param, into the sheets; what does not exist is noted."""
    packs = {sheet.pack.name: sheet for sheet in sheets}
    for (pack, param), settled in params.items():
        defined = packs[pack].top.get("params") if pack in packs else None
        if pack not in packs:
            problems.append(settled.place.problem("E143", f"there is no pack {pack!r}{nearest(pack, packs)}"))
        elif defined is None or defined.below(param) is None:
            names = [name for name, _, _ in defined.pairs()] if defined else []
            said = f"pack {pack!r} has no param {param!r}{nearest(param, names)}"
            problems.append(settled.place.problem("E141", said))
        else:
            value = written(float(settled.value), settled.place, problems)
            packs[pack].top["params"] = with_value(defined, (param, "value"), value)


def with_value(entry: Entry, path: tuple[str, ...], value: Entry) -> Entry:
    """A mapping in which another value stands under a path of keys; keys that it lacks are added."""
    key, rest = path[0], path[1:]
    pairs = list(entry.content) if isinstance(entry.content, list) else []
    for n, (place, old) in enumerate(pairs):
        if place.text() == key:
            pairs[n] = place.with_body(with_value(old, rest, value) if rest else value)
            break
    else:
        new = Entry(value.document, value, key)
        pairs.append(new.with_body(with_value(Entry(value.document, value, []), rest, value) if rest else value))
    return Entry(entry.document, entry, pairs)
