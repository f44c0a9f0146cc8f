"""E-mail addresses, phone numbers and people's names in free text. Every function returns values with their spans."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from pulpo_rules import lexicon
from pulpo_rules.text import Span, fold, tokens

_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"(?<![\w/:.,])(?:\+\s?)?\(?\d(?:[\s().-]{0,2}\d){6,14}(?![\w/:]|[.,]\d)")
_DATE_LIKE: Final = re.compile(r"(?:19|20)\d\d-\d\d?-\d\d?(?!\d)|\d\d?[-.]\d\d?[-.](?:19|20)?\d\d(?!\d)")
_HOUR_BEFORE: Final = re.compile(r"(?:\b(?:las?|at|a|el|the|de|@)\s+)$")
_LEADING_GROUP: Final = re.compile(r"\d{1,2}[\s.-]+(?=\d(?:[\s().-]{0,2}\d){6,})")
_NAME_IS: Final = re.compile(
    r"\b(?:me llamo|mi nombre es|mi nombre|soy|a nombre de|al nombre de|nombre|de parte de|para la senora|"
    r"para el senor|my name is|my name's|name is|the name is|i am|i'm|im|this is|under the name of|under the name|"
    r"in the name of|under|name)\s*[:,]?\s+"
)
_ADDRESSED: Final = re.compile(r"\b(?:para|for|a|to|de parte de)\s+(?=[^\W\d_])")
_AFTER_A_WORD: Final = re.compile(r"\w,?\s+(?=[^\W\d_])")
_PARTICLES: Final = frozenset("de del la las los da do dos van von der di el y e mac mc san santa".split())
_TITLES: Final = frozenset("senora senor sra sr dr dra don dona mr mrs ms miss".split())


_NOT_BEFORE_A_NAME: Final = frozenset("con with no de".split())


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


def introduced_names(text: str) -> list[Entity]:
    """Return names said to be one: "soy Ana", "a nombre de Ana Pérez", "my name is …"."""
    found: list[Entity] = []
    for match in _NAME_IS.finditer(fold(text)):
        entity = _name_at(text, match.end(), must_look_like_one=match[0].split()[0].rstrip(":,") in _WEAK)
        if entity:
            found.append(entity)
    return found


_WEAK: Final = frozenset("soy i i'm im this under nombre name mi".split())
"""Openings that may go on with anything: in a text that has capitals at all, a name has one."""


def addressed_names(text: str, *, known: Collection[str], anywhere: bool = False) -> list[Entity]:
    """Return the first name with capitals after a preposition ("para Ana", "to John Smith") that is no ``known`` word;
    with ``anywhere`` one that follows any word."""
    for match in (_AFTER_A_WORD if anywhere else _ADDRESSED).finditer(text):
        entity = _name_at(text, match.end(), must_look_like_one=True)
        if entity and text[match.end()].isupper() and fold(entity.value.split()[0]) not in known:
            return [entity]
    return []


def bare_name(text: str) -> Entity | None:
    """Return the name that answers the question for one: up to five words, and nothing else but punctuation."""
    introduced = introduced_names(text)
    if introduced:
        return introduced[0]
    said = [] if "?" in text or "¿" in text else tokens(text)
    while said and said[0].word in (lexicon.FILLERS | _TITLES) - _NOT_BEFORE_A_NAME:
        said = said[1:]
    if not said:
        return None
    entity = _name_at(text, said[0].start, must_look_like_one=False)
    if entity is None or any(token.start >= entity.span[1] and token.word not in lexicon.FILLERS for token in said):
        return None
    return entity


def _name_at(text: str, start: int, *, must_look_like_one: bool) -> Entity | None:
    taken: list[Span] = []
    last = start
    for token in tokens(text):
        if token.start < start:
            continue
        gap = text[last : token.start]
        if len(taken) == 5 or gap.strip(" .") or (taken and "." in gap and len(text[slice(*taken[-1])]) > 3):
            break
        if not _may_be_name(token.word, first=not taken):
            break
        taken.append((token.start, token.end))
        last = token.end
    while taken and fold(text[slice(*taken[-1])]) in _PARTICLES:
        taken.pop()
    if not taken or (must_look_like_one and not _looks_like_name(text, taken)):
        return None
    span = (taken[0][0], taken[-1][1])
    return Entity(_as_name(text[slice(*span)]), span)


def _may_be_name(word: str, *, first: bool) -> bool:
    if any(char.isdigit() for char in word):
        return False
    if word in _PARTICLES:
        return not first
    return len(word) > 1 and word not in lexicon.NAME_STOPPERS and word not in _TITLES


def _looks_like_name(text: str, spans: list[Span]) -> bool:
    """Whether the words begin with capitals, or the whole text has none (people type that way)."""
    return text[spans[0][0]].isupper() or not any(char.isupper() for char in text[1:])


def _as_name(said: str) -> str:
    """Give a name typed in small letters its capitals."""
    if said != said.lower():
        return " ".join(said.split())
    return " ".join(word if word in _PARTICLES else word.capitalize() for word in said.split())
