"""What of an earlier matter serves the next: what is worth remembering, what was chosen, and the places spoken of."""

from __future__ import annotations

import pulpo
from pulpo_rules import lexicon, recall
from pulpo_rules.fields import Field, Form
from pulpo_rules.situation import Situation
from pulpo_rules.text import spelt_out, words


def carried(goal: str, dialogue: pulpo.Dialogue, situation: Situation, *, bare: bool) -> dict[str, pulpo.Fact]:
    """Return the facts that a new goal begins with: what is worth remembering and what was chosen from an offer;
    after a mere question also what it was about, which for a tool that suggests to the new goal is everything, and so
    it is for the same question again with another value."""
    kept = situation.remembered(dialogue.facts)
    chosen = {name: fact for name, fact in dialogue.facts.items() if fact.source == "offer"}
    earlier = situation.forms.get(dialogue.goal or str(dialogue.notes.get("last", "")))
    if earlier is None or not earlier.read_only:
        return {**chosen, **kept}
    if earlier.tool.name in situation.suggested_by(goal) or (bare and earlier.tool.name == goal):
        return dict(dialogue.facts)
    shared = {each.name for each in situation.forms[goal].fields if each.listed}
    shared |= {each.name for form in situation.forms.values() for each in form.fields if each.place}
    asked_about = {name: fact for name, fact in dialogue.facts.items() if name in shared}
    return {**_of_one_part(goal, earlier, dialogue, situation), **asked_about, **chosen, **kept}


def same_day(goal: str, dialogue: pulpo.Dialogue) -> dict[str, pulpo.Fact]:
    """Return the day of what was just done, for more of the same: "and now the manicure, at half past twelve"."""
    day = dialogue.notes.get("done_on")
    if dialogue.notes.get("done") != goal or not isinstance(day, dict):
        return {}
    return {name: pulpo.Fact(value) for name, value in day.items()}


def _of_one_part(goal: str, earlier: Form, dialogue: pulpo.Dialogue, situation: Situation) -> dict[str, pulpo.Fact]:
    """The day asked about is the day of what is done about it, whatever the two tools call it."""
    found: dict[str, pulpo.Fact] = {}
    for each in situation.forms[goal].fields:
        told = [other for other in earlier.fields if _same_part(each, other) and other.name in dialogue.facts]
        if len(told) == 1:
            found[each.name] = dialogue.facts[told[0].name]
    return found


def _same_part(each: Field, other: Field) -> bool:
    return each.reader is not None and each.reader is other.reader and each.part == other.part


def pointed_places(form: Form, dialogue: pulpo.Dialogue) -> dict[str, pulpo.Fact]:
    """Return what "there" means for each place that a tool takes: the place of its name, else the one of its kind."""
    told = recall.told_so_far(dialogue) | {name: fact.value for name, fact in dialogue.facts.items()}
    found: dict[str, pulpo.Fact] = {}
    for each in form.fields:
        for kind in (lexicon.STREET_PLACES, lexicon.TOWNS) if each.place else ():
            names = [each.name] if each.name in told else [name for name in told if _place_words(name) & kind]
            if each.place & kind and names and isinstance(told[names[0]], str):
                found.setdefault(each.name, pulpo.Fact(told[names[0]], "offer"))
    return found


def _place_words(name: str) -> frozenset[str]:
    return frozenset(words(spelt_out(name))) & lexicon.PLACES
