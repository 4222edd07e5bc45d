"""A JSON Schema (draft 7) of packs: completion and help in editors, with every fact, its meaning and its unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from expert.facts import Quantity
from expert.knowledge import EFFORTS, FRAMEWORKS, ORIGINS, SEVERITIES, STAGES, STATUSES, KnowledgeBase

Schema = dict[str, Any]
_ID = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_COMPARISON = r"^\s*(<=|>=|==|!=|<|>)\s*\S.*$"
_RANGE = r"^\S+?\s*\.\.\s*\S+$"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_CHANGED = "^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)?$"
_PARAM = r"^\{[a-z][a-z0-9_]*\}$"
_EXAMPLES = {
    "fires": "Facts under which the rule fires.",
    "silent": "Facts under which the rule is judged and does not fire.",
    "unknown": "Facts that do not suffice to judge the rule.",
}


def schema(knowledge: KnowledgeBase, catalogue: Mapping[str, Quantity]) -> Schema:
    """The schema of a pack that may read every fact of the catalogue and every conclusion of the knowledge."""
    conclusions = {**knowledge.symptoms, **knowledge.diagnoses}
    facts = {name: _fact(quantity, _condition(quantity)) for name, quantity in catalogue.items()}
    values = {name: _fact(quantity, _value(quantity)) for name, quantity in catalogue.items()}
    concluded = {
        id_: {"description": f"{thing.title} ({_kind(id_, knowledge)})", "$ref": "#/definitions/concluded"}
        for id_, thing in conclusions.items()
    }
    own = {"^[a-z][a-z0-9]*(-[a-z0-9]+)+$": {"$ref": "#/definitions/concluded"}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A pack of rules for training-expert",
        **_object(_top(), required=("format", "pack")),
        "definitions": {
            "concluded": {"anyOf": [{"type": "boolean"}, _text(_COMPARISON), _text(_RANGE)]},
            "conditions": {
                "description": "All of these must hold. A fact that is not known makes the whole unknown.",
                **_object({**concluded, **facts, **_combining()}, patterns=own),
                "minProperties": 1,
            },
            "facts": _object({**concluded, **values}, patterns=own),
            "conclusion": _named(conclusions, "A symptom or diagnosis"),
            "remedy-id": _named(knowledge.remedies, "A remedy"),
            "rule-id": _named(knowledge.rules, "A rule"),
            "diagnosis-id": _named(knowledge.diagnoses, "A diagnosis"),
            "texts": _one_or_many({"type": "string"}),
            "param": _param(),
            "symptom": _symptom(),
            "diagnosis": _diagnosis(),
            "rule": _rule(),
            "remedy": _remedy(),
            "test": _test(),
            "change": _change(),
            "suppression": _suppression(),
        },
    }


def _combining() -> Schema:
    """The keys that combine conditions."""
    several = _many(_ref("conditions"))
    formula = {"type": "string", "description": "Arithmetic between facts that are numbers, and a comparison."}
    counted = _object({"n": {"type": "integer", "minimum": 1}, "of": several}, required=("n", "of"))
    return {
        "all": {**several, "description": "Every item holds."},
        "any": {**several, "description": "At least one item holds."},
        "none": {**several, "description": "No item holds."},
        "at_least": {**counted, "description": "So many items hold."},
        "where": {**_one_or_many(formula), "description": "Like: fact / other_fact > {param}"},
    }


def _top() -> Schema:
    return {
        "format": {"const": 1, "description": "The format that the pack is written in."},
        "pack": {"type": "string", "pattern": _ID, "description": "The name of the pack, like an id."},
        "version": {"type": ["string", "number"], "description": "The version of the pack, in quotes."},
        "about": {"type": "string", "description": "What the pack knows, in a sentence."},
        "params": _by_id("param", "Numbers that people may want to tune.", "^[a-z][a-z0-9_]*$"),
        "unless": {**_one_or_many(_ref("conditions")), "description": "Exceptions that all rules of the pack share."},
        "symptoms": _by_id("symptom", "What one can see in a run."),
        "diagnoses": _by_id("diagnosis", "What is wrong."),
        "rules": _by_id("rule", "When these facts, then that conclusion, this certain."),
        "remedies": _by_id("remedy", "What to do."),
        "extends": {**_one_or_many({"type": "string"}), "description": "Packs below this one: files, or 'pkg:name'."},
        "change": _by_id("change", "What is to be otherwise in others' packs, and who answers for it.", _CHANGED),
        "suppress": {**_many(_ref("suppression")), "description": "Findings not to hear of for a while."},
        "tests": {"type": "array", "items": {"$ref": "#/definitions/test"}, "description": "Runs, and what they show."},
    }


def _param() -> Schema:
    keys = {
        "default": {"type": "number", "description": "The value, unless somebody sets another."},
        "min": {"type": "number", "description": "The least value that makes sense."},
        "max": {"type": "number", "description": "The greatest value that makes sense."},
        "help": {"type": "string", "description": "What it is, in one line."},
        "source": {"type": "string", "description": "Where the default comes from."},
    }
    return _object(keys, required=("default", "help"))


def _symptom() -> Schema:
    return _object(_said(), required=("title",))


def _diagnosis() -> Schema:
    keys = {
        **_said(),
        "stage": {"enum": list(STAGES), "description": "The stage of the method that it belongs to."},
        "origin": {"enum": list(ORIGINS), "description": "Which kind of choice or mistake it comes from."},
        "severity": {"enum": list(SEVERITIES), "description": "How bad it is when it is certain."},
        "explains": {**_one_or_many(_ref("conclusion")), "description": "What it causes, and so takes along."},
        "contradicts": {**_one_or_many(_ref("conclusion")), "description": "What cannot hold beside it."},
        "remedies": {**_one_or_many(_ref("remedy-id")), "description": "What to do, in the order in which to try it."},
        **_lifecycle(),
    }
    return _object(keys, required=("title", "about", "stage", "origin", "severity", "references"))


def _said() -> Schema:
    return {
        "title": {"type": "string", "description": "What is so, in a few words."},
        "about": {"type": "string", "description": "One paragraph that teaches."},
        "references": {**_ref("texts"), "description": "Where it is written."},
    }


def _rule() -> Schema:
    keys = {
        "when": _ref("conditions"),
        "unless": {**_one_or_many(_ref("conditions")), "description": "Exceptions; one that wholly holds is enough."},
        "then": _ref("conclusion"),
        "certainty": {"type": "number", "minimum": -1, "maximum": 1, "not": {"const": 0}, "description": _CERTAINTY},
        "because": {"type": "string", "description": "A sentence with the measured numbers, {fact:.3g}."},
        "at": {"type": "string", "description": "The fact whose steps are shaded in the curves."},
        **_lifecycle(),
        "source": {"type": "string", "description": "Where the rule and its thresholds come from."},
        "scope": {"enum": ["run", "fleet"]},
        "false_positives": {**_ref("texts"), "description": "Sound runs on which it is known to fire."},
        **{name: {**_one_or_many(_ref("facts")), "description": about} for name, about in _EXAMPLES.items()},
    }
    return _object(keys, required=("when", "then", "certainty", "because"))


_CERTAINTY = "From -1 (speaks against) to 1. A setting alone 0.3, a curve that fits it 0.5 or more."


def _lifecycle() -> Schema:
    return {
        "status": {"enum": list(STATUSES), "description": "How far it is proven; off takes it out."},
        "replaced_by": {"type": "string", "description": "The id of what stands in for what is deprecated."},
    }


def _remedy() -> Schema:
    ids = _one_or_many(_ref("remedy-id"))
    keys = {
        "title": {"type": "string", "description": "An imperative, with a number of this run in [brackets]."},
        "how": {"type": "string", "description": "Begins with a verb and names one change."},
        "effort": {"enum": list(EFFORTS), "description": "How long the change takes to make."},
        "gain": {"type": "string", "description": "What is gained by it."},
        "knob": {"type": "string", "description": "What is turned; it needs a direction."},
        "direction": {"type": "string", "description": "up, down, or a word."},
        "needs": {**ids, "description": "What must be done before."},
        "conflicts": {**ids, "description": "What excludes it."},
        "snippets": _object({name: {"type": "string"} for name in FRAMEWORKS}),
        "verify": {**_ref("conditions"), "description": "How the next run tells that it worked."},
    }
    return _object(keys, required=("title", "how"))


def _change() -> Schema:
    edits = {"type": "object", "minProperties": 1}
    keys = {
        "set": {**edits, "description": "Values by key, as in severity: low or params.spike_ratio: 12."},
        "add": {**edits, "description": "Items of lists by key, as in unless: [{task: regression}]."},
        "remove": {**edits, "description": "Items of lists by key."},
        "was": {**edits, "description": "What stood there: it is told when the pack moves on."},
        **_answered(),
        "review_by": {"type": "string", "pattern": _DAY, "description": "The day by which to look at it again."},
    }
    return _object(keys, required=("reason",))


def _suppression() -> Schema:
    keys = {
        "diagnosis": {**_one_or_many(_ref("diagnosis-id")), "description": "What is not to be told."},
        "where": {**_ref("conditions"), "description": "Of which runs."},
        **_answered(),
        "expires": {"type": "string", "pattern": _DAY, "description": "The last day, as in 2027-01-31."},
    }
    return _object(keys, required=("diagnosis", "reason", "expires"))


def _answered() -> Schema:
    return {
        "reason": {"type": "string", "description": "Why; it stands in the report."},
        "owner": {"type": "string", "description": "Who answers for it."},
    }


def _test() -> Schema:
    ranked = _object(
        {"id": _ref("diagnosis-id"), "rank": {"type": "integer", "minimum": 1}, "certainty": _text(_COMPARISON)},
        required=("id",),
    )
    series = {"type": ["string", "number"], "description": '"1x200 60x5", "2-0.01x50", "2*0.98x50", nan, _ (missing)'}
    keys = {
        "name": {"type": "string", "description": "What is true."},
        "facts": {**_ref("facts"), "description": "Facts by name; true for a symptom that was concluded."},
        "series": {"type": "object", "additionalProperties": series, "description": "Metrics of a run, in short."},
        "settings": {"type": "object", "description": "Settings of the run."},
        "log": {"type": "string", "description": "A log beside the pack."},
        **{outcome: _one_or_many(_ref("rule-id")) for outcome in ("fires", "silent", "unknown")},
        "diagnosis": {
            **_one_or_many({"anyOf": [_ref("diagnosis-id"), ranked]}),
            "description": "The first findings, in order.",
        },
        "absent": {**_one_or_many(_ref("diagnosis-id")), "description": "What must not be found."},
        "todo": {"type": "boolean", "description": "A known gap: it may fail."},
    }
    return _object(keys, required=("name",))


def _fact(quantity: Quantity, schema_: Schema) -> Schema:
    unit = f" ({quantity.unit})" if quantity.unit and quantity.unit != "setting" else ""
    return {"description": f"{quantity.help or quantity.name}{unit}", **schema_}


def _condition(quantity: Quantity) -> Schema:
    """What may be asked of a fact."""
    if quantity.kind == "truth":
        return {"anyOf": [{"type": "boolean"}, {"enum": ["!= true", "!= false"]}, _many({"type": "boolean"})]}
    if quantity.kind == "number":
        number = [{"type": "number"}, _text(_COMPARISON), _text(_RANGE), _text(_PARAM), _many({"type": "number"})]
        return {"anyOf": number}
    words = {"enum": list(quantity.words)} if quantity.words else {"type": "string"}
    return {"anyOf": [words, _text(r"^\s*(==|!=)\s*\S.*$"), _many(words)]}


def _value(quantity: Quantity) -> Schema:
    """What a fact can be."""
    if quantity.kind == "word":
        return {"enum": list(quantity.words)} if quantity.words else {"type": "string"}
    return {"type": "boolean" if quantity.kind == "truth" else "number"}


def _named(known: Mapping[str, object], kind: str) -> Schema:
    """An id, of which those known are offered."""
    return {
        "description": f"{kind} of this pack or of another.",
        "anyOf": [{"enum": sorted(known)}, {"type": "string", "pattern": _ID}],
    }


def _kind(id_: str, knowledge: KnowledgeBase) -> str:
    return "symptom" if id_ in knowledge.symptoms else "diagnosis"


def _by_id(definition: str, about: str, pattern: str = _ID) -> Schema:
    return {"description": about, **_object({}, patterns={pattern: _ref(definition)})}


def _object(keys: Schema, required: Iterable[str] = (), patterns: Schema | None = None) -> Schema:
    """A mapping with these keys, keys of these patterns and free ones that begin with `x-`."""
    found: Schema = {"type": "object", "properties": keys, "additionalProperties": False}
    found["patternProperties"] = {**(patterns or {}), "^x-": {}}
    return {**found, "required": list(required)} if required else found


def _ref(definition: str) -> Schema:
    return {"$ref": f"#/definitions/{definition}"}


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def _many(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


def _one_or_many(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item}]}
