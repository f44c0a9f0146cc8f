"""Whether a text tells a value, word for word: what somebody said, or what a summary shows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from pulpo.conversation import Json
from pulpo.spoken import spoken_numbers

_WORD: Final = re.compile(r"[\w@.+-]*\w")
_NUMBER: Final = re.compile(r"\+?\(?\d(?:[ ().-]{0,2}\d){6,}")
_ENOUGH: Final = 7
"""Digits by which a telephone number is known whatever stands before them (a country, a leading 0)."""


def tells(text: str, value: Json) -> bool:
    """Whether ``value`` stands in ``text``: whole words, whatever their case and accents; a number of seven digits
    and more however it is grouped or spelt ("seis cuatro cuatro …"), with or without its country. All items of a
    list or an object must.

    An empty value is always told; True and False never are, for no words are theirs.
    """
    if value is None or value == "":
        return True
    if isinstance(value, bool):
        return False
    if isinstance(value, Mapping):
        return all(tells(text, item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(tells(text, item) for item in value)
    said = str(value).strip()
    if _NUMBER.fullmatch(said):
        written = any(same_number(said, found) for found in _NUMBER.findall(text))
        return written or any(same_number(said, found.digits) for found in spoken_numbers(text))
    return _plain(said) in _plain(text)


def same_number(one: str, other: str) -> bool:
    """Whether two telephone numbers are the same but for grouping and country."""
    first, second = (re.sub(r"\D", "", each).lstrip("0") for each in (one, other))
    shorter, longer = sorted((first, second), key=len)
    return shorter == longer or (len(shorter) >= _ENOUGH and longer.endswith(shorter))


def _plain(text: str) -> str:
    """Lower case without accents, every word between two spaces."""
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    words = " ".join(_WORD.findall(bare.casefold())) or bare
    return f" {words} "
