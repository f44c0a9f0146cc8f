"""How a message goes into a goal: what it says is merged with what is known, what it asks in between is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

import pulpo
from pulpo_rules import carrying, facts, offers, progress, shifting, talk, unlisted
from pulpo_rules.acts import any_time
from pulpo_rules.fields import Field
from pulpo_rules.mentions import Mention
from pulpo_rules.places import is_pointed_at
from pulpo_rules.progress import narrowed_to
from pulpo_rules.routing import Route
from pulpo_rules.situation import Decision, Do, Situation, noted
from pulpo_rules.text import fold, overlaps, stem
from pulpo_rules.understanding import Clause, Understanding

_SAME: Final = re.compile(r"\b(?:mism[oa]|same)\s+([^\W\d_]+)")


def switched(goal: str) -> Route:
    """Return the route to a goal that is taken up now."""
    return Route(goal=goal, switched=True)


def set_out(
    goal: str, understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation, way: Route
) -> Decision:
    """Merge what was said into the facts of ``goal`` and go on from there."""
    unless = [clause.span for tool, clause in way.asides if tool not in situation.suggested_by(goal)]
    said = facts.said_for(goal, understood.mentions, situation, unless=unless)
    before = (
        dialogue.facts
        if goal == dialogue.goal
        else carrying.carried(goal, dialogue, situation, bare=_is_bare(understood))
    )
    if offers.continues(understood.text):
        before = {**carrying.same_day(goal, dialogue), **before}
    for name, mention in facts.said_for(goal, understood.mentions, situation).items():
        # What a question is about, the wish beside it is about as well, and so is the one whose question it follows.
        if (way.switched or name == dialogue.asked) and name not in said and name not in before:
            said[name] = mention
    form = situation.forms[goal]
    if is_pointed_at(understood.text) or (goal != dialogue.goal and form.tool.confirm):
        before = {**carrying.pointed_places(form, dialogue), **before}
    settled, pointers = facts.pointed_at(form, before, _all_said(said, understood), situation, dialogue.asked)
    said = {name: mention for name, mention in said.items() if name not in pointers}
    changed = {name for name, mention in said.items() if name not in before or before[name].value != mention.value}
    known = {**facts.merged(before, said, situation), **settled}
    searched = bool(understood.mentions.usual) and any(goal in situation.suggested_by(tool) for tool in situation.forms)
    habit = facts.of_habit(form, known, said, dialogue, searched=searched)
    known, changed = {**known, **habit}, changed | habit.keys()
    known = facts.without_chance(known, before, form)
    if understood.acts.anyone:
        known = facts.without_people(known, form)
        changed |= before.keys() - known.keys()
    shift = understood.mentions.shift or dialogue.notes.get("shift", 0)
    moved = shifting.moved(form, known, situation, shift) if shift else {}
    changed |= moved.keys()
    # Which one is to be moved may still have to be asked; whatever cannot be moved forgets by how much.
    kept = shift if shift and not moved and shifting.can_move(form, situation) else None
    onward = noted(replace(dialogue, goal=goal, facts={**known, **moved}), shift=kept)
    told = {each.name for each in form.fields if each.part in ("clock", "time")} & said.keys()
    wish = offers.superlative(understood.text) or ("first" if any_time(understood.text) else None)
    wish = None if told else wish or dialogue.notes.get("prefers")
    onward = noted(onward, prefers=wish)
    if goal != dialogue.goal:
        onward = replace(onward, pending=None, asked=None, offers=())
    calls = _aside_calls(way.asides, understood, replace(dialogue, facts=known), situation)
    if calls:
        return Do(calls, _with_offers_kept(onward))
    if (changed or settled) and not (onward.asked not in changed and narrowed_to(onward.asked or "", onward.offers)):
        onward = replace(onward, offers=())
    vain = facts.not_there(form, known, _all_said(said, understood), situation)
    unchanged = _unchanged(understood.text)
    open_ = understood.acts.anyone or unchanged or way.switched or _unclear(goal, understood)
    if not (changed or settled or said or vain or open_):
        return talk.nothing_new(understood, onward, situation, again=way.again)
    return progress.advance(
        onward,
        situation,
        understood.mentions,
        opening=unlisted.not_offered(form, known, understood, situation),
        changed=changed,
        not_there=vain,
        settled=settled,
        unchanged=unchanged,
    )


def _unchanged(text: str) -> frozenset[str]:
    """The stems of what is to stay as it is: "a la misma hora", "the same time"."""
    return frozenset(stem(match[1]) for match in _SAME.finditer(fold(text)))


def _all_said(said: Mapping[str, Mention], understood: Understanding) -> dict[str, Mention]:
    return {**talk.everything(understood), **said}


def _unclear(goal: str, understood: Understanding) -> bool:
    return any(mention.rivals for mention in understood.mentions.of(goal).values())


def _is_bare(understood: Understanding) -> bool:
    """Whether a message is nothing but values: "and at six?"."""
    return not any(clause.content for clause in understood.clauses)


def _aside_calls(
    asides: Sequence[tuple[str, Clause]], understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation
) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The calls that answer questions in between: with what the question says, and what is known where it must."""
    calls: list[tuple[str, dict[str, Any]]] = []
    for tool, clause in asides:
        form = situation.forms[tool]
        said = {
            name: mention.value
            for name, mention in understood.mentions.of(tool).items()
            if mention.settled and any(overlaps(span, [clause.span]) for span in mention.spans)
        }
        suggests = dialogue.goal is not None and tool in situation.suggested_by(dialogue.goal)
        wanted: dict[str, Any] = {}
        for each in form.fields:
            if each.name in said:
                wanted[each.name] = said[each.name]
            elif each.name in dialogue.facts and (each.required or suggests or _is_meant(each, clause)):
                wanted[each.name] = dialogue.facts[each.name].value
        if all(each.name in wanted for each in form.fields if each.required):
            calls.append((tool, wanted))
    return tuple(calls)


def _is_meant(each: Field, clause: Clause) -> bool:
    """A question in between that names no value is about the one talked about ("how long does it take?"), unless it
    asks which ones there are."""
    return each.listed and not each.cues & {stem(word) for word in clause.content}


def _with_offers_kept(dialogue: pulpo.Dialogue) -> pulpo.Dialogue:
    """Note the offers shown before, for the results of a question in between put their own in their place."""
    return noted(dialogue, offers=msgspec.to_builtins(dialogue.offers) or None)
