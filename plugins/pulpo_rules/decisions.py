"""What to do about a message: a pure function of the dialogue, what was understood, and the situation."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

import pulpo
from pulpo_rules import facts, offers, progress, recall, render, shifting, talk, texts, wishes
from pulpo_rules.acts import opens_with_yes, puts_off
from pulpo_rules.mentions import Key, Mention
from pulpo_rules.outset import set_out, switched
from pulpo_rules.people import speaks_of_others
from pulpo_rules.routing import Route, most, route
from pulpo_rules.situation import Decision, Say, Situation, missing, noted, paragraphs
from pulpo_rules.understanding import Understanding


def decide(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Decision:
    """Return what to do first about a message that neither confirmed nor refused a pending call."""
    proposed = str(dialogue.notes.get("proposed", ""))
    dialogue = noted(_seeded(dialogue, situation), proposed=None, begun=understood.mentions.begun or None)
    if understood.mentions.usual:
        dialogue = noted(dialogue, usual=understood.mentions.usual)
    understood = _as_offered(understood, dialogue)
    way = _goes_on(understood, dialogue, situation) or wishes.both(understood, dialogue, situation)
    way = way or _choose_tool(understood, dialogue, situation) or _other_hours(understood, dialogue, situation)
    way = way or _follow(proposed, understood, dialogue, situation)
    way = way or _pick(understood, dialogue, situation) or _recall(proposed, understood, dialogue, situation)
    way = way or talk.act(understood, dialogue, situation)
    if way is None and understood.away:
        return talk.not_now(understood, dialogue, situation)
    return way or _go(understood, dialogue, situation)


def _goes_on(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Decision | None:
    """Wait for the rest of a number that is told in pieces."""
    begun = understood.mentions.begun
    if not begun or understood.mentions.found:
        return None
    return Say(situation.say(texts.GO_ON_WITH, digits=begun), dialogue)


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
        return set_out(movable[0], understood, dialogue, situation, switched(movable[0])) if movable else None
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
    return set_out(proposed, understood, dialogue, situation, switched(proposed))


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
    return set_out(tool, understood, noted(dialogue, unsure=None), situation, switched(tool))


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
        return set_out(next_, understood, chosen, situation, switched(next_))
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
    return set_out(way.goal, understood, dialogue, situation, way)


def _is_anothers(way: Route, dialogue: pulpo.Dialogue, understood: Understanding, situation: Situation) -> bool:
    """Whether the message wants of a tool for one's own things what is somebody else's."""
    named = [tool for tool, _ in way.asides] + ([way.goal] if way.goal and way.goal != dialogue.goal else [])
    if not any(situation.forms[tool].personal for tool in named):
        return False
    own = [name for name, fact in dialogue.facts.items() if str(fact.value) in understood.text]
    return not own and speaks_of_others(understood.text, taken=understood.mentions.spans, known=understood.known)
