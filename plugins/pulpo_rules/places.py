"""Places in free text, found by what stands around them: "in Mill Valley", "to 160 Saratoga Ave # 280", "en la calle
Mayor 5", "the Antioch area". No gazetteer: a place is a run of words with capitals, or a house number with its street,
after a word that leads to a place. Every function returns values with their spans."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from pulpo_rules import lexicon
from pulpo_rules.text import Span, Token, fold, tokens

_ORIGINS: Final = frozenset("from desde".split())
_LEADS: Final = frozenset("in near around at to from towards within en a cerca hacia hasta desde por".split())
_INTO: Final = frozenset("in near en".split())
"""Those that lead to a place in small letters as well; the others lead to anything ("to go", "a comer")."""
_LINKS: Final = frozenset("the of city town area de del la el las los ciudad zona barrio pueblo is es".split())
_INSIDE: Final = frozenset("de del la las los el of the st san santa saint y and".split())
_SAINTS: Final = frozenset({"st"})
_AREA: Final = frozenset("area region zona barrio district neighborhood neighbourhood".split())
_MOST_WORDS: Final = 7
_TYPED_SMALL: Final = 3
"""Words of a place in a text without capitals: more are hardly its name."""
_GAP: Final = re.compile(r"[\s#]*|\s*[.'’-]\s?|,?\s?#\s?")


class Place(NamedTuple):
    """A place, where it stands, whether it has a house number or a street, and whether one comes from there."""

    value: str
    span: Span
    street: bool
    origin: bool


def places(text: str, *, known: Collection[str]) -> list[Place]:
    """Return the places that a preposition leads to, or that are called an area, in their order.

    ``known`` are words with a meaning, which are no place in small letters.
    """
    said = tokens(text)
    found: list[Place] = []
    position = 0
    while position < len(said):
        lead = said[position].word
        run = _run(text, said, _after_links(text, said, position), known, lead) if lead in _LEADS else []
        run = run or _named_area(text, said, position) or _address(text, said, position, known)
        if run:
            found.append(_place(text, run, origin=lead in _ORIGINS))
            position = said.index(run[-1])
        position += 1
    return found


def answered_place(text: str, *, known: Collection[str]) -> Place | None:
    """Return the place in the answer to a question for one: after its lead, else what has capitals within the text,
    else everything but courtesy; None when it says nothing of the kind."""
    found = places(text, known=known)
    if found:
        return found[0]
    said = tokens(text)
    while said and said[0].word in _COURTESY:
        said = said[1:]
    while said and said[-1].word in _COURTESY:
        said = said[:-1]
    if 0 < len(said) <= _MOST_WORDS and _is_all_place(text, said, known):
        return _place(text, said, origin=False)
    for position, token in enumerate(said):
        if position and _is_name(text, token):
            return _place(text, _run(text, said, position, known) or [token], origin=False)
    return None


_COURTESY: Final = frozenset(
    "please por favor porfa gracias thanks thank you yes si ok okay sure um eh well bueno pues claro no".split()
)


def _is_all_place(text: str, said: Sequence[Token], known: Collection[str]) -> bool:
    """Whether an answer is nothing but a place: it begins like one, and no word of it means anything else."""
    first = said[0]
    if first.word in lexicon.STREETS or text[first.start].isdigit():
        return any(token.word.isalpha() and token.word not in lexicon.COMMON for token in said)
    strange = [token for token in said if not token.word.isdigit() and token.word not in _INSIDE]
    return bool(strange) and all(
        token.word in lexicon.STREETS or _may_be_street(token, known) or (_is_name(text, token) and token is not first)
        for token in strange
    )


def _place(text: str, run: Sequence[Token], *, origin: bool) -> Place:
    start, end = run[0].start, run[-1].end
    said = run[1:] if run[0].word in _SAINTS else run
    street = any(token.word in lexicon.STREETS or token.word[0].isdigit() for token in said)
    return Place(" ".join(text[start:end].split()), (start, end), street, origin)


def _after_links(text: str, said: Sequence[Token], position: int) -> int:
    position += 1
    while position < len(said) and said[position].word in _LINKS and not _is_capital(text, said[position]):
        position += 1
    return position


def _run(text: str, said: Sequence[Token], position: int, known: Collection[str], lead: str = "") -> list[Token]:
    """The tokens of the place that begins at ``position``, if one does."""
    if position >= len(said):
        return []
    first = said[position]
    numbered = first.word.isdigit()
    if not (numbered or first.word in lexicon.STREETS or _is_name(text, first)):
        return _in_small_letters(text, said, position, known) if lead in _INTO else []
    run: list[Token] = []
    for token in said[position : position + _MOST_WORDS]:
        if run and not _GAP.fullmatch(text[run[-1].end : token.start]):
            break
        street = numbered and len(run) < _TYPED_SMALL + 1 and _may_be_street(token, known)
        inside = _is_name(text, token) or _is_unit(text, token) or token.word in lexicon.STREETS | _INSIDE
        if not (inside or street):
            break
        run.append(token)
    while run and run[-1].word in _INSIDE and not _is_capital(text, run[-1]):
        run.pop()
    # A number with nothing that calls a street beside it is an hour, a price, a count: anything but a place.
    return run if any(token.word in lexicon.STREETS or _is_name(text, token) for token in run) else []


def _may_be_street(token: Token, known: Collection[str]) -> bool:
    return token.word.isalpha() and token.word not in lexicon.COMMON | _NO_PLACES and token.word not in known


def _in_small_letters(text: str, said: Sequence[Token], position: int, known: Collection[str]) -> list[Token]:
    if any(char.isupper() for char in text[1:].replace(" I ", " ")):
        return []
    run: list[Token] = []
    for token in said[position : position + _TYPED_SMALL]:
        if not _may_be_street(token, known) or (run and text[run[-1].end : token.start].strip()):
            break
        run.append(token)
    return run


def _named_area(text: str, said: Sequence[Token], position: int) -> list[Token]:
    """ "the Antioch area": the words with capitals before the word for a part of the world."""
    run: list[Token] = []
    for token in said[position:]:
        if token.word in _AREA:
            return run
        if not _is_name(text, token):
            return []
        run.append(token)
    return []


def _address(text: str, said: Sequence[Token], position: int, known: Collection[str]) -> list[Token]:
    """A house number and its street need nothing before them: "160 Saratoga Ave"."""
    if not said[position].word.isdigit():
        return []
    run = _run(text, said, position, known)
    return run if any(token.word in lexicon.STREETS for token in run[1:]) else []


def _is_capital(text: str, token: Token) -> bool:
    return text[token.start].isupper()


def _is_name(text: str, token: Token) -> bool:
    return _is_capital(text, token) and token.word not in _NO_PLACES


def _is_unit(text: str, token: Token) -> bool:
    return any(char.isdigit() for char in token.word) and text[token.end : token.end + 1] not in (":", "/")


_NO_PLACES: Final = (lexicon.NEVER_NAMES - frozenset("el la los las san".split())) | frozenset(
    "i january february march april june monday tuesday wednesday thursday friday saturday sunday lunes martes "
    "miercoles jueves viernes sabado domingo abril junio am pm".split()
)


def of_kind(found: Iterable[Place], *, street: bool) -> list[Place]:
    """Return the places that an address can be, or those that a town can."""
    return [place for place in found if place.street == street]


def is_pointed_at(text: str) -> bool:
    """Whether a text speaks of a place without naming it: "there", "esa dirección"."""
    return bool(_POINTING.search(fold(text)))


_POINTING: Final = re.compile(
    r"(?<!\bis )(?<!\bare )\bthere\b(?! (?:is|are)\b)|\b(?:ahi|alli|alla)\b"
    r"|\b(?:that|the same|this) (?:place|address|location|city|area|town)\b"
    r"|\b(?:es[ae]|la misma|el mismo|est[ae]) (?:direccion|lugar|sitio|ciudad|zona)\b"
)
