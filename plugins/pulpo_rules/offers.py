"""Which of the choices shown the user means: "la primera", "the later one", "la de las 5", "con Ana", "cualquiera"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import pulpo
from pulpo_rules import lexicon
from pulpo_rules.choices import pick, same
from pulpo_rules.mentions import Mention, Mentions
from pulpo_rules.text import blank, fold, tokens, words

Offers: TypeAlias = Sequence[pulpo.Offer]

_NUMBERED: Final = re.compile(
    r"^(?:la|el|opcion|option|numero|number|the|#|n[°º])?\s*(?:opcion|option|numero|number)?\s*#?(\d{1,2})$"
)
_ORDINAL_OPENERS: Final = frozenset(
    "la el lo the opcion option me quedo con tomo quiero prefiero take i'll i want".split()
)


def chosen(
    text: str,
    offers: Offers,
    mentions: Mentions,
    *,
    any_will_do: bool,
    yes: bool,
    criteria: Collection[str] = (),
) -> tuple[pulpo.Offer, ...]:
    """Return the offers that ``text`` fits: one when it is clear, several when it is not, none when it is no pick.

    ``criteria`` are arguments that tell no offers apart: what was searched for is the same in all that was found.
    """
    if not offers:
        return ()
    if any_will_do:
        return (_fitting(offers, mentions) or (() if _says_otherwise(offers, mentions) else tuple(offers)))[:1]
    if yes and len(offers) == 1:
        return tuple(offers)
    by_values = _fitting(offers, mentions, criteria)
    if by_values:
        return _by_position(text, by_values) or by_values
    return _by_position(text, offers) or _by_label(text, offers, mentions)


def _fitting(offers: Offers, mentions: Mentions, criteria: Collection[str] = ()) -> tuple[pulpo.Offer, ...]:
    """The offers that agree with every value said, where they have such an argument at all."""
    said = _by_argument(mentions)
    about = ({name for offer in offers for name in offer.arguments} & said.keys()) - set(criteria)
    if not about:
        return ()
    exact = tuple(offer for offer in offers if all(_agrees(offer, name, said[name], loose=False) for name in about))
    return exact or tuple(
        offer for offer in offers if all(_agrees(offer, name, said[name], loose=True) for name in about)
    )


def _says_otherwise(offers: Offers, mentions: Mentions) -> bool:
    """Whether values were said by which offers are told apart, and none has them ("any day, around ten")."""
    return bool(differing(offers) & _by_argument(mentions).keys())


def _by_argument(mentions: Mentions) -> dict[str, list[Mention]]:
    said: dict[str, list[Mention]] = {}
    for (_, name), mention in mentions.found.items():
        said.setdefault(name, []).append(mention)
    return said


def _agrees(offer: pulpo.Offer, name: str, said: Iterable[Mention], *, loose: bool) -> bool:
    value = offer.arguments.get(name)
    for mention in said:
        if value is None or mention.may_be(value) or value in [rival.value for rival in mention.rivals]:
            return True
        if loose and any(other.get(name) == value for other in mention.alternatives):
            return True
    return False


def likes(text: str) -> bool:
    """Whether a text is pleased with what was offered, in whatever words; it agrees to no effect by that."""
    folded = fold(text)
    return bool(_LIKES.search(folded)) and not wants_others(text) and not _DISLIKES.search(folded)


def wants_others(text: str) -> bool:
    """Whether a text asks for something else than what was offered."""
    return bool(_OTHERS.search(fold(text)))


_GOOD: Final = (
    "good|great|nice|fine|perfect|perfectly|cool|ok|okay|awesome|lovely|excellent|wonderful|right|well|bien|genial|"
    "perfecto|perfecta|barbaro|excelente|estupendo|lindo|linda"
)
_PLEASED: Final = (
    rf"\b(?:sounds?|seems?|looks?|suena|parece|pinta|esta|viene|queda)\b(?: \w+){{0,3}}? (?:{_GOOD})\b",
    r"\b(?:it|that|this|one|she|he|they)(?:'s| is| are|(?: will| would| should)(?: be)?)\b"
    rf"(?: \w+){{0,3}}? (?:{_GOOD}|work|do)\b",
    r"\bi (?:kind of |really |do |would |also )?(?:like|love|prefer|choose|pick|take)\b|\bi'd like (?:to try )?that\b",
    r"\bi(?:'ll| will) (?:take|go with|choose)\b|\bi(?:'m| am) interested\b|\bthat(?:'s| is) (?:it|the one)\b",
    r"\b(?:works|good|fine|okay|ok) (?:for|with|by) me\b|\b(?:a )?(?:good|great|nice) (?:one|choice)\b",
    r"\b(?:me gusta|me encanta|me sirve|me convence|me quedo con|me interesa|esa misma|ese mismo)\b",
    rf"^(?:yes|yeah|yep|yup|sure|ok|okay|si|dale|vale|claro|alright|all right|{_GOOD})\b",
)
_SUPERLATIVES: Final = ("earliest", "latest", "soonest")
_LIKES: Final = re.compile("|".join(_PLEASED))
_DISLIKES: Final = re.compile(r"\b(?:not|don't|doesn't|isn't|won't|no|never|but|pero|tampoco|nunca)\b")
_CONTINUES: Final = re.compile(
    r"(?:(?:ok|okay|vale|dale|great|genial|perfecto|perfect|gracias|thanks|bueno)[ ,.!]+)*"
    r"(?:y|and|ahora|now|tambien|also|ademas|then|luego|despues)\b"
)
_OTHERS: Final = re.compile(
    r"\b(?:else|others?|another|anyother|alternatives?|alternatively|different|more|options|rather|instead|"
    r"otr[oa]s?|alternativas?|distint[oa]s?|opciones|diferentes?)\b"
)


def _by_position(text: str, offers: Offers) -> tuple[pulpo.Offer, ...]:
    wish = superlative(text) or _misspelt_superlative(text)
    if wish:
        return (extreme(offers, wish),)
    numbered = _NUMBERED.match(fold(text).strip(" .!"))
    position = int(numbered[1]) - 1 if numbered else _ordinal(text)
    if position is None or not -len(offers) <= position < len(offers):
        return ()
    return (offers[position],)


def continues(text: str) -> bool:
    """Whether a text goes on from what was just done: "and now the …", "también …"."""
    return bool(_CONTINUES.match(fold(text).lstrip(" ¡¿")))


def differing(shown: Offers) -> frozenset[str]:
    """Return the arguments in which offers differ: what one chooses by."""
    names = {name for offer in shown for name in offer.arguments}
    return frozenset(name for name in names if len({str(offer.arguments.get(name)) for offer in shown}) > 1)


def superlative(text: str) -> Literal["first", "last"] | None:
    """Whether the earliest or the latest of all is wished for: "as early as possible"."""
    folded = f" {' '.join(words(text))} "
    if any(f" {phrase} " in folded for phrase in lexicon.EARLIEST):
        return "first"
    return "last" if any(f" {phrase} " in folded for phrase in lexicon.LATEST) else None


def _misspelt_superlative(text: str) -> Literal["first", "last"] | None:
    """The same with a typo, where there is something to choose from: "the erliest one"."""
    said = words(text)
    mended = [next((whole for whole in _SUPERLATIVES if same(whole, word, lexicon.COMMON)), word) for word in said]
    return superlative(" ".join(mended)) if mended != said else None


def extreme(shown: Offers, wish: str) -> pulpo.Offer:
    """Return the earliest (``first``) or the latest (``last``) of offers."""
    return min(shown, key=_when) if wish == "first" else max(shown, key=_when)


def at_position(text: str, shown: Offers) -> pulpo.Offer | None:
    """Return the offer that a place in the list names, if the text says little else."""
    found = _by_position(text, shown) if shown and is_position(text) else ()
    return found[0] if found else None


def is_position(text: str) -> bool:
    """Whether a text is nothing but a place in a list: "el 2", "la primera"."""
    return bool(_NUMBERED.match(fold(text).strip(" .!"))) or _ordinal(text) is not None


def _ordinal(text: str) -> int | None:
    """An ordinal among at most a few other words; "the first of May" is read as a date before this is asked."""
    said = [token.word for token in tokens(text)]
    content = [word for word in said if word not in lexicon.FILLERS | _ORDINAL_OPENERS | {"one", "uno", "una"}]
    # "Cuarto" is the fourth, but in "las cinco y cuarto" a quarter.
    ordinals = [
        word
        for before, word in pairwise(["", *said])
        if word in lexicon.ORDINALS and before not in ("y", "menos", "un", "tres")
    ]
    extra = [word for word in content if word not in lexicon.ORDINALS]
    return lexicon.ORDINALS[ordinals[0]] if ordinals and len(extra) <= 1 else None


def _by_label(text: str, offers: Offers, mentions: Mentions) -> tuple[pulpo.Offer, ...]:
    """Labels are compared as the names of choices are, but not where another value was read."""
    choices = [pulpo.Choice(value=number, label=offer.label) for number, offer in enumerate(offers)]
    picked = pick(blank(text, mentions.spans), choices, known=lexicon.COMMON)
    numbers: list[int] = []
    for each in picked:
        numbers.extend(choice.value for choice in ([each.choice] if each.choice else each.rivals))
    return tuple(offers[number] for number in dict.fromkeys(numbers))


def _when(offer: pulpo.Offer) -> tuple[str, ...]:
    """What makes one offer later than another: its ISO dates and times, in the order of their names."""
    moments = {name: value for name, value in offer.arguments.items() if _is_moment(value)}
    return tuple(str(moments[name]) for name in sorted(moments, key=lambda name: (len(str(moments[name])) < 8, name)))


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and bool(re.match(r"\d{4}-\d\d-\d\d|\d\d:\d\d", value))
