"""Text as everything else here sees it: folded with its positions kept, cut into tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from pulpo_rules import lexicon

Span: TypeAlias = tuple[int, int]

MAX_TEXT: Final = 1200
"""Characters of a message that are looked at; more is a document and not something a customer says."""

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LENGTHENED: Final = re.compile(r"([^\W\d_])\1{2,}")


class Token(NamedTuple):
    """A word of a message, folded, and where it stands."""

    word: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    return unicodedata.normalize("NFD", char)[0].lower()[:1] or char


def fold(text: str) -> str:
    """Return ``text`` in lower case and without accents, character for character: positions stay true."""
    return text.lower() if text.isascii() else "".join(map(_fold_char, text))


def tokens(text: str) -> list[Token]:
    """Cut ``text`` into folded words."""
    return [Token(match[0].replace("’", "'"), *match.span()) for match in _WORD.finditer(fold(text))]


def content(text: str) -> list[Token]:
    """The tokens of ``text`` without the smallest words; what is spelt with ñ is none of them (uñas, unas)."""
    return [
        token
        for token in tokens(text)
        if token.word not in lexicon.STOPWORDS
        or "ñ" in unicodedata.normalize("NFC", text[token.start : token.end]).lower()
    ]


def words(text: str) -> list[str]:
    """Return the words of ``text`` the way they are compared: folded, chat spelling spelt out, «siiii» cut."""
    spelt: list[str] = []
    for token in tokens(text):
        word = _LENGTHENED.sub(r"\1", token.word)
        spelt.extend(lexicon.CHAT_SPELLING.get(word, word).split())
    return spelt


def spelt_out(name: str) -> str:
    """Return an identifier as words: ``openGate``, ``open_gate`` and ``OpenGate`` are "open gate"."""
    return _HUMP.sub(" ", name.replace("_", " ")).lower()


def blank(text: str, spans: Iterable[Span]) -> str:
    """Return ``text`` with ``spans`` made empty, so that nobody reads them twice; positions stay true.

    A semicolon opens each gap: what stands before it and after it must not be read as one phrase.
    """
    for start, end in spans:
        if end > start:
            text = text[:start] + ";" + " " * (end - start - 1) + text[end:]
    return text


def overlaps(span: Span, others: Iterable[Span]) -> bool:
    """Whether ``span`` shares a character with any of ``others``."""
    return any(span[0] < end and start < span[1] for start, end in others)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Cut the commonest endings of both languages, so that number, gender and a clitic do not tell words apart."""
    for ending in lexicon.ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= (3 if ending == "s" else 4):
            return word[: -len(ending)]
    return word


def distance(left: str, right: str) -> int:
    """Return the edit distance of two words; a swap of neighbours counts once (Damerau–Levenshtein, restricted)."""
    if abs(len(left) - len(right)) > 2:
        return 3
    before: list[int] = []
    previous: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, previous, row = previous, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
    return row[-1]
