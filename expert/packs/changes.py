"""What others want changed in a pack, put into its sheet before anybody understands it.

The order of files does not matter: two packs that set one value to different things are a mistake, unless one extends
the other; then the one that extends has the last word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Literal

from expert.configuration import Settled
from expert.knowledge import Change, Edit
from expert.packs.sheets import Sheet
from expert.packs.tree import Entry, day, written
from expert.problems import Problem, nearest

_KINDS = {"symptoms": "symptom", "diagnoses": "diagnosis", "rules": "rule", "remedies": "remedy"}
_Verb = Literal["set", "remove", "add"]
_VERBS: tuple[_Verb, ...] = ("set", "remove", "add")


@dataclass(frozen=True)
class _Target:
    """What is changed: a thing of a sheet, or the pack itself, whose params may be set."""

    sheet: Sheet
    section: str
    id: str

    @property
    def kind(self) -> str:
        return _KINDS.get(self.section, "pack")

    def path(self, key: str) -> tuple[str, ...]:
        """The keys down to a value, as in `params.spike_ratio`, from the top of the sheet."""
        keys = tuple(key.split("."))
        return (*keys, "value") if self.kind == "pack" else (self.section, self.id, *keys)


@dataclass
class _Wish:
    """One edit that a pack asks for, and the change that it belongs to."""

    by: Sheet
    change: int
    target: _Target
    verb: _Verb
    name: str
    key: Entry
    value: Entry
    was: Entry | None

    @property
    def rank(self) -> tuple[int, tuple[str, ...], int, str]:
        """Whole values before their parts, packs before those that extend them."""
        path = self.target.path(self.name)
        return len(path), path, len(self.by.above), self.by.pack.name


def apply(
    sheets: Sequence[Sheet], params: Mapping[tuple[str, str], Settled], problems: list[Problem]
) -> tuple[Change, ...]:
    """Put all changes, and the params of a configuration, into the sheets; what does not exist is noted.

    The changes come back in the order of the packs that ask for them, those of the configuration last.
    """
    targets = _targets(sheets)
    changes: list[Change] = []
    wishes: list[_Wish] = []
    for sheet in sheets:
        for name, key, body in sheet.top["change"].pairs() if "change" in sheet.top else ():
            target = _target(name, key, targets)
            asked_for, asked = _asked(sheet, len(changes), target, name, key, body)
            changes.append(asked_for)
            wishes += asked
    wishes.sort(key=lambda wish: wish.rank)
    _check_conflicts(wishes)
    edits: dict[int, list[Edit]] = defaultdict(list)
    drift: dict[int, list[str]] = defaultdict(list)
    for verb in _VERBS:
        for wish in (wish for wish in wishes if wish.verb == verb):
            edits[wish.change].append(_edited(wish, drift[wish.change]))
    done = [replace(c, edits=tuple(edits[n]), drift=tuple(drift[n])) for n, c in enumerate(changes)]
    return (*done, *(change for one in params.items() if (change := _set_param(*one, sheets, problems))))


def _targets(sheets: Sequence[Sheet]) -> Mapping[str, tuple[_Target, ...]]:
    """What can be changed, by its id, by pack/id, and by the name of a pack."""
    found: dict[str, tuple[_Target, ...]] = {}
    for sheet in sheets:
        own = [("params", sheet.pack.name)]
        own += [(s, id_) for s in _KINDS if s in sheet.top for id_ in sheet.top[s].names()]
        for section, id_ in own:
            for name in (id_, f"{sheet.pack.name}/{id_}"):
                found[name] = (*found.get(name, ()), _Target(sheet, section, id_))
    return found


def _target(name: str, key: Entry, targets: Mapping[str, tuple[_Target, ...]]) -> _Target | None:
    found = targets.get(name, ())
    if len(found) == 1:
        return found[0]
    if found:
        key.problem("E144", f"{name!r} is {' and '.join(f'a {t.kind} of {t.sheet.pack.name}' for t in found)}")
    else:
        near = nearest(name, targets)
        key.problem("E190", f"there is no rule, symptom, diagnosis, remedy or pack {name[:60]!r} to change{near}")
    return None


def _asked(
    sheet: Sheet, number: int, target: _Target | None, name: str, key: Entry, body: Entry
) -> tuple[Change, list[_Wish]]:
    """A change as it is written, and the edits that it asks for."""
    keys = body.keys("set", "add", "remove", "was", "reason", "owner", "review_by")
    if "reason" not in keys or not keys["reason"].text():
        key.problem("E112", f"the change of {name!r} needs a reason")
    was = {path: value for path, _, value in keys["was"].pairs()} if "was" in keys else {}
    found = []
    for verb in _VERBS:
        for path, place, value in keys[verb].pairs() if verb in keys else ():
            if target is not None and not _refused(target, verb, path, place, was):
                found.append(_Wish(sheet, number, target, verb, path, place, value, was.get(path)))
    for path in was.keys() - {wish.name for wish in found}:
        if target is not None:
            keys["was"].problem("E191", f"'was' tells of {path!r}, which this change leaves as it is")
    if not any(verb in keys for verb in _VERBS):
        key.problem("E112", f"the change of {name!r} changes nothing: it has no set, add or remove")
    review: date | None = day(keys["review_by"]) if "review_by" in keys else None
    change = Change(
        target.id if target else name,
        target.kind if target else "",
        (),
        keys["reason"].text() if "reason" in keys else "",
        keys["owner"].text() if "owner" in keys else "",
        review,
        pack=sheet.pack.name,
        where=key.where,
    )
    return change, found


def _refused(target: _Target, verb: _Verb, path: str, place: Entry, was: Mapping[str, Entry]) -> bool:
    """Whether an edit may not be; that is noted."""
    said = ""
    if target.kind == "pack" and not (verb == "set" and path.startswith("params.") and path.count(".") == 1):
        said = f"of a pack only params are set, as in 'set: {{params.spike_ratio: 12}}'; not {path[:60]!r}"
    elif path == "then":
        said = "a rule that concludes something else is another rule: write it, and set the status of this one to off"
    elif verb == "set" and path == "when" and path not in was:
        said = "who sets another's 'when' says what it was, under 'was'; an exception is added with 'add: {unless: …}'"
    elif target.kind == "pack" and target.sheet.at(*target.path(path)[:-1]) is None:
        params = target.sheet.top["params"].names() if "params" in target.sheet.top else ()
        said = f"pack {target.id!r} has no param {path[7:][:60]!r}{nearest(path[7:], params)}"
    if said:
        place.problem("E191", said)
    return bool(said)


def _check_conflicts(wishes: Sequence[_Wish]) -> None:
    """Two packs may set one value only where one extends the other, or both set it to the same."""
    for one, other in pairwise(wish for wish in wishes if wish.verb == "set"):
        same = one.target.sheet is other.target.sheet and one.rank[:2] == other.rank[:2]
        if same and one.by.key not in other.by.above and one.value.plain() != other.value.plain():
            said = f"{one.key.where} sets {one.name!r} of {one.target.id!r} to something else; let one extend the other"
            other.key.problem("E192", said)


def _edited(wish: _Wish, drift: list[str]) -> Edit:
    """Put one edit into its sheet."""
    sheet, before = wish.target.sheet, _before(wish.target, wish.name)
    if wish.was is not None and (before is None or wish.was.plain() != before.plain()):
        now = before.shown() if before is not None else "nothing"
        pack = f"{sheet.pack.name} {sheet.pack.version}"
        drift.append(f"{wish.name} was {wish.was.shown()} when this was written; {pack} has {now} now")
    sheet.put(wish.target.path(wish.name), wish.value if wish.verb == "set" else _listed(wish, before))
    return Edit(wish.verb, wish.name, before.shown() if before is not None else "", wish.value.shown())


def _before(target: _Target, name: str) -> Entry | None:
    """What stands where something is to be changed; of a param what the pack says, unless the thing has its own."""
    found = target.sheet.at(*target.path(name))
    if found is None and name.startswith("params."):
        param = name.removeprefix("params.")
        return target.sheet.at("params", param, "value") or target.sheet.at("params", param, "default")
    return found


def _listed(wish: _Wish, before: Entry | None) -> Entry:
    """The list with items more, or less."""
    items = list(before.items()) if before is not None else []
    known = [item.plain() for item in items]
    for item in wish.value.items():
        if wish.verb == "add" and item.plain() not in known:
            items.append(item)
        elif wish.verb == "remove" and item.plain() not in known:
            item.problem("E193", f"{item.shown()!r} is not among the {wish.name} of {wish.target.id!r}"[:200])
    if wish.verb == "remove":
        gone = [item.plain() for item in wish.value.items()]
        items = [item for item in items if item.plain() not in gone]
    return (before if before is not None else wish.value).with_content(tuple(items))


def _set_param(
    name: tuple[str, str], settled: Settled, sheets: Sequence[Sheet], problems: list[Problem]
) -> Change | None:
    """Put a value of a configuration into its pack, or into one rule; what does not exist is noted."""
    id_, param = name
    found = _targets(sheets).get(id_, ())
    target = next((t for t in found if t.kind in ("pack", "rule", "remedy")), None)
    if target is None:
        packs = [sheet.pack.name for sheet in sheets]
        problems.append(settled.place.problem("E143", f"there is no pack or rule {id_!r}{nearest(id_, packs)}"))
        return None
    defined = target.sheet.top.get("params")
    if defined is None or param not in defined.names():
        near = nearest(param, defined.names() if defined else ())
        said = f"pack {target.sheet.pack.name!r} has no param {param!r}{near}"
        problems.append(settled.place.problem("E141", said))
        return None
    before = _before(target, f"params.{param}")
    target.sheet.put(target.path(f"params.{param}"), written(float(settled.value), settled.place, problems))
    edit = Edit("set", f"params.{param}", before.shown() if before else "", f"{float(settled.value):g}")
    return Change(target.id, target.kind, (edit,), where=str(settled.place))
