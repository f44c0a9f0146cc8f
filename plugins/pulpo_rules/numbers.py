"""Numbers in free text: digits and the small number words of both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pulpo_rules import lexicon
from pulpo_rules.text import Span, fold, stem, tokens

_DIGITS = re.compile(r"(?<![\w.,/:-])[-+]?\d{1,9}(?:[.,]\d{1,2})?(?![\w:/]|[.,]\d)")
_UNCERTAIN = frozenset({"un", "una", "uno", "one", "once", "par"})
"""Words that are more often something else than a number."""


class Number(NamedTuple):
    """A number, where it stands, the stems of the words beside it, and whether it may be no number at all."""

    value: float
    span: Span
    beside: tuple[str, ...]
    uncertain: bool


def numbers(text: str) -> list[Number]:
    """Return the numbers of ``text`` in order."""
    found: list[tuple[float, Span, bool]] = [
        (float(match[0].replace(",", ".")), match.span(), False) for match in _DIGITS.finditer(text)
    ]
    for token in tokens(text):
        if token.word in lexicon.NUMBERS:
            span = (token.start, token.end)
            found.append((float(lexicon.NUMBERS[token.word]), span, token.word in _UNCERTAIN))
    return [Number(value, span, _beside(text, span), uncertain) for value, span, uncertain in sorted(found, key=_start)]


def _start(found: tuple[float, Span, bool]) -> int:
    return found[1][0]


def _beside(text: str, span: Span) -> tuple[str, ...]:
    """The stems of the content words next to a number: three after it, and one before it."""
    after = _content(fold(text)[span[1] : span[1] + 48])[:3]
    before = _content(fold(text)[max(0, span[0] - 24) : span[0]])[-1:]
    return tuple(stem(word) for word in [*after, *before])


def _content(text: str) -> Sequence[str]:
    return [token.word for token in tokens(text) if token.word not in lexicon.STOPWORDS]
