"""Yes-or-no arguments in free text: the answer to their question, or what calls them by name."""

from __future__ import annotations

import re
from typing import Final

import pulpo
from pulpo_rules import lexicon
from pulpo_rules.acts import opens_with_yes
from pulpo_rules.mentions import Mention
from pulpo_rules.text import fold, spelt_out, stem, tokens, words

_VERBS: Final = frozenset("has have is with need want include includes con tiene es quiere incluye allow".split())
_DENIES: Final = re.compile(
    r"\b(?:not|no|don't|dont|without|sin|nor|ni|never)\b(?!.*\b(?:mind|problem|importa|molesta)\b)"
)
_ASKS_WHETHER: Final = re.compile(r"\W*(?:is|are|does|do|how|what|es|son|hay|tiene|cuanto|cual)\b")
_WITH: Final = re.compile(r"\b(con|with|sin|without|no)\s+(?:un |una |a |an |el |la |the )?(\w+)")
_BEFORE: Final = 24
"""Characters before a word in which a no counts."""


def read_flag(name: str, text: str, *, asked: bool) -> Mention | None:
    """Return what ``text`` says about the argument ``name``, or None when it says nothing."""
    said = set(words(text))
    if (asked and said & (lexicon.YES_WORDS | lexicon.NO_WORDS)) or (asked and pulpo.read_consent(text)):
        return _answer(text, said)
    return _called_by_name(name, text) or _had_with_it(name, text)


def _answer(text: str, said: set[str]) -> Mention:
    agrees = pulpo.read_consent(text) == "yes" or opens_with_yes(text)
    return Mention(value=agrees or not said & lexicon.NO_WORDS)


def _called_by_name(name: str, text: str) -> Mention | None:
    """The telling word of a name of several: "a shared one", "I don't want to share" for ``shared_ride``."""
    telling, *rest = [word for word in words(spelt_out(name)) if word not in _VERBS] or [""]
    if not rest or telling in lexicon.FILLERS or _ASKS_WHETHER.match(fold(text)):
        return None
    for token in tokens(text):
        if stem(token.word) == stem(telling):
            before = fold(text[max(0, token.start - _BEFORE) : token.start])
            return Mention(value=not _DENIES.search(before), spans=((token.start, token.end),))
    return None


def _had_with_it(name: str, text: str) -> Mention | None:
    match = _WITH.search(fold(text))
    if match and set(words(match[2])) & set(words(spelt_out(name))):
        return Mention(value=match[1] in ("con", "with"), spans=(match.span(),))
    return None
