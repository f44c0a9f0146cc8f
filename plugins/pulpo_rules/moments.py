"""Lets the declared readers read, as dates and times are, within what was talked about before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pulpo
from pulpo_rules import lexicon
from pulpo_rules.choices import phrases_of
from pulpo_rules.fields import Field
from pulpo_rules.mentions import Json, Mention
from pulpo_rules.text import blank, content, fold, words
from pulpo_rules.walk import Walk

_ISO: Final = {
    "date": re.compile(r"\b\d{4}-\d\d-\d\d\b"),
    "time": re.compile(r"\b(?:[01]?\d|2[0-3]):[0-5]\d\b"),
    "datetime": re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?"),
}
_NUMBER_ONLY: Final = re.compile(
    r"(?:(?:ok|okay|vale|dale|bueno|pues|entonces|well|no|mejor|maybe|perhaps)[ ,]+)*"
    rf"(?P<said>(?:(?:tipo|around|about|como) )?(?:\d{{1,2}}|{'|'.join(lexicon.NUMBERS)})"
    r"(?: y (?:media|cuarto|\d\d))?(?: [ap]m)?(?: de la (?:manana|tarde|noche))?)"
    r"(?:,? (?:porfa|por favor|please|entonces|then|esta bien|is fine|works))*"
)
_NEAR: Final = 12
"""Characters before a weekday in which another word may tell which one."""


def told(walk: Walk) -> None:
    groups: dict[int, list[Field]] = {}
    for each in walk.of_kind("reader"):
        groups.setdefault(id(each.reader), []).append(each)
    left = walk.left
    for fields in groups.values():
        reading = walk.hear(left, fields[0].reader)
        if reading is not None and reading.spans:
            reading = _without_listed(walk, left, reading, fields[0].reader)
        if reading is not None and not reading.values:
            reading = _elliptic(walk, left, fields) or reading
        if reading is not None:
            _put_all(walk, fields, reading)


def _put_all(walk: Walk, fields: Sequence[Field], reading: pulpo.Reading) -> None:
    following = _following(walk, reading)
    for each in _one_per_part(walk, fields):
        if following and each.part == "date":
            walk.put(each, Mention(value=following, spans=reading.spans))
            continue
        value = _within(walk, reading, each.part)
        if value is not None:
            walk.put(each, _mention(reading, each.part, value))
    shift = reading.values.get("shift")
    walk.shift = walk.shift or (shift if isinstance(shift, int) else 0)
    walk.usual = walk.usual or str(reading.values.get("usual", ""))
    walk.used.extend(reading.spans)


def _within(walk: Walk, reading: pulpo.Reading, part: str) -> Json:
    """A weekday is one of the days talked about before ("next week", "then on Wednesday")."""
    value, days = reading.values.get(part), walk.scene.window
    if part != "date" or not isinstance(value, str) or len(value) != 10 or days is None:
        return value
    if not _words_near(walk, reading) & lexicon.WEEKDAYS:
        return value
    day = date.fromisoformat(value)
    day += timedelta(weeks=max(0, -((day - days[0]).days // 7)))
    return day.isoformat() if days[0] <= day <= days[1] else value


def _following(walk: Walk, reading: pulpo.Reading) -> str:
    """ "The following Wednesday" is the first one after the day talked about, and leaves nothing in doubt."""
    value, spoken_of = reading.values.get("date"), walk.scene.day
    if spoken_of is None or not isinstance(value, str) or len(value) != 10:
        return ""
    said = _words_near(walk, reading)
    if not (said & lexicon.WEEKDAYS and said & lexicon.FOLLOWING):
        return ""
    ahead = (date.fromisoformat(value) - spoken_of).days % 7
    return (spoken_of + timedelta(days=ahead or 7)).isoformat()


def _words_near(walk: Walk, reading: pulpo.Reading) -> set[str]:
    return {word for start, end in reading.spans for word in words(walk.text[max(0, start - _NEAR) : end])}


def _without_listed(walk: Walk, left: str, reading: pulpo.Reading, reader: pulpo.Reader | None) -> pulpo.Reading | None:
    """Read again without what is, word for word, the name of something listed, whatever else it resembles."""
    listed = frozenset(
        phrase
        for each in walk.of_kind("choice")
        for choice in walk.scene.choices.get((each.tool, each.name), each.choices)
        for phrase in phrases_of(choice)
    )
    named = [span for span in reading.spans if tuple(token.word for token in content(left[slice(*span)])) in listed]
    return walk.hear(blank(left, named), reader) if named else reading


def _elliptic(walk: Walk, left: str, fields: Sequence[Field]) -> pulpo.Reading | None:
    """Read an answer that is no more than a number with the small word its question stood for ("¿a qué hora?")."""
    asked = next((each for each in fields if walk.asked(each)), None)
    # Whoever is shown hours and asked for none by name is asked for one of them all the same.
    asked = asked or next((each for each in fields if each.name in walk.scene.offered), None)
    bare = left.strip(" .,!")
    number = _NUMBER_ONLY.fullmatch(fold(bare))
    if asked is None or number is None:
        return None
    for lead in lexicon.LEADS:
        reading = walk.hear(lead.format(bare[slice(*number.span("said"))]), asked.reader)
        if reading is not None and asked.part in reading.values:
            return replace(reading, spans=((0, len(left)),))
    return None


def _one_per_part(walk: Walk, fields: Sequence[Field]) -> list[Field]:
    """Where arguments of one tool take the same part, the one asked for takes it, else the first still empty."""
    chosen: dict[tuple[str, str], Field] = {}
    for each in sorted(fields, key=lambda each: (not walk.asked(each), each.name in walk.scene.filled)):
        chosen.setdefault((each.tool, each.part), each)
    return list(chosen.values())


def isodates(walk: Walk) -> None:
    left = walk.left
    for each in walk.of_kind("date", "time", "datetime"):
        match = _ISO[each.kind].search(left)
        if match:
            walk.put(each, Mention(value=match[0], spans=(match.span(),)))
            walk.used.append(match.span())


def _mention(reading: pulpo.Reading, part: str, value: Json) -> Mention:
    others = tuple(other for other in reading.alternatives if other.get(part) != value)
    return Mention(
        value=value,
        spans=reading.spans,
        ambiguous=reading.ambiguous,
        alternatives=others if reading.ambiguous else (),
        said=reading.said,
    )
