"""Who a pronoun means ("con ella", "with him"): the person of a list who was named last in the talk.

Gender is not looked at, for nobody declares it: two people named in one breath are asked about, and one who was never
named is no answer, so that "vengo con ella" brings nobody into it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

import pulpo
from pulpo_rules import lexicon
from pulpo_rules.choices import pick
from pulpo_rules.text import Span, fold, words

_ES: Final = (
    r"\b(?:con|por)\s+(?:ella\b|él\b|el(?=\s*(?:$|[,.;:!?)]|a las? |por favor|porfa|mejor|entonces|tambi[eé]n))"
    r"|(?:la misma|el mismo|esa misma|ese mismo)(?: (?:persona|chica|chico))?\b(?! (?:hora|d[ií]a|precio|semana)))"
    r"|\bme (?:l[oa]s? )?\w+ (?:ella|él)\b"
    r"|\b(?:est[aá]|tiene|trabaja|puede|atiende) (?:ella|él)\b|\b(?:ella|él) (?:est[aá]|tiene|trabaja|puede|atiende)\b"
)
_EN: Final = (
    r"\b(?:with|by)\s+(?P<whom>her|him)\b|\b(?:with|by) (?:that|the) same (?:person|one|girl|guy|lady)\b"
    r"|\b(?:is|does|has|can) (?:she|he)\b(?= (?:free|in\b|working|work\b|have|got|do\b|there|fit))"
)
_SPEAKS: Final = re.compile(f"{_ES}|{_EN}", re.IGNORECASE)
_NEXT_WORD: Final = re.compile(r"\s+([^\W\d_]+)")
_AFTER: Final = (
    lexicon.FILLERS | lexicon.WEEKDAYS | frozenset("again next too then noon around about after before".split())
)
"""What may follow "with her" where it is no "with her daughter"."""


def speaks_of_somebody(text: str) -> Span | None:
    """Return where a pronoun stands that may mean one of the people listed."""
    for match in _SPEAKS.finditer(text):
        following = _NEXT_WORD.match(text, match.end()) if match["whom"] else None
        if following is None or fold(following[1]) in _AFTER:
            return match.span()
    return None


def named_last(
    before: Sequence[str], listed: Sequence[pulpo.Choice], *, known: Collection[str]
) -> tuple[pulpo.Choice, ...]:
    """Return who of ``listed`` was named in the newest of ``before`` (newest first) that names anybody; where that is
    several, the one of them whom the message right before it named alone, for that was a question about them."""
    for position, text in enumerate(before):
        named = _named(text, listed, known)
        if len(named) > 1 and position + 1 < len(before):
            asked = _named(before[position + 1], listed, known)
            return asked if len(asked) == 1 and asked[0] in named else named
        if named:
            return named
    return ()


def _named(text: str, listed: Sequence[pulpo.Choice], known: Collection[str]) -> tuple[pulpo.Choice, ...]:
    found: dict[str, pulpo.Choice] = {}
    said = set(words(text))
    for picked in pick(text, listed, known=known):
        for choice in (picked.choice,) if picked.choice else picked.rivals:
            if _label_words(choice) & said:
                found.setdefault(str(choice.value), choice)
    return tuple(found.values())


def _label_words(choice: pulpo.Choice) -> set[str]:
    """The words of the name itself, for "whoever" names nobody whom a pronoun could mean."""
    labels = [choice.label] if isinstance(choice.label, str) else list(choice.label.values())
    return {word for label in labels for word in words(label)}
