"""A Dataset by `module:function` or `file.py:function`: what it returns has `__len__` and `__getitem__`."""

from __future__ import annotations

from typing import Any

from expert.data.inputs import Asked, memory
from expert.data.split import DataError, Split
from expert.script import ScriptError, called


def recognizes(source: Any) -> bool:
    """Whether it is a text with a colon before its last name."""
    return isinstance(source, str) and ":" in source and source.rpartition(":")[2].isidentifier()


def read(source: str, asked: Asked) -> Split:
    """The split of what the function returns: a Dataset, a frame, arrays, `(inputs, labels)`."""
    try:
        returned = called(source)
    except ScriptError as error:
        raise DataError(str(error)) from error
    if not memory.recognizes(returned):
        raise DataError(f"{source} returns {type(returned).__name__}, which has no samples: __len__ and __getitem__")
    return memory.read(returned, asked, source)
