"""Reads where: streets before their house numbers are taken for hours, towns after everything that is listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import pulpo
from pulpo_rules import lexicon
from pulpo_rules.acts import read_acts
from pulpo_rules.fields import Field
from pulpo_rules.mentions import Mention
from pulpo_rules.places import Place, answered_place, places
from pulpo_rules.text import spelt_out, words
from pulpo_rules.walk import Walk

_TAKES: Final = {True: lexicon.STREET_PLACES, False: lexicon.TOWNS}


def streets(walk: Walk) -> None:
    """Read addresses, before their house numbers are taken for hours."""
    _put_places(walk, street=True)


def towns(walk: Walk) -> None:
    """Read the names of places, after everything that is listed."""
    _put_places(walk, street=False)
    for each in walk.of_kind("text"):
        if each.place and walk.asked(each) and (each.tool, each.name) not in walk.found:
            _answered_place(walk, each)


def _put_places(walk: Walk, *, street: bool) -> None:
    fields = [each for each in walk.of_kind("text") if each.place & _TAKES[street]]
    found = [place for place in places(walk.left, known=walk.scene.known) if place.street == street]
    for tool in dict.fromkeys(each.tool for each in fields if found):
        own = [each for each in fields if each.tool == tool and (tool, each.name) not in walk.found]
        for each, place in _shared_out(walk, own, found):
            walk.put(each, Mention(value=place.value, spans=(place.span,)))
    if fields:
        walk.used.extend(place.span for place in found)


def _shared_out(walk: Walk, fields: Sequence[Field], found: Sequence[Place]) -> Iterable[tuple[Field, Place]]:
    """Give a tool's fields their places: where one comes from, then the one asked for, then a lone one."""
    origins = [each for each in fields if _is_origin(each)]
    others = [each for each in fields if each not in origins]
    for own, here in (
        (origins, [place for place in found if place.origin]),
        (others, [place for place in found if not (place.origin and origins)]),
    ):
        asked = [each for each in own if walk.asked(each)]
        if here and (asked or len(own) == 1):
            yield (asked or own)[0], here[-1]


def _answered_place(walk: Walk, each: Field) -> None:
    if pulpo.read_consent(walk.text) is not None or read_acts(walk.text).whole is not None:
        return
    place = answered_place(walk.left, known=walk.scene.known)
    if place:
        walk.put(each, Mention(value=place.value, spans=(place.span,)))
        walk.used.append(place.span)


def _is_origin(each: Field) -> bool:
    return bool((set(words(spelt_out(each.name))) | each.place) & lexicon.ORIGINS)
