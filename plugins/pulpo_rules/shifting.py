"""Hours told by others: later than those shown, half an hour after what was agreed, the other one of those shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

import pulpo
from pulpo_rules import lexicon, offers
from pulpo_rules.fields import Field, Form
from pulpo_rules.mentions import Mention
from pulpo_rules.situation import Facts, Situation
from pulpo_rules.text import fold, words
from pulpo_rules.understanding import Understanding

_LATER: Final = re.compile(r"\b(?:mas tarde|later|despues|mas adelante)\b")
_EARLIER: Final = re.compile(r"\b(?:mas temprano|mas pronto|antes|earlier|sooner)\b")
_COMES: Final = re.compile(
    r"\b(?:ir|iria|venir|pasar|llegar|llev\w*|tra(?:er|ig)\w*|come|be there|bring)\b(?:\W+\w+){0,5}?\W+"
    r"(?:antes|mas (?:tarde|temprano|pronto)|earlier|later|sooner)\b(?! (?:de|del|than)\b)"
)
_FEW: Final = 4
"""Telling words of a message that asks for other hours and for nothing else."""
_OTHER_ONE: Final = re.compile(r"\b(?:el otro|la otra|the other(?: one)?)\b")
_CLOCK: Final = re.compile(r"\d\d:\d\d")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def beyond_the_shown(
    understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation
) -> dict[str, Mention] | None:
    """Return the bound that "anything later?" sets to the hours shown, or None when it is something else."""
    folded = fold(understood.text)
    later, earlier = bool(_LATER.search(folded)), bool(_EARLIER.search(folded))
    telling = [word for word in words(understood.text) if word not in lexicon.FILLERS]
    days, clocks = _moments(dialogue.offers, _DAY), sorted(_moments(dialogue.offers, _CLOCK))
    about_them = later != earlier and len(telling) <= _FEW and not understood.mentions.found
    if not about_them or len(days) > 1 or not clocks or offers.superlative(understood.text):
        return None
    about = situation.family(dialogue.goal or str(dialogue.notes.get("last", "")))
    bound = _field(about, "time_from" if later else "time_to")
    value = _plus(clocks[-1], 1) if later else _plus(clocks[0], -1)
    return {bound.name: Mention(value=value)} if bound and value else None


def _moments(shown: offers.Offers, kind: re.Pattern[str]) -> set[str]:
    return {str(value) for offer in shown for value in offer.arguments.values() if kind.fullmatch(str(value))}


def _field(forms: list[Form], *parts: str) -> Field | None:
    return next((each for form in forms for each in form.fields if each.reader and each.part in parts), None)


def _plus(clock: str, minutes: int) -> str | None:
    """The clock some minutes on, within the same day."""
    hour, minute = map(int, clock.split(":"))
    hour, minute = divmod(hour * 60 + minute + minutes, 60)
    return f"{hour:02}:{minute:02}" if 0 <= hour < 24 else None


def moved(form: Form, known: Facts, situation: Situation, minutes: int) -> dict[str, pulpo.Fact]:
    """Return day and clock that are ``minutes`` after what is known, or after those of the listed thing that is meant;
    nothing where there is neither."""
    day, clock = _field([form], "date"), _field([form], "clock", "time")
    if day is None or clock is None:
        return {}
    there = _listed_values(form, known, situation)
    at = [str(known[each.name].value) if each.name in known else str(there.get(each.name, "")) for each in (day, clock)]
    try:
        start = datetime.fromisoformat(f"{at[0]}T{at[1].partition('|')[0]}")
    except ValueError:
        return {}
    then = start + timedelta(minutes=minutes)
    return {day.name: pulpo.Fact(then.date().isoformat()), clock.name: pulpo.Fact(then.strftime("%H:%M"))}


def can_move(form: Form, situation: Situation) -> bool:
    """Whether a tool changes the day and the clock of something listed."""
    names = {each.name for each in form.fields if each.reader is not None and each.part in ("date", "clock", "time")}
    listed = [choice for each in form.fields if each.listed for choice in situation.listed(each)]
    return not form.read_only and len(names) > 1 and any(names <= choice.fields.keys() for choice in listed)


def comes_sooner_or_later(text: str) -> bool:
    """Whether somebody wants to come at another hour than agreed: "puedo ir un poco antes?"."""
    return bool(_COMES.search(fold(text)))


def has_one_that_day(tool: str, understood: Understanding, situation: Situation) -> bool:
    """Whether just one of the listed things that ``tool`` moves is on the day that was said."""
    form = situation.forms[tool]
    day = _field([form], "date")
    said = understood.mentions.of(tool).get(day.name) if day else None
    if day is None or said is None:
        return False
    listed = [choice for each in form.fields if each.required for choice in situation.listed(each)]
    return sum(said.may_be(choice.fields.get(day.name)) for choice in listed) == 1


def _listed_values(form: Form, known: Facts, situation: Situation) -> Mapping[str, Any]:
    """The values of the listed thing that is meant: the one chosen, or the only one there is."""
    for each in form.fields:
        listed = situation.listed(each)
        chosen = [choice for choice in listed if each.name in known and choice.value == known[each.name].value]
        if not chosen and each.name not in known and each.slot.only and len(listed) == 1:
            chosen = list(listed)
        if chosen and chosen[0].fields:
            return chosen[0].fields
    return {}


def another_of_the_shown(understood: Understanding, dialogue: pulpo.Dialogue) -> pulpo.Offer | None:
    """Return the offer that is meant after another one of the same was taken: "no, better the first". A number is a
    date or an hour by then ("the 2nd"), and so is an ordinal that corrects nothing."""
    shown = tuple(msgspec.convert(dialogue.notes.get("shown") or [], list[pulpo.Offer]))
    taken = [offer for offer in shown if _holds(offer, dialogue.facts)]
    if dialogue.goal is None or dialogue.offers or len(taken) != 1:
        return None
    rest = [offer for offer in shown if offer not in taken]
    if len(rest) == 1 and _OTHER_ONE.search(fold(understood.text)) and not understood.mentions.of(dialogue.goal):
        return rest[0]
    said = set(words(understood.text))
    if any(char.isdigit() for char in understood.text) or (
        understood.mentions.found and not said & lexicon.CORRECTIONS
    ):
        return None
    meant = offers.at_position(understood.text, shown)
    return meant if meant not in taken else None


def _holds(offer: pulpo.Offer, known: Facts) -> bool:
    return all(name in known and known[name].value == value for name, value in offer.arguments.items())
