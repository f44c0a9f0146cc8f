"""Whether what came is at least what was expected: texts and JSON values."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from pulpo.conversation import Json


def plain(text: str) -> str:
    """Return ``text`` as it is compared: composed accents, no case, single ordinary spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def holds(text: str, wanted: str | Sequence[str]) -> bool:
    """Whether ``text`` holds ``wanted``, or one of them when they are several."""
    choices = (wanted,) if isinstance(wanted, str) else wanted
    return any(plain(choice) in plain(text) for choice in choices)


def includes(actual: Json, wanted: Json) -> bool:
    """Whether ``actual`` is at least ``wanted``: a table may have further keys, a list has the same length."""
    if isinstance(wanted, Mapping):
        return isinstance(actual, Mapping) and all(
            key in actual and includes(actual[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(actual, list | tuple)
            and len(actual) == len(wanted)
            and all(includes(*pair) for pair in zip(actual, wanted, strict=True))
        )
    return type(actual) is type(wanted) and bool(actual == wanted)
