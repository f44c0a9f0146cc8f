"""People's names in free text: introduced ("soy Ana"), addressed ("para Ana"), given as an answer, or standing alone
beside other data (", Ana Ruiz, 600 123 456"). Every function returns names with their spans."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from pulpo_rules import lexicon
from pulpo_rules.entities import Entity
from pulpo_rules.text import Span, Token, distance, fold, overlaps, tokens

MOST_WORDS: Final = 5
_NAME_IS: Final = re.compile(
    r"\b(?:me llamo|se llaman?|su nombre es|mi nombre es|mi nombre|soy|a nombre de|al nombre de|"
    r"nombre (?:a|por|sea|seria)|nombre|de parte de|"
    r"para la senora|para el senor|my name is|my name's|name is|the name is|name'?s|name to|i am|i'm|im|this is|"
    r"(?:the |el )?(?:name|nombre) (?:should be|must be|has to be|would be|es|seria|debe ser|tiene que ser)|"
    r"under the name of|under the name|in the name of|under|name)\s*[:,]?\s+"
)
_ADDRESSED: Final = re.compile(r"\b(?:para|for|a|to|de parte de)\s+(?=[^\W\d_])")
_AFTER_A_WORD: Final = re.compile(r"\w,?\s+(?=[^\W\d_])")
_OPENS: Final = re.compile(r"(?:^|[,.;:!\n]|\b(?:hola|buenas|hi|hello|hey|y|and))\s*$")
_PARTICLES: Final = frozenset("de del la las los da do dos van von der di el y e mac mc san santa".split())
_TITLES: Final = frozenset("senora senor sra sr dr dra don dona mr mrs ms miss".split())
_DETERMINERS: Final = frozenset("el la los las un una unos unas the an otro otra mi my this that".split())
_NOT_BEFORE_A_NAME: Final = frozenset("con with no de".split())
_DESCRIBING: Final = lexicon.NAME_STOPPERS - lexicon.NEVER_NAMES
_WEAK: Final = frozenset("soy i i'm im this under nombre name mi".split())
"""Openings that may go on with anything: in a text that has capitals at all, a name has one."""
_RELATIVE: Final = re.compile(r"(?:mi|my|su|nuestr[ao]|our)\s+[^\W\d_]+,?\s+")
"""Who a name belongs to, said before it: "a nombre de mi hija Sol"."""
_LAUGHS: Final = re.compile(r"(?:j[aei]|h[aei]|x[ds]*)(?:j?[aei]|h?[aei]|j|h)*|m{2,}|[aeo]h+")
_BREAK: Final = re.compile(r"[,;:!?¡¿()\n/|–—+]|\.(?=\s|$)")
_EDGES: Final = (
    lexicon.FILLERS
    | _TITLES
    | frozenset(
        "telefono tel tlf tfno tlfno telf fono cel celu celular movil whatsapp wasap wsp wpp numero num nro "
        "phone number mobile cell mail email".split()
    )
) - _NOT_BEFORE_A_NAME


_LETTER: Final = re.compile(r"\b(?:con|sin|with|without) (?:una? |an? )?(?:[a-z]|hache|jota|zeta|ceta|uve|ene)\b")
_NOT_SO: Final = re.compile(r"\W*(?:(?:ay|uy|oh|ah|hmm?)\W+)?(?:no|perdon|sorry)\b.{0,12}\b(?:es|it's|its|is)\b")
_TYPED_WRONG: Final = 2
"""Letters in which two spellings of a name differ."""
_OTHERS = "|".join(sorted(lexicon.OTHERS))
_OF_OTHERS: Final = re.compile(
    rf"\bde(?:l| la| un| una| otr[ao])? (?:(?:mi|mis|su|tu|nuestr[oa]) )?(?:otr[ao] )?(?:{_OTHERS})\b"
    rf"|\btienen? (?:mi|nuestr[oa]) (?:{_OTHERS})\b|\b(?:{_OTHERS})'s\b|\b(?:his|her|their) [^\W\d_]+"
    rf"|\b(?:does|has|did|for|of) (?:my|our) (?:{_OTHERS})\b"
)
_OWN: Final = re.compile(
    rf"\b(?:mis?|my) (?!(?:{_OTHERS})\b)[^\W\d_]+|\b(?:tengo|mine|mi[ao]s?)\b|\b(?:do|did|have) i\b"
)
_OF_A_NAME: Final = re.compile(
    r"\bde (?P<es>[^\W\d_]+)|\b(?P<en>[^\W\d_]+)['’]s\b|\b(?:does|has|did) (?P<do>[^\W\d_]+)"
)


def speaks_of_others(text: str, *, taken: Collection[Span], known: Collection[str]) -> bool:
    """Whether a text asks for something that is another person's ("my friend's", "de Pedro") and for nothing of one's
    own. ``taken`` are the places of values that were read, ``known`` the words that are no names."""
    folded = fold(text).replace("’", "'")
    if _OWN.search(folded):
        return False
    if _OF_OTHERS.search(folded):
        return True
    for match in _OF_A_NAME.finditer(text):
        kind = match.lastgroup or ""
        word = fold(match[kind])
        if match[kind][0].isupper() and not overlaps(match.span(kind), taken):
            return word not in known and word not in lexicon.NEVER_NAMES and any(char.islower() for char in text)
    return False


def introduced_names(text: str) -> list[Entity]:
    """Return names said to be one: "soy Ana", "a nombre de Ana Pérez", "my name is …"."""
    folded = fold(text)
    found = [_introduced(text, folded, match) for match in _NAME_IS.finditer(folded)]
    return [entity for entity in found if entity is not None]


def _introduced(text: str, folded: str, match: re.Match[str]) -> Entity | None:
    """A weak opening ("soy …") in small letters counts at the beginning of a clause only."""
    weak = match[0].split()[0].rstrip(":,") in _WEAK
    relative = _RELATIVE.match(folded, match.end())
    if relative and text[relative.end() : relative.end() + 1].isupper():
        return _name_at(text, relative.end(), must_look_like_one=True)
    entity = _name_at(text, match.end(), must_look_like_one=weak)
    if entity is None or not weak or text[entity.span[0]].isupper() or _OPENS.search(folded[: match.start()]):
        return entity
    return None


def respelt_name(text: str, name: str) -> Entity | None:
    """Return ``name`` with the word in it that a text spells anew: "es Ruiz con z" for "Ana Ruis".

    A letter has to be told, or "no" said first: a likeness alone may be chance.
    """
    folded = fold(text)
    if not (_LETTER.search(folded) or _NOT_SO.match(folded)):
        return None
    parts = name.split()
    for token in tokens(text):
        for number, part in enumerate(parts):
            before = fold(part)
            most = min(_TYPED_WRONG, len(before) - 2) if token.word[:1] == before[:1] else 1
            if 0 < distance(token.word, before) <= most and token.word not in lexicon.NAME_STOPPERS:
                written = _as_name(text[token.start : token.end])
                return Entity(" ".join([*parts[:number], written, *parts[number + 1 :]]), (token.start, token.end))
    return None


def addressed_names(text: str, *, known: Collection[str], anywhere: bool = False) -> list[Entity]:
    """Return the first name with capitals after a preposition ("para Ana", "to John Smith") that is no ``known`` word;
    with ``anywhere`` one that follows any word."""
    for match in (_AFTER_A_WORD if anywhere else _ADDRESSED).finditer(text):
        if not text[match.end()].isupper():
            continue
        entity = _name_at(text, match.end(), must_look_like_one=True)
        if entity and fold(entity.value.split()[0]) not in known:
            return [entity]
    return []


def bare_name(text: str, *, known: Collection[str] = ()) -> Entity | None:
    """Return the name that answers the question for one: up to five words, and nothing else but punctuation.

    A ``known`` word in small letters is no name, and neither is a thing with its article ("un momento").
    """
    introduced = introduced_names(text)
    if introduced:
        return introduced[0]
    said = [] if "?" in text or "¿" in text else tokens(text)
    article = False
    while said and said[0].word in (lexicon.FILLERS | _TITLES) - _NOT_BEFORE_A_NAME:
        article = said[0].word in _DETERMINERS
        said = said[1:]
    if not said or _LAUGHS.fullmatch(said[0].word):
        return None
    entity = _name_at(text, said[0].start, must_look_like_one=False)
    if entity is None or any(token.start >= entity.span[1] and token.word not in lexicon.FILLERS for token in said):
        return None
    small = not text[entity.span[0]].isupper()
    return None if small and (article or said[0].word in known) else entity


def standing_names(
    text: str, *, phones: Collection[Span], known: Collection[str], taken: Callable[[Token, bool], bool], wanted: bool
) -> list[Entity]:
    """Return the name that stands alone between commas, numbers and whatever was read already (made blank in
    ``text``), or nothing.

    With capitals it counts where a name is ``wanted`` or a phone number is near, in small letters only directly
    beside one of ``phones``. ``known`` words are none; ``taken`` tells whether a word names a listed value, and
    whether it may all the same be part of a name is asked with the second argument set.
    """
    if not (wanted or phones):
        return []
    shouted = not any(char.islower() for char in text)
    found: list[tuple[bool, Entity]] = []
    for fragment in _fragments(text):
        said = _trimmed(fragment, text, known, taken)
        if not said or len(said) > MOST_WORDS - 1 or _is_a_thing(said, fragment, text):
            continue
        near = any(_adjoin(text, fragment, phone) for phone in phones)
        if _stands(said, text, known=known, taken=taken, near=near, shouted=shouted):
            span = (said[0].start, said[-1].end)
            found.append((near, Entity(_as_name(text[slice(*span)]), span)))
    beside = [entity for near, entity in found if near]
    return (beside or [entity for _, entity in found])[-1:]


def _is_a_thing(said: Sequence[Token], fragment: Sequence[Token], text: str) -> bool:
    """Small letters after an article call a thing, and nobody: "el interno es 600…"."""
    before = [token.word for token in fragment if token.start < said[0].start]
    return bool(before) and before[-1] in _DETERMINERS and not _has_capitals(said, text)


def _fragments(text: str) -> Iterable[list[Token]]:
    """The tokens between breaks; the titles before a name do not end a fragment with their full stop."""
    fragment: list[Token] = []
    for token in tokens(text):
        gap = text[fragment[-1].end : token.start] if fragment else ""
        if fragment and _BREAK.search(gap) and not (gap.strip() == "." and fragment[-1].word in _TITLES):
            yield fragment
            fragment = []
        fragment.append(token)
    if fragment:
        yield fragment


def _trimmed(
    fragment: Sequence[Token], text: str, known: Collection[str], taken: Callable[[Token, bool], bool]
) -> Sequence[Token]:
    """Leave out small words around a name and the listed values said right before it, and before a name with capitals
    what is known as well ("dame hora para una prueba Ana Ruiz")."""
    said = list(fragment)
    while said and (said[-1].word in _EDGES or said[-1].word in _PARTICLES):
        said.pop()
    while said and said[0].word not in _NOT_BEFORE_A_NAME and (said[0].word in _EDGES or taken(said[0], False)):
        said.pop(0)
    rest = list(said)
    while rest and rest[0].word not in _NOT_BEFORE_A_NAME and _is_no_name(rest[0], text, known):
        rest.pop(0)
    return rest if rest and _has_capitals(rest, text) else said


def _is_no_name(token: Token, text: str, known: Collection[str]) -> bool:
    """A known word with a capital it does not owe to its place may be a name all the same ("Luz"), and one that
    describes may be one anywhere ("Blanca", "Caro")."""
    if token.word in _EDGES:
        return True
    opens = not text[: token.start].strip(" ,.;:!¡¿") and token.word not in _DESCRIBING
    return token.word in known and (opens or not text[token.start].isupper())


def _has_capitals(said: Iterable[Token], text: str) -> bool:
    return all(text[token.start].isupper() or token.word in _PARTICLES for token in said)


def _adjoin(text: str, fragment: Sequence[Token], phone: Span) -> bool:
    """Whether only punctuation stands between a fragment and a phone number; both are the outermost of their kind."""
    between = text[phone[1] : fragment[0].start] if phone[1] <= fragment[0].start else text[fragment[-1].end : phone[0]]
    return not any(char.isalnum() for char in between)


def _stands(
    said: Sequence[Token],
    text: str,
    *,
    known: Collection[str],
    taken: Callable[[Token, bool], bool],
    near: bool,
    shouted: bool,
) -> bool:
    capitals = not shouted and _has_capitals(said, text)
    # Beside a phone number a word that describes is rather a name: "caro diaz 600 123 456".
    may_describe = capitals or (near and len(said) > 1 and not any(token.word in known for token in said[1:]))
    if not all(
        _may_be_name(token.word, first=token is said[0], capital=capitals or (may_describe and token is said[0]))
        for token in said
    ):
        return False
    if (
        (_is_no_name(said[0], text, known) and not (near and said[0].word in _DESCRIBING))
        or _LAUGHS.fullmatch(said[0].word)
        or any(taken(token, False) for token in said)
    ):
        return False
    if not capitals:
        # A first name may be a word as well ("sol", "caro"), a whole name is not made of them.
        strange = [token.word not in known for token in said]
        named = all(strange) or (any(strange) and len(said) > 1 and said[0].word in _DESCRIBING)
        return near and named and not all(taken(token, True) for token in said)
    if len(said) > 1:
        return True
    opens = not text[: said[0].start].strip(" ,.;:!¡¿")
    return near or not (opens or taken(said[0], True))


def _name_at(text: str, start: int, *, must_look_like_one: bool) -> Entity | None:
    taken: list[Span] = []
    last = start
    mixed = any(char.islower() for char in text)
    for token in tokens(text):
        if token.start < start:
            continue
        gap = text[last : token.start]
        if len(taken) == MOST_WORDS or gap.strip(" .") or (taken and "." in gap and len(text[slice(*taken[-1])]) > 3):
            break
        if not _may_be_name(token.word, first=not taken, capital=mixed and text[token.start].isupper()):
            break
        taken.append((token.start, token.end))
        last = token.end
    while taken and fold(text[slice(*taken[-1])]) in _PARTICLES:
        taken.pop()
    if not taken or (must_look_like_one and not _looks_like_name(text, taken)):
        return None
    span = (taken[0][0], taken[-1][1])
    return Entity(_as_name(text[slice(*span)]), span)


def _may_be_name(word: str, *, first: bool, capital: bool) -> bool:
    """Words that describe may be names when they have a capital: "Caro", "Blanca", "Grande"."""
    if any(char.isdigit() for char in word):
        return False
    if word in _PARTICLES:
        return not first
    stoppers = lexicon.NEVER_NAMES if capital else lexicon.NAME_STOPPERS
    return len(word) > 1 and word not in stoppers and word not in _TITLES


def _looks_like_name(text: str, spans: list[Span]) -> bool:
    """Whether the words begin with capitals, or the whole text has none (people type that way)."""
    return text[spans[0][0]].isupper() or not any(char.isupper() for char in text[1:])


def _as_name(said: str) -> str:
    """Give a name typed in small letters its capitals."""
    if said != said.lower():
        return " ".join(said.split())
    return " ".join(word if word in _PARTICLES else word.capitalize() for word in said.split())
