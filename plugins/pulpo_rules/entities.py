"""E-mail addresses and phone numbers in free text. Every function returns values with their spans."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pulpo_rules.text import Span, fold

_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"(?<![\w/:.,])(?:\+\s?)?\(?\d(?:[\s().-]{0,2}\d){6,14}(?![\w/:]|[.,]\d)")
_DATE_LIKE: Final = re.compile(r"(?:19|20)\d\d-\d\d?-\d\d?(?!\d)|\d\d?[-.]\d\d?[-.](?:19|20)?\d\d(?!\d)")
_HOUR_BEFORE: Final = re.compile(r"(?:\b(?:las?|at|a|el|the|de|@)\s+)$")
_LEADING_GROUP: Final = re.compile(r"\d{1,2}[\s.-]+(?=\d(?:[\s().-]{0,2}\d){6,})")


class Entity(NamedTuple):
    """A value found, and where."""

    value: str
    span: Span


def emails(text: str) -> list[Entity]:
    """Return the e-mail addresses."""
    return [Entity(match[0].rstrip("."), match.span()) for match in _EMAIL.finditer(text)]


def phones(text: str) -> list[Entity]:
    """Return phone numbers of 7 to 15 digits, as written with single spaces; dates are none."""
    found: list[Entity] = []
    for match in _PHONE.finditer(text):
        start, end = match.span()
        date = _DATE_LIKE.match(text, start)
        if date:
            continue
        group = _LEADING_GROUP.match(text, start)
        if group and _HOUR_BEFORE.search(fold(text)[:start]):
            start = group.end()
        found.append(Entity(" ".join(text[start:end].split()), (start, end)))
    return found
