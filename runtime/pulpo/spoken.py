"""Digits said in words, as a voice message spells a phone number: "seis cuatro cuatro, once, treinta y tres"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

FEWEST_DIGITS: Final = 7
FEWEST_WORDS: Final = 4
_WORD: Final = re.compile(r"[^\W_]+")


class Spoken(NamedTuple):
    """The digits of a number said in words, and where."""

    digits: str
    span: tuple[int, int]


def _numbered(first: int, words: str, step: int = 1) -> dict[str, int]:
    return {word: first + step * position for position, word in enumerate(words.split())}


_SMALL: Final[Mapping[str, int]] = {
    **_numbered(0, "cero un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis"),
    **_numbered(17, "diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco"),
    **_numbered(26, "veintiseis veintisiete veintiocho veintinueve"),
    **_numbered(0, "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"),
    **_numbered(16, "sixteen seventeen eighteen nineteen"),
    "uno": 1, "una": 1, "oh": 0, "o": 0, "nought": 0,
}  # fmt: skip
_TENS: Final[Mapping[str, int]] = {
    **_numbered(30, "treinta cuarenta cincuenta sesenta setenta ochenta noventa", 10),
    **_numbered(20, "twenty thirty forty fifty sixty seventy eighty ninety", 10),
}
_HUNDREDS: Final[Mapping[str, int]] = {
    **_numbered(100, "ciento doscientos trescientos cuatrocientos quinientos seiscientos", 100),
    **_numbered(700, "setecientos ochocientos novecientos", 100),
    "cien": 100,
}
_TIMES: Final[Mapping[str, int]] = {"doble": 2, "double": 2, "triple": 3, "treble": 3}


def spoken_numbers(text: str, *, fewest_digits: int = FEWEST_DIGITS, fewest_words: int = FEWEST_WORDS) -> list[Spoken]:
    """Return the numbers of ``fewest_digits`` to fifteen digits that are said in at least ``fewest_words`` words.

    Spanish and English; hundreds too ("seiscientos cuarenta y cuatro"), and "double five".
    """
    folded = "".join(unicodedata.normalize("NFD", char)[0] for char in text.lower()) if text else ""
    matches = list(_WORD.finditer(folded)) if len(folded) == len(text) else []
    said = [match[0] for match in matches]
    found: list[Spoken] = []
    start = 0
    while start < len(said):
        end, digits = _run(said, start)
        if len(digits) >= fewest_digits and end - start >= fewest_words and len(digits) <= 15:
            found.append(Spoken(digits, (matches[start].start(), matches[end - 1].end())))
        start = max(end, start + 1)
    return found


def _run(said: Sequence[str], start: int) -> tuple[int, str]:
    """The end of the number words that begin at ``start``, and their digits in a row."""
    digits, at = "", start
    while at < len(said):
        length, more = _group(said, at)
        if not length:
            break
        digits, at = digits + more, at + length
    return at, digits


def _group(said: Sequence[str], at: int) -> tuple[int, str]:
    """How many words one number takes, and its digits: "treinta y tres" is 33, "double five" 55."""
    word, following = said[at], said[at + 1 : at + 3]
    if word.isdigit():
        return 1, word
    if word in _TIMES and following and _SMALL.get(following[0], 10) < 10:
        return 2, str(_SMALL[following[0]]) * _TIMES[word]
    if word in _HUNDREDS:
        length, rest = _group(said, at + 1) if at + 1 < len(said) else (0, "")
        fits = bool(rest) and len(rest) <= 2 and word != "cien"
        return (1 + length, str(_HUNDREDS[word] + int(rest))) if fits else (1, str(_HUNDREDS[word]))
    if word in _TENS:
        skipped = 1 if following[:1] == ["y"] else 0
        unit = _SMALL.get(following[skipped], 0) if len(following) > skipped else 0
        return (2 + skipped, str(_TENS[word] + unit)) if 0 < unit < 10 else (1, str(_TENS[word]))
    return (1, str(_SMALL[word])) if word in _SMALL else (0, "")
