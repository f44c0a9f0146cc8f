"""What looks like a secret or like somebody's personal data in a text.

Cards are known by length and Luhn digit (ISO/IEC 7812-1), IBANs by their remainder (ISO 13616), a Spanish DNI or NIE
by its letter (Real Decreto 1553/2005), an Argentine CUIT by its last digit (modulo 11); a US social security number
only by its shape. A telephone number begins with ``+`` or has nine to fifteen digits, not all in pairs:
"10 11 12 13 14" are hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from msgspec import Struct

Kind: TypeAlias = Literal["key", "token", "e-mail", "iban", "id", "card", "phone"]


class Finding(Struct, frozen=True):
    """One find: its kind, and the ``text`` that stands at ``start``."""

    kind: Kind
    text: str
    start: int


PATTERNS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("key", re.compile(r"\bpulpo_[A-Za-z0-9_-]{16,}")),
    ("key", re.compile(r"\b(?:sk|pk|rk|ghp|gho|xox[abp]|AKIA)[-_]?[A-Za-z0-9_-]{16,}")),
    ("token", re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*")),
    ("e-mail", re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")),
)
"""What is known by its shape alone."""

IDENTITIES: Final = re.compile(
    r"\b(?:(?P<iban>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)"
    r"|(?P<dni>[XYZ]?\d{7,8}[- ]?[A-Z])|(?P<ssn>\d{3}-\d{2}-\d{4})|(?P<cuit>\d{2}-\d{8}-\d))\b"
)
"""What may be an account or a person's number; `identity` tells whether it is."""

_NUMBER: Final = re.compile(
    r"(?<![\w.:/-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d(?:[ .-]{0,2}\d){5,18}(?![\w:/-])"
)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ .-]\d{1,2})?|\d+\.\d+|\d{1,3}(?:\.\d{3})+")
_WORTH_A_LOOK: Final = re.compile(r"@|\d(?:[ ().-]{0,2}\d){6}|pulpo_|eyJ|AKIA|[_-]\w{12}|[A-Z]\d{7}")
"""Cheaper than all the others: most texts hold nothing of the kind."""
_DNI_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"  # pragma: allowlist secret - control letters of the Spanish DNI


def find_personal(text: str) -> tuple[Finding, ...]:
    """Return what looks like a secret or like personal data in ``text``, in order; never raises."""
    if _WORTH_A_LOOK.search(text) is None:
        return ()
    found: list[Finding] = []
    left = text
    for kind, match in _matches(text):
        start, end = match.span()
        # What was found once is not searched again: a card's digits hold a telephone number.
        if left[start:end] == match[0]:
            found.append(Finding(kind, match[0], start))
            left = left[:start] + "\0" * (end - start) + left[end:]
    return tuple(sorted(found, key=lambda each: each.start))


def identity(match: re.Match[str]) -> Kind | None:
    """Return what a match of `IDENTITIES` is, by its check digits; None when it is none."""
    text = re.sub(r"[ -]", "", match[0])
    if match["iban"]:
        return "iban" if _iban(text) else None
    if match["dni"]:
        return "id" if _dni(text) else None
    return "id" if match["ssn"] or _cuit(text) else None


def is_card(digits: str) -> bool:
    """Whether ``digits`` are as many as a card has, with the right check digit."""
    if not 13 <= len(digits) <= 19:
        return False
    doubled = [int(it) if place % 2 == 0 else sum(divmod(2 * int(it), 10)) for place, it in enumerate(digits[::-1])]
    return sum(doubled) % 10 == 0


def _matches(text: str) -> Iterator[tuple[Kind, re.Match[str]]]:
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(text):
            yield kind, match
    for match in IDENTITIES.finditer(text):
        if known := identity(match):
            yield known, match
    for match in _NUMBER.finditer(text):
        if number := _number(match[0]):
            yield number, match


def _number(text: str) -> Kind | None:
    digits = re.sub(r"\D", "", text)
    if _DATE.fullmatch(text):
        return None
    if is_card(digits):
        return "card"
    if text.startswith("+"):
        return "phone"
    groups = re.findall(r"\d+", text)
    return "phone" if 9 <= len(digits) <= 15 and max(map(len, groups)) >= 3 else None


def _iban(text: str) -> bool:
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def _dni(text: str) -> bool:
    number = text[:-1].translate(str.maketrans("XYZ", "012"))
    return len(text) == 9 and _DNI_LETTERS[int(number) % 23] == text[-1]


def _cuit(text: str) -> bool:
    weighted = sum(int(digit) * weight for digit, weight in zip(text, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=False))
    return (11 - weighted % 11) % 11 == int(text[-1])
