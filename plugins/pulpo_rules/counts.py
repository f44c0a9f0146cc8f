"""Reads how many: which of the numbers in a text is which argument's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pulpo_rules import lexicon, numbers
from pulpo_rules.fields import Field
from pulpo_rules.mentions import Json, Mention
from pulpo_rules.numbers import Number
from pulpo_rules.text import blank, fold, overlaps, stem, tokens, words
from pulpo_rules.walk import Walk

_PEOPLE: Final = frozenset(map(stem, lexicon.PEOPLE))
_FOR: Final = re.compile(r"\b(?:for|para|just|only|of|somos|de)\s+$")


def amounts(walk: Walk) -> None:
    found = [each for each in numbers.numbers(walk.text) if not overlaps(each.span, walk.used)]
    for each in sorted(walk.of_kind("integer", "decimal"), key=lambda each: not walk.asked(each)):
        number = _number(walk, each, found)
        value = _as_value(each, number) if number else None
        if number and value is not None:
            walk.put(each, Mention(value=value, spans=(number.span,)))
            walk.used.append(number.span)


def _number(walk: Walk, each: Field, found: Sequence[Number]) -> Number | None:
    whole = [number for number in found if each.kind == "decimal" or number.value == int(number.value)]
    cued = [
        number
        for number in whole
        if each.cues & set(number.beside) or _beside_choice(walk, each, number) or _counts_people(walk, each, number)
    ]
    if cued:
        return min(cued, key=lambda number: number.uncertain)
    certain = [number for number in whole if not number.uncertain] or whole[:1]
    if walk.asked(each):
        return next(iter(certain), None)
    return certain[0] if len(certain) == 1 and _must_be(walk, each, certain[0]) else None


def _counts_people(walk: Walk, each: Field, number: Number) -> bool:
    """ "for two", "3 people": for the only number of a tool, when it is one of people."""
    if not (walk.alone(each) and each.cues & _PEOPLE):
        return False
    after = tokens(walk.text[number.span[1] :])[:1]
    ends = not after or after[0].word in lexicon.FILLERS or not walk.text[number.span[1] :].lstrip()[0].isalnum()
    led = _FOR.search(fold(walk.text[: number.span[0]]))
    return bool(_PEOPLE & set(number.beside[:1])) or bool(led and ends)


def _must_be(walk: Walk, each: Field, number: Number) -> bool:
    """A lone number can only be the one that a tool needs, or the one of the goal when nothing else is said."""
    if not walk.alone(each) or number.uncertain:
        return False
    words_left = [word for word in words(blank(walk.text, [*walk.used, number.span])) if word not in lexicon.FILLERS]
    return each.required or (each.tool == walk.scene.goal and not words_left)


def _beside_choice(walk: Walk, each: Field, number: Number) -> bool:
    """A count stands before the thing it counts ("2 margaritas"), when the tool has only one number."""
    if not walk.alone(each):
        return False
    return any(
        0 <= span[0] - number.span[1] <= 2
        for (tool, name), mention in walk.found.items()
        if tool == each.tool and any(other.name == name and other.listed for other in walk.fields)
        for span in mention.spans
    )


def _as_value(each: Field, number: Number) -> Json:
    """The number as the argument takes it, or None where a closed type has no such value."""
    value = int(number.value) if each.kind == "integer" else number.value
    if not each.choices:
        return value
    return next((choice.value for choice in each.choices if str(choice.value) == str(value)), None)
