"""What somebody asks for that is not listed: "¿hacéis masajes?", "can I get a massage?".

Only the object of a wish or of "do you do …" counts, and only words that nobody ever said to any tool: for whatever
else was not understood it would be a lie to say that we do not offer it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pulpo_rules import lexicon, texts
from pulpo_rules.choices import same
from pulpo_rules.fields import Field, Form
from pulpo_rules.situation import Facts, Situation
from pulpo_rules.text import Token, fold, overlaps, tokens
from pulpo_rules.understanding import Clause, Understanding

_OFFERING: Final = (
    r"hace(?:is|n|s)?|ofrece(?:is|n|s)?|(?:do|does|can) (?:you|u)(?: guys| also| even)? (?:do|offer|give)"
    r"|(?!acept|admit|cobr|sab|ten|est|pod|quer|cre|dec|hab|ve|va)\w{2,}(?<!st)[ae]is"
    r"|do (?:you|u)(?: guys| also| even)? (?!take|accept|have|know|think|mind|speak|need|want|see)\w+"
)
"""What is done for customers; what is taken from them, known or had is no offer."""
_WANTING: Final = (
    r"hacer(?:me|te|se|le|nos)?|quiero|queria|quisiera|me gustaria|necesito|busco|dame|ponme|"
    r"can i|could i|i want|i need|i'd like|i would like|looking for|get|have"
)
_OFFERED: Final = re.compile(rf"\b(?:{_OFFERING})\b")
_WANTED: Final = re.compile(rf"\b(?:{_OFFERING}|{_WANTING})\b")
_JOINS: Final = frozenset("de del of y and con with para for la el".split())
_ENDS: Final = lexicon.QUESTION_WORDS | frozenset("con with sin without si if whether pero but".split())
"""What begins another thought between a wish and a word."""
_BETWEEN: Final = 4
"""Words that may stand between a wish and its object."""
_MEANT_OTHERWISE: Final = (lexicon.NEVER_NAMES, lexicon.COMMON, lexicon.OTHERS)
_AGAIN: Final = re.compile(r"(?<!\w)(?:y|o|ni|and|or|what about|how about|que tal)\b")
_SHORTEST: Final = 4
"""Letters of a word that can be the name of something."""


def not_offered(form: Form, known: Facts, understood: Understanding, situation: Situation) -> str:
    """Return the sentence that what was asked of ``form`` is not listed; empty where nothing of the kind was asked."""
    each = None if form.read_only else _wanting(form, known)
    if each is None or not situation.listed(each) or _is_named(each, understood):
        return ""
    for clause in understood.clauses:
        said = _object(clause, understood, _WANTED)
        if said:
            return situation.say(texts.NOT_OFFERED, said=said)
    return ""


def nowhere_listed(understood: Understanding, situation: Situation, *, again: bool = False) -> tuple[str, Field] | None:
    """Return what somebody asks whether we do it, and the argument whose list it is missing from, where no tool is
    asked for by anything else in the message. ``again`` says that the last thing asked for was not listed either, so
    that "y depilación?" asks for another one."""
    for clause in understood.clauses:
        said = _object(clause, understood, _OFFERED) or (_object(clause, understood, _AGAIN) if again else "")
        for form in situation.forms.values() if said else ():
            each = _wanting(form, {})
            if each is not None and not form.read_only and situation.listed(each):
                return said, each
    return None


def _wanting(form: Form, known: Facts) -> Field | None:
    """The listed thing that a tool needs and lacks; one's own things and people are no offer."""
    return next(
        (
            each
            for each in form.fields
            if each.required and each.listed and each.name not in known and not each.person and not each.slot.none
        ),
        None,
    )


def _is_named(each: Field, understood: Understanding) -> bool:
    return any(name == each.name for _, name in understood.mentions.found)


def _object(clause: Clause, understood: Understanding, leading: re.Pattern[str]) -> str:
    """What follows a verb of wishing or offering, as it was written, if nobody ever said such a word to a tool."""
    start, end = clause.span
    following = tokens(understood.text[:end])
    for match in leading.finditer(fold(understood.text), start, end):
        said = _strange_words([token for token in following if token.start >= match.end()], understood)
        if said:
            return understood.text[said[0].start : said[-1].end]
    return ""


def _strange_words(following: Sequence[Token], understood: Understanding) -> list[Token]:
    """The first strange words in a row, a few known ones after the verb."""
    first = next((at for at, token in enumerate(following) if _is_strange(token, understood)), None)
    if first is None or first > _BETWEEN or any(_leads_elsewhere(each, understood) for each in following[:first]):
        return []
    said: list[Token] = []
    for token in following[first:]:
        if _is_strange(token, understood):
            said.append(token)
        elif token.word not in _JOINS:
            break
    return said


def _leads_elsewhere(token: Token, understood: Understanding) -> bool:
    return token.word in _ENDS or not (token.word in understood.known or token.word in lexicon.STOPWORDS)


def _is_strange(token: Token, understood: Understanding) -> bool:
    word = token.word
    if (
        len(word) < _SHORTEST
        or word.isdigit()
        or word in lexicon.NEVER_NAMES
        or word in lexicon.COMMON | lexicon.OTHERS
    ):
        return False
    if overlaps((token.start, token.end), understood.mentions.spans):
        return False
    return not any(known[:1] == word[0] and same(known, word) for known in understood.known)
