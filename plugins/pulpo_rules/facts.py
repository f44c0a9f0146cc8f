"""What a message changes in the facts: new values, corrections, an offer taken, a listed thing pointed at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import pulpo
from pulpo_rules.fields import Field, Form
from pulpo_rules.mentions import Mention, Mentions
from pulpo_rules.situation import Facts, Situation, missing
from pulpo_rules.text import Span, overlaps

_DAYS: Final = frozenset({"date", "day", "date_from", "date_to"})
_HOURS: Final = frozenset({"time", "clock", "hour", "period", "time_from", "time_to"})
"""Parts by which readers of dates and times tell the same thing more or less exactly: the newest stand alone."""


def said_for(goal: str, mentions: Mentions, situation: Situation, *, unless: Sequence[Span] = ()) -> dict[str, Mention]:
    """Return what was said for a goal and the tools that share facts with it, and whatever is worth remembering,
    leaving out what was said within ``unless``."""
    family = [form.tool.name for form in situation.family(goal)]
    found: dict[str, Mention] = {}
    for owner in [*family, *(name for name in situation.forms if name not in family)]:
        for name, mention in mentions.of(owner).items():
            each = situation.forms[owner].field(name)
            shared = owner in family or (each is not None and each.slot.remember)
            inside = bool(mention.spans) and all(overlaps(span, unless) for span in mention.spans)
            if shared and mention.settled and not inside:
                found.setdefault(name, mention)
    return found


def merged(facts: Facts, said: Mapping[str, Mention], situation: Situation) -> dict[str, pulpo.Fact]:
    """Return ``facts`` with what was said put in; what it makes obsolete goes."""
    kept = dict(facts)
    parts = _parts(situation.forms.values())
    told = {parts.get(name, "") for name in said}
    obsolete = {part for group in (_DAYS, _HOURS) if told & group for part in group}
    for name in list(kept):
        if name not in said and parts.get(name) in obsolete:
            del kept[name]
    return {**kept, **{name: pulpo.Fact(mention.value) for name, mention in said.items()}}


def _parts(forms: Iterable[Form]) -> dict[str, str]:
    return {each.name: each.part for form in forms for each in form.fields if each.reader is not None}


def window(facts: Facts, situation: Situation) -> tuple[date, date] | None:
    """Return the first and last day of the stretch talked about ("next week"), if both are known."""
    parts = _parts(situation.forms.values())
    ends = {parts[name]: str(fact.value) for name, fact in facts.items() if parts.get(name) in ("date_from", "date_to")}
    try:
        return date.fromisoformat(ends["date_from"]), date.fromisoformat(ends["date_to"])
    except (KeyError, ValueError):
        return None


def day_of(dialogue: pulpo.Dialogue, situation: Situation) -> date | None:
    """Return the day talked about last: the one that is known, the one that could not be or that an answer was about,
    that of the listed thing which is meant, or the one of what was just done."""
    parts = _parts(situation.forms.values())
    days = {name for name, part in parts.items() if part == "date"}
    done = dialogue.notes.get("done_on")
    spoken_of = [
        *(fact.value for name, fact in dialogue.facts.items() if name in days),
        dialogue.notes.get("day"),
        *_days_meant(dialogue, situation, days),
        *(done.values() if isinstance(done, dict) else ()),
    ]
    try:
        return date.fromisoformat(str(next(filter(None, spoken_of), "")))
    except ValueError:
        return None


def _days_meant(dialogue: pulpo.Dialogue, situation: Situation, days: Collection[str]) -> Iterable[object]:
    form = situation.forms.get(dialogue.goal or "")
    for each in form.fields if form else ():
        for choice in situation.listed(each) if each.name in dialogue.facts else ():
            if choice.value == dialogue.facts[each.name].value:
                yield from (choice.fields[name] for name in days if name in choice.fields)


def of_habit(
    form: Form, facts: Facts, said: Mapping[str, Mention], dialogue: pulpo.Dialogue, *, searched: bool
) -> dict[str, pulpo.Fact]:
    """Return the day for an hour that is said after a question of habit ("do you open on Saturdays?" … "then at ten")
    and has none of its own, or for what is ``searched`` on such days."""
    usual = dialogue.notes.get("usual")
    day = next((each.name for each in form.fields if each.part == "date"), None)
    if not usual or day is None or any(each.name in facts for each in form.fields if each.part in _DAYS):
        return {}
    told = any(each.name in said for each in form.fields if each.part in _HOURS)
    return {day: pulpo.Fact(str(usual))} if told or searched else {}


def taken(facts: Facts, offer: pulpo.Offer) -> dict[str, pulpo.Fact]:
    """Return ``facts`` with an offer's arguments in; what the user had said himself stays said by him. What came from
    the thing that this one replaces (the destination, from its address) goes with it."""
    new = {
        name: pulpo.Fact(value, "offer")
        for name, value in offer.arguments.items()
        if name not in facts or facts[name].value != value
    }
    replaced = [facts[name].value for name in new if name in facts and facts[name].source == "offer"]
    kept = {
        name: fact
        for name, fact in facts.items()
        if name in offer.arguments or fact.source != "offer" or fact.value not in replaced
    }
    return {**kept, **new}


def without_chance(facts: Facts, before: Facts, form: Form) -> dict[str, pulpo.Fact]:
    """Drop optional values that only came with an offer, once the user has replaced a value of that offer."""
    replaced = any(
        fact.source == "offer" and name in facts and facts[name].value != fact.value for name, fact in before.items()
    )
    needed = {each.name for each in form.fields if each.required}
    return {name: fact for name, fact in facts.items() if not replaced or fact.source != "offer" or name in needed}


def without_people(facts: Facts, form: Form) -> dict[str, pulpo.Fact]:
    """Drop the optional values that name somebody: anyone will do."""
    free = {each.name for each in form.fields if each.person and not each.required}
    return {name: fact for name, fact in facts.items() if name not in free}


def pointed_at(
    form: Form, facts: Facts, said: Mapping[str, Mention], situation: Situation, asked: str | None
) -> tuple[dict[str, pulpo.Fact], frozenset[str]]:
    """Find listed things by their properties ("the one on Tuesday").

    Returns the facts this settles, and the names that were said only to point and are no values themselves.
    """
    settled: dict[str, pulpo.Fact] = {}
    pointers: set[str] = set()
    for each in missing(form, facts):
        found, used = _point(each, form, said, situation, asked)
        if found is not None:
            settled[each.name] = pulpo.Fact(found.value)
            pointers |= used
    return settled, frozenset(pointers)


def not_there(form: Form, facts: Facts, said: Mapping[str, Mention], situation: Situation) -> frozenset[str]:
    """Return the listed fields whose things were described ("the one on Monday") but none is like that."""
    return frozenset(each.name for each in missing(form, facts) if _described_in_vain(each, form, said, situation))


def _described_in_vain(each: Field, form: Form, said: Mapping[str, Mention], situation: Situation) -> bool:
    listed = situation.listed(each)
    names = {name for choice in listed for name in choice.fields if form.field(name) is None} & said.keys()
    return bool(names) and not any(all(_fits(choice, name, said[name]) for name in names) for choice in listed)


def _point(
    each: Field, form: Form, said: Mapping[str, Mention], situation: Situation, asked: str | None
) -> tuple[pulpo.Choice | None, frozenset[str]]:
    listed = situation.listed(each)
    names = {name for choice in listed for name in choice.fields} & said.keys()
    if not names:
        return None, frozenset()
    fits = [choice for choice in listed if all(_fits(choice, name, said[name]) for name in names)]
    own = {name for name in names if form.field(name) is not None}
    if len(fits) != 1:
        return None, frozenset()
    others = {name for name in said if form.field(name) is not None} - names
    return fits[0], frozenset(own if each.name == asked or not others else ())


def _fits(choice: pulpo.Choice, name: str, mention: Mention) -> bool:
    value = choice.fields.get(name)
    return value is None or mention.may_be(value) or any(other.get(name) == value for other in mention.alternatives)
