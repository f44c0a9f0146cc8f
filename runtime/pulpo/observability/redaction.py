"""Takes secrets and personal data out of text before it is logged.

Patterns err on the side of hiding: a log that says ``[phone]`` where an order number stood can be lived with.
Card numbers are recognised by their length and the Luhn digit (ISO/IEC 7812-1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pulpo.observability.lines import EventDict, Processor

_PLAIN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("[key]", re.compile(r"\bpulpo_[A-Za-z0-9_-]{16,}")),
    ("[key]", re.compile(r"\b(?:sk|pk|rk|ghp|gho|xox[abp]|AKIA)[-_]?[A-Za-z0-9_-]{16,}")),
    ("[token]", re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*")),
    (r"\1 [token]", re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)),
    (r"\1[password]@", re.compile(r"(\b[a-z][a-z0-9+.-]*://[^/\s:@]*:)[^/\s@]+@", re.IGNORECASE)),
    ("[e-mail]", re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")),
)
_DIGITS = re.compile(r"(?<![\w.:-])\+?\(?\d(?:[ ().-]{0,2}\d){7,18}(?![\w:-])")
_MEASURE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ .-]\d{1,2})?|\d+\.\d+")

LONGEST = 4096
"""Characters of a text that are logged at all: bounds the work on a hostile one."""


def redact_text(text: str) -> str:
    """Return ``text``, shortened, with what looks like a secret or a person's number replaced by its kind."""
    # Both ends are kept: a traceback says most in its last line.
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    for replacement, pattern in _PLAIN:
        shown = pattern.sub(replacement, shown)
    return _DIGITS.sub(_number, shown)


def redactor(*, safe: frozenset[str]) -> Processor:
    """Return a processor of log lines that redacts every value, however deep, but those of the ``safe`` keys.

    Safe are keys whose values we make ourselves from closed sets or as ids: they are most of a line.
    """

    def process(_logger: Any, _method: str, line: EventDict) -> EventDict:
        for key, value in line.items():
            if key not in safe and value.__class__ not in _HARMLESS:
                line[key] = redacted(value)
        return line

    return process


_HARMLESS = frozenset({int, float, bool, type(None)})


def redacted(value: Any) -> Any:
    """Return ``value`` with every text in it redacted; what is not JSON becomes its redacted text."""
    if isinstance(value, str):
        return redact_text(value)
    if value.__class__ in _HARMLESS:
        return value
    if isinstance(value, Mapping):
        return {redact_text(str(key)): redacted(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(item) for item in value]
    return redact_text(str(value))


def _number(match: re.Match[str]) -> str:
    text = match[0]
    digits = [int(digit) for digit in text if digit.isdigit()]
    if _MEASURE.fullmatch(text):
        return text
    if len(digits) >= 13 and _luhn(digits):
        return "[card]"
    return "[phone]" if 8 < len(digits) <= 15 or text.startswith("+") else text


def _luhn(digits: list[int]) -> bool:
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
