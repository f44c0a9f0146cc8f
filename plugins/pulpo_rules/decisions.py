"""What to do about a message: a pure function of the dialogue, what was understood, and the situation."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

import pulpo
from pulpo_rules import carrying, facts, offers, progress, recall, render, shifting, talk, texts
from pulpo_rules.acts import any_time, opens_with_yes, puts_off
from pulpo_rules.fields import Field
from pulpo_rules.mentions import Key, Mention
from pulpo_rules.people import speaks_of_others
from pulpo_rules.places import is_pointed_at
from pulpo_rules.progress import narrowed_to
from pulpo_rules.routing import Route, most, route
from pulpo_rules.situation import Decision, Do, Say, Situation, missing, noted, paragraphs
from pulpo_rules.text import fold, overlaps, stem
from pulpo_rules.understanding import Clause, Understanding

_SAME: Final = re.compile(r"\b(?:mism[oa]|same)\s+([^\W\d_]+)")


def decide(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Decision:
    """Return what to do first about a message that neither confirmed nor refused a pending call."""
    proposed = str(dialogue.notes.get("proposed", ""))
    dialogue = noted(_seeded(dialogue, situation), proposed=None)
    understood = _as_offered(understood, dialogue)
    way = _choose_tool(understood, dialogue, situation) or _other_hours(understood, dialogue, situation)
    way = way or _follow(proposed, understood, dialogue, situation)
    way = way or _pick(understood, dialogue, situation) or _recall(proposed, understood, dialogue, situation)
    return way or talk.act(understood, dialogue, situation) or _go(understood, dialogue, situation)


def _as_offered(understood: Understanding, dialogue: pulpo.Dialogue) -> Understanding:
    """Of several readings of a value take the one that was just offered: "then on Wednesday"."""
    settled: dict[Key, Mention] = {}
    for (tool, name), mention in understood.mentions.found.items():
        readings = [mention.value, *(each.get(name) for each in mention.alternatives)] if mention.ambiguous else []
        offered = [offer.arguments[name] for offer in dialogue.offers if name in offer.arguments] if readings else []
        meant = [each for number, each in enumerate(readings) if each in offered and each not in readings[:number]]
        if len(meant) == 1:
            settled[tool, name] = Mention(value=meant[0], spans=mention.spans, said=mention.said)
    if not settled:
        return understood
    mentions = understood.mentions
    found = {key: settled.get(key, mention) for key, mention in mentions.found.items()}
    return dataclasses.replace(understood, mentions=dataclasses.replace(mentions, found=found))


def _other_hours(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Decision | None:
    """Look again beyond the hours shown ("anything later?"), or take another one of them ("no, better the first")."""
    if understood.mentions.shift and dialogue.goal is None:
        movable = [tool for tool, form in situation.forms.items() if shifting.can_move(form, situation)]
        return _set_out(movable[0], understood, dialogue, situation, _switched(movable[0])) if movable else None
    bound = shifting.beyond_the_shown(understood, dialogue, situation)
    goal = dialogue.goal or str(dialogue.notes.get("last", ""))
    if goal not in situation.forms:
        return None
    if bound:
        known = facts.merged(dialogue.facts, bound, situation)
        onward = replace(dialogue, goal=goal, facts=known, offers=())
        return progress.advance(onward, situation, changed=bound.keys())
    other = shifting.another_of_the_shown(understood, dialogue)
    return _take(other, understood, replace(dialogue, pending=None), situation) if other else None


def _switched(goal: str) -> Route:
    return Route(goal=goal, switched=True)


def _follow(
    proposed: str, understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation
) -> Decision | None:
    """Read the answer to the proposal to go on with a tool; or turn to nothing when there is no further wish."""
    if _is_refused(dialogue, situation) and puts_off(understood.text) and not understood.mentions.found:
        return Say(situation.say(texts.NOTHING_OPEN), replace(noted(dialogue, last=None), goal=None))
    if dialogue.goal is not None or dialogue.pending is not None:
        return None
    way = route(understood, dialogue, situation)
    anew = way.goal is not None and bool(understood.mentions.of(way.goal))
    elsewhere = way.goal not in (None, proposed, dialogue.notes.get("last")) or (anew and way.goal != proposed)
    if puts_off(understood.text):
        return None if elsewhere else Say(situation.say(texts.NOTHING_OPEN), noted(dialogue, last=None, done=None))
    if proposed not in situation.forms or elsewhere or offers.wants_others(understood.text):
        return None
    if not (opens_with_yes(understood.text) or offers.likes(understood.text) or way.goal == proposed):
        return None
    dialogue = _with_the_lone_offer(dialogue, proposed, situation)
    return _set_out(proposed, understood, dialogue, situation, _switched(proposed))


def _recall(
    proposed: str, understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation
) -> Decision | None:
    """Answer what was told before, unless a tool of its own is there for the question; a proposal stays open."""
    found = recall.asked_for(understood, dialogue)
    if not found:
        return None
    way = route(understood, dialogue, situation)
    asked = [tool for tool, _ in way.asides] + ([way.goal] if way.switched and way.goal else [])
    if any(situation.forms[tool].tool.examples for tool in asked):
        return None
    return talk.resume(recall.sentence(found, situation.locale), noted(dialogue, proposed=proposed or None), situation)


def _is_refused(dialogue: pulpo.Dialogue, situation: Situation) -> bool:
    """Whether a goal has all it needs and still was not reached: a tool has refused it, or the user has."""
    form = situation.forms.get(dialogue.goal or "")
    waits = dialogue.pending is not None or dialogue.asked is not None or dialogue.offers
    return form is not None and not waits and not missing(form, dialogue.facts)


def _with_the_lone_offer(dialogue: pulpo.Dialogue, goal: str, situation: Situation) -> pulpo.Dialogue:
    """Take the only thing that was offered for a tool which needs just that."""
    form = situation.forms[goal]
    if len(dialogue.offers) != 1 or goal == dialogue.goal:
        return dialogue
    offer = dialogue.offers[0]
    new = [each.name for each in missing(form, dialogue.facts) if each.name in offer.arguments]
    return replace(dialogue, facts=facts.taken(dialogue.facts, offer)) if new else dialogue


def _seeded(dialogue: pulpo.Dialogue, situation: Situation) -> pulpo.Dialogue:
    """Take the goal and its facts from the pending call when another planner left no more than that."""
    pending = dialogue.pending
    if pending is None or pending.call.tool not in situation.forms or dialogue.goal == pending.call.tool:
        return dialogue
    known = {name: pulpo.Fact(value, "tool") for name, value in pending.call.arguments.items()}
    return replace(dialogue, goal=pending.call.tool, facts={**dialogue.facts, **known})


def _choose_tool(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Decision | None:
    """Read the answer to "what exactly would you like to do?"."""
    named = [name for name in dialogue.notes.get("unsure", ()) if name in situation.forms]
    if not named:
        return None
    shown = [pulpo.Offer(render.title(situation.forms[name], situation.locale), {"tool": name}) for name in named]
    picked = offers.chosen(understood.text, shown, understood.mentions, any_will_do=False, yes=False)
    tool = picked[0].arguments["tool"] if len(picked) == 1 else None
    scores = {intent.tool: intent.score for clause in understood.clauses for intent in clause.intents}
    tool = tool or max(named, key=lambda name: scores.get(name, 0.0))
    if not picked and scores.get(tool, 0.0) < 0.1:
        return None
    return _set_out(tool, understood, noted(dialogue, unsure=None), situation, _switched(tool))


def _pick(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Decision | None:
    """Take one of the choices shown, or ask which when several fit."""
    acts = understood.acts
    agrees = pulpo.read_consent(understood.text) == "yes"
    any_will_do = acts.any and not (acts.anyone and _is_about_others(dialogue, situation))
    others = offers.wants_others(understood.text)
    pleased = agrees or any(offers.likes(clause.text) and not clause.question for clause in understood.clauses)
    criteria = _criteria(dialogue, situation)
    fit = offers.chosen(
        understood.text,
        dialogue.offers,
        understood.mentions,
        any_will_do=any_will_do and not others,
        yes=(pleased if criteria else agrees) and not others,
        criteria=criteria,
    )
    if fit and criteria:
        return _settle_on(fit, understood, dialogue, situation) if len(fit) == 1 else None
    if _leads_away(route(understood, dialogue, situation), dialogue, situation):
        return None
    if agrees and len(dialogue.offers) > 1 and not fit and dialogue.goal:
        return talk.which(dialogue.offers, dialogue, situation)
    if not fit:
        return None
    same = all(offer.arguments == fit[0].arguments for offer in fit)
    if len(fit) > 1 and not same:
        about = dialogue.goal or str(dialogue.notes.get("last", ""))
        if about and understood.mentions.of(about):
            # What was shown are examples: a new day asks for all of its hours and not for one of the two shown.
            return None
        return talk.which(fit, dialogue, situation) if len(fit) < len(dialogue.offers) else None
    return _take(fit[0], understood, dialogue, situation)


def _is_about_others(dialogue: pulpo.Dialogue, situation: Situation) -> bool:
    """Whether the choices shown are no people: "with anyone" is no pick among times."""
    form = situation.forms.get(dialogue.goal or "")
    people = {each.name for each in form.fields if each.person} if form else set()
    return not any(people & offer.arguments.keys() for offer in dialogue.offers)


def _criteria(dialogue: pulpo.Dialogue, situation: Situation) -> frozenset[str]:
    """What was searched for, when the offers are what a tool found that leads to no other one by its declaration."""
    last = situation.forms.get(str(dialogue.notes.get("last", "")))
    if last is None or dialogue.goal is not None or any(situation.suggested_by(name) for name in situation.forms):
        return frozenset()
    return frozenset(each.name for each in last.fields)


def _settle_on(
    fit: Sequence[pulpo.Offer], understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation
) -> Decision | None:
    """Take what was found, and go on with what the message asks for; else propose what can be done with it."""
    offer = fit[0]
    chosen = replace(dialogue, facts=facts.taken(dialogue.facts, offer), offers=())
    way = route(understood, chosen, situation)
    last = str(dialogue.notes.get("last", ""))
    if way.unsure or way.goal not in (None, last) or (way.goal == last and understood.acts.question):
        return _go(understood, chosen, situation)
    known = {each.name for each in situation.forms[last].fields}
    counts = {
        tool: sum(form.field(name) is not None for name in offer.arguments.keys() - known)
        for tool, form in situation.forms.items()
        if tool != last
    }
    next_ = most(counts, situation, at_least=1)
    if next_ is None:
        return None
    if understood.mentions.of(next_).keys() - known:
        return _set_out(next_, understood, chosen, situation, _switched(next_))
    title = render.title(situation.forms[next_], situation.locale)
    told = recall.sentence(recall.asked_for(understood, chosen), situation.locale)
    text = situation.say(texts.PROPOSE, name=offer.label, title=title)
    return Say(paragraphs([told, text]), noted(chosen, proposed=next_))


def _leads_away(way: Route, dialogue: pulpo.Dialogue, situation: Situation) -> bool:
    """Whether the message is about something else than the choices shown."""
    if dialogue.goal is None:
        return False
    suggesting = situation.suggested_by(dialogue.goal)
    return way.switched or any(tool not in suggesting for tool, _ in way.asides)


def _take(
    offer: pulpo.Offer, understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation
) -> Decision | None:
    counts = {
        tool: sum(form.field(name) is not None for name in offer.arguments) for tool, form in situation.forms.items()
    }
    goal = dialogue.goal or most(counts, situation, at_least=1)
    if goal is None or goal not in situation.forms:
        return None
    positional = offers.is_position(understood.text)
    shown = msgspec.to_builtins(dialogue.offers) if len(dialogue.offers) > 1 else dialogue.notes.get("shown")
    dialogue = noted(dialogue, shown=shown)
    said = {} if positional else facts.said_for(goal, understood.mentions, situation)
    more = {name: mention for name, mention in said.items() if name not in offer.arguments}
    known = facts.taken(facts.merged(dialogue.facts, more, situation), offer)
    chosen = replace(dialogue, goal=goal, facts=known, offers=(), asked=None, pending=None)
    return progress.advance(chosen, situation, changed=offer.arguments.keys())


def _go(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Decision:
    """Follow the route: another goal, a question in between, or on with what was said."""
    way = route(understood, dialogue, situation)
    if way.unsure:
        shown = "\n".join(f"- {render.title(situation.forms[tool], situation.locale)}" for tool in way.unsure)
        known = facts.merged(dialogue.facts, talk.everything(understood), situation)
        asking = replace(noted(dialogue, unsure=list(way.unsure)), facts=known)
        return Say(situation.say(texts.WHICH_TOOL, list=shown), asking)
    if way.goal is None:
        return talk.lost(understood, dialogue, situation)
    if _is_anothers(way, dialogue, understood, situation):
        return talk.resume(situation.say(texts.NOT_YOURS), dialogue, situation)
    if _criteria(dialogue, situation) and not offers.wants_others(understood.text):
        dialogue = _with_the_lone_offer(dialogue, way.goal, situation)
    return _set_out(way.goal, understood, dialogue, situation, way)


def _is_anothers(way: Route, dialogue: pulpo.Dialogue, understood: Understanding, situation: Situation) -> bool:
    """Whether the message wants of a tool for one's own things what is somebody else's."""
    named = [tool for tool, _ in way.asides] + ([way.goal] if way.goal and way.goal != dialogue.goal else [])
    if not any(situation.forms[tool].personal for tool in named):
        return False
    own = [name for name, fact in dialogue.facts.items() if str(fact.value) in understood.text]
    return not own and speaks_of_others(understood.text, taken=understood.mentions.spans, known=understood.known)


def _set_out(
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
