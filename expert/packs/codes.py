"""The codes of mistakes in packs: stable, so that a person can look one up and a machine can count it."""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "E101": "The file cannot be read: it is not there, may not be read, or is not UTF-8.",
    "E102": "The file is not YAML.",
    "E103": "The file, a text, a condition or its nesting is larger than a pack may be.",
    "E104": "Anchors, aliases, tags and several documents have no place in a pack.",
    "E105": "A pack begins with the format that it is written in.",
    "E106": "A file extends itself, directly or through others.",
    "E107": "A pack extends files that end in .yaml, and installed packs by name, as in 'pkg:acme'.",
    "E110": "A value is of another kind than is expected at its place: a text, a number, a mapping.",
    "E111": "A key is not known at its place. Keys that begin with 'x-' are free.",
    "E112": "Something that is needed is missing or empty.",
    "E113": "A key stands twice; the first one counts.",
    "E114": "An id is made of lower-case words joined by '-'.",
    "E115": "A word is none of those that are allowed at its place.",
    "E120": "A param is outside its bounds.",
    "E121": "A certainty is a number from -1 to 1, and not 0.",
    "E130": "A condition cannot be understood: it is 'true', a word, a list, a range or a comparison.",
    "E131": "A fact is compared with a value of another kind, or with a word that it never is.",
    "E140": "A fact, symptom or diagnosis is not defined.",
    "E141": "A param is not defined in its pack.",
    "E142": "A remedy is not defined.",
    "E143": "A pack is not there.",
    "E144": "An id is defined already.",
    "E150": "A text quotes what is neither a fact nor a param of its pack.",
    "E151": "A format does not fit the kind of what it shows.",
    "E152": "A remedy needs a number that a run may lack: put it in [brackets] or give it a |default.",
    "E160": "An example gives a fact a value that it cannot have.",
    "E170": "Conclusions wait for each other in a circle.",
    "E171": "Diagnoses explain each other in a circle.",
    "E172": "A rule reads what it concludes.",
    "E173": "A knob needs a direction, and a direction a knob.",
    "E174": "What contradicts a diagnosis is contradicted by it in turn.",
    "E175": "A rule with 'scope: fleet' reads what expert nightly knows of groups of runs, and no other rule does.",
    "E180": "A test is an entry of a list, with facts, or series, or a log, and with what is expected.",
    "E181": "A series in short cannot be understood, or is too long.",
    "E182": "The log of a test lies beside its pack; no other file is read.",
    "E190": "A change names something that is not there.",
    "E191": "A change asks for what it may not: it sets values, and adds to and removes from lists.",
    "E192": "Two packs that do not extend each other set one value to different things.",
    "E193": "A change removes what is not there.",
}
"""What each code means, in a sentence."""
