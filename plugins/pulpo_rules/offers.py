"""Which of the choices shown the user means: "la primera", "the later one", "la de las 5", "con Ana", "cualquiera"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import pulpo
from pulpo_rules import lexicon
from pulpo_rules.choices import pick
from pulpo_rules.mentions import Mention, Mentions
from pulpo_rules.text import blank, fold, tokens, words

Offers: TypeAlias = Sequence[pulpo.Offer]

_NUMBERED: Final = re.compile(
    r"^(?:la|el|opcion|option|numero|number|the|#|n[°º])?\s*(?:opcion|option|numero|number)?\s*#?(\d{1,2})$"
)
_ORDINAL_OPENERS: Final = frozenset(
    "la el lo the opcion option me quedo con tomo quiero prefiero take i'll i want".split()
)


def chosen(text: str, offers: Offers, mentions: Mentions, *, any_will_do: bool, yes: bool) -> tuple[pulpo.Offer, ...]:
    """Return the offers that ``text`` fits: one when it is clear, several when it is not, none when it is no pick."""
    if not offers:
        return ()
    if any_will_do:
        return (_fitting(offers, mentions) or tuple(offers))[:1]
    if yes and len(offers) == 1:
        return tuple(offers)
    by_values = _fitting(offers, mentions)
    if by_values:
        return _by_position(text, by_values) or by_values
    return _by_position(text, offers) or _by_label(text, offers, mentions)


def _fitting(offers: Offers, mentions: Mentions) -> tuple[pulpo.Offer, ...]:
    """The offers that agree with every value said, where they have such an argument at all."""
    said = _by_argument(mentions)
    about = {name for offer in offers for name in offer.arguments} & said.keys()
    if not about:
        return ()
    exact = tuple(offer for offer in offers if all(_agrees(offer, name, said[name], loose=False) for name in about))
    return exact or tuple(
        offer for offer in offers if all(_agrees(offer, name, said[name], loose=True) for name in about)
    )


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


def _by_position(text: str, offers: Offers) -> tuple[pulpo.Offer, ...]:
    folded = f" {' '.join(words(text))} "
    if any(f" {phrase} " in folded for phrase in lexicon.EARLIEST):
        return (min(offers, key=_when),)
    if any(f" {phrase} " in folded for phrase in lexicon.LATEST):
        return (max(offers, key=_when),)
    numbered = _NUMBERED.match(fold(text).strip(" .!"))
    position = int(numbered[1]) - 1 if numbered else _ordinal(text)
    if position is None or not -len(offers) <= position < len(offers):
        return ()
    return (offers[position],)


def is_position(text: str) -> bool:
    """Whether a text is nothing but a place in a list: "el 2", "la primera"."""
    return bool(_NUMBERED.match(fold(text).strip(" .!"))) or _ordinal(text) is not None


def _ordinal(text: str) -> int | None:
    """An ordinal among at most a few other words; "the first of May" is read as a date before this is asked."""
    said = [token.word for token in tokens(text)]
    content = [word for word in said if word not in lexicon.FILLERS | _ORDINAL_OPENERS | {"one", "uno", "una"}]
    ordinals = [word for word in said if word in lexicon.ORDINALS]
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
