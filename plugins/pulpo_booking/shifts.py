"""How much later or earlier something should be: "media hora más tarde", "adelantarla una hora", "an hour earlier"."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pulpo_booking.when.canon import fold

_NUMBERS: Final = {
    word: number
    for number, words in {
        1: "un una an one", 2: "dos two", 3: "tres three", 4: "cuatro four", 5: "cinco five", 10: "diez ten",
        15: "quince fifteen", 20: "veinte twenty", 30: "treinta thirty", 40: "cuarenta forty", 45: "forty-five",
    }.items()
    for word in words.split()
}  # fmt: skip
_COUNT: Final = rf"\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"
_AMOUNT: Final = (
    r"(?:unos |unas |about |like |by |otra |otros |another )*"
    r"(?:(?P<half>media hor(?:a|ita)|half an hour|half hour)"
    r"|(?P<quarter>(?:un )?cuarto de hora|(?:a )?quarter of an hour)"
    rf"|(?P<hours>{_COUNT}) ?(?:hor(?:a|as|ita|itas)|h|hours?|hrs?)\b"
    r"(?: (?:y|and)(?: a)? (?P<more>media|cuarto|half|quarter))?"
    rf"|(?P<minutes>{_COUNT}) ?(?:min|mins|minut(?:o|os|ito|itos|e|es))\b)"
)
_LATER: Final = r"mas tarde|despues(?! de)|later(?! than)|after that"
_EARLIER: Final = r"antes(?! de)|mas temprano|mas pronto|earlier(?! than)|sooner(?! than)|before that"
_BACK: Final = (
    r"atras\w+|retras\w+|aplaz\w+|posterg\w+|pospon\w+|corr(?:er|erlo|erla|elo|ela|eme|as|es)|"
    r"delay\w*|postpone\w*|push(?:ed|ing)?"
)
_FORWARD: Final = r"adelant\w+|bring(?:ing)?"
_SAID: Final = (
    (re.compile(rf"\b{_AMOUNT} (?:{_LATER})\b"), 1),
    (re.compile(rf"\b{_AMOUNT} (?:{_EARLIER})\b"), -1),
    (re.compile(rf"\b(?:{_BACK})\b(?: (?!at\b|a las?\b|to\b)[^\W\d]+){{0,4}}? {_AMOUNT}\b(?! (?:al?|to)\b)"), 1),
    (re.compile(rf"\b(?:{_FORWARD})\b(?: (?!at\b|a las?\b|to\b)[^\W\d]+){{0,4}}? {_AMOUNT}\b(?! (?:al?|to)\b)"), -1),
    (re.compile(rf"\bmove (?:it |that |my \w+ )?(?:back|down) {_AMOUNT}\b"), 1),
    (re.compile(rf"\bmove (?:it |that |my \w+ )?(?:forward|up) {_AMOUNT}\b"), -1),
)
_PARTS: Final = {"media": 30, "half": 30, "cuarto": 15, "quarter": 15}


class Shift(NamedTuple):
    """By how many minutes, below zero for earlier, and where the text says so."""

    minutes: int
    span: tuple[int, int]


def read_shift(text: str) -> Shift | None:
    """Return what ``text`` says about moving something by an amount of time; pure, and raises on no text."""
    folded, at = fold(text)
    for pattern, sign in _SAID:
        match = pattern.search(folded)
        if match:
            start, end = match.span()
            return Shift(sign * _minutes(match), (at[start], at[end - 1] + 1))
    return None


def _minutes(match: re.Match[str]) -> int:
    if match["half"] or match["quarter"]:
        return 30 if match["half"] else 15
    if match["minutes"]:
        return _count(match["minutes"])
    return 60 * _count(match["hours"]) + _PARTS.get(match["more"] or "", 0)


def _count(said: str) -> int:
    return int(said) if said.isdigit() else _NUMBERS[said]
