"""What to do about results: tell them, and go on with what is open. Pure, as `decisions` is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

import pulpo
from pulpo_rules import facts, progress, recall, render, texts
from pulpo_rules.fields import Field, Form
from pulpo_rules.offers import extreme
from pulpo_rules.routing import most
from pulpo_rules.situation import Decision, Do, Say, Situation, arguments, missing, noted, paragraphs


def reply(results: Sequence[pulpo.ToolResult], dialogue: pulpo.Dialogue, situation: Situation) -> Decision:
    """Answer a turn whose calls have come back."""
    told = paragraphs(render.result(result, situation.locale) for result in results)
    done = next((number for number, result in enumerate(results) if result.effect), None)
    later = results if done is None else results[done + 1 :]
    if done is not None and (not later or dialogue.goal in (None, results[done].call.tool)):
        return Say(told, _finished(results[done], dialogue, situation))
    own = next((result for result in reversed(later) if result.call.tool == dialogue.goal), None)
    if own is not None:
        return _of_goal(own, told, dialogue, situation)
    return _in_between(later, told, dialogue, situation)


def _finished(done: pulpo.ToolResult, dialogue: pulpo.Dialogue, situation: Situation) -> pulpo.Dialogue:
    """The goal is reached: only what is worth remembering stays, the offers that came with the result, and what was
    told about the matter ("what's their address?", "and a taxi to get there")."""
    told = {**(recall.told_so_far(dialogue) or {}), **(recall.told_by(done.result.value) or {})}
    form = situation.forms.get(done.call.tool)
    days = {each.name for each in form.fields if each.part == "date"} if form else set()
    on = {name: value for name, value in done.call.arguments.items() if name in days}
    notes: dict[str, Any] = {
        "done": done.call.tool,
        **({"done_on": on} if on else {}),
        **({"told": told} if told else {}),
    }
    return pulpo.Dialogue(facts=situation.remembered(dialogue.facts), offers=dialogue.offers, notes=notes)


def _of_goal(own: pulpo.ToolResult, told: str, dialogue: pulpo.Dialogue, situation: Situation) -> Decision:
    form = situation.forms.get(own.call.tool)
    if own.outcome == "invalid":
        return _mend(own, dialogue, situation)
    if form is not None and form.read_only and own.outcome == "ok":
        kept = noted(dialogue, last=own.call.tool, done=None, offers=None, told=recall.told_by(own.result.value))
        kept = noted(kept, day=_day_told(own, situation) or kept.notes.get("day"))
        return _with_proposal(own, told, replace(kept, goal=None, asked=None), situation)
    if form is not None and situation.agreed and not own.result.done and len(own.result.offers) == 1:
        return _instead(own.result.offers[0], form, told, dialogue, situation)
    return Say(told, replace(noted(dialogue, offers=None), asked=None))


def _day_told(own: pulpo.ToolResult, situation: Situation) -> str:
    """The day that an answer is about, as "the following Wednesday" may be said of it; free times are about many."""
    if any(own.call.tool in situation.suggested_by(tool) for tool in situation.forms):
        return ""
    names = {each.name for form in situation.forms.values() for each in form.fields if each.part == "date"}
    return recall.day_told_by(own.result.value, names)


def _with_proposal(own: pulpo.ToolResult, told: str, dialogue: pulpo.Dialogue, situation: Situation) -> Say:
    """Propose what the only thing found leads to, by declaration, so that a yes or a name is enough to go on. Of
    several the soonest is the only one for somebody who asked for that."""
    led = [tool for tool in situation.forms if own.call.tool in situation.suggested_by(tool)]
    counts = {tool: sum(situation.forms[tool].field(name) is not None for name in own.call.arguments) for tool in led}
    next_, found, wish = most(counts, situation, at_least=1), own.result.offers, dialogue.notes.get("prefers")
    if next_ is None or not own.result.done or not found:
        return Say(told, dialogue)
    if wish and len(found) > 1:
        best = extreme(found, str(wish))
        found, told = (best,), situation.say(texts.ALL_RIGHT, name=best.label)
        dialogue = noted(replace(dialogue, offers=found), prefers=None)
    if len(found) > 1 or "?" in told:
        return Say(told, dialogue)
    question = situation.say(texts.SHALL, title=render.wish(situation.forms[next_], situation.locale))
    return Say(paragraphs([told, question]), noted(dialogue, proposed=next_))


def _instead(offer: pulpo.Offer, form: Form, told: str, dialogue: pulpo.Dialogue, situation: Situation) -> Decision:
    """Propose the one thing that is possible instead of what was refused, when it is another call of the same tool.
    The facts stay what the user wanted until he says yes to it."""
    same = replace(noted(dialogue, offers=None), asked=None)
    instead = facts.taken(dialogue.facts, offer)
    if missing(form, instead) or arguments(form, instead) == arguments(form, dialogue.facts):
        return Say(told, same)
    return Do(((form.tool.name, arguments(form, instead)),), replace(same, offers=(), pending=None), told)


def _mend(own: pulpo.ToolResult, dialogue: pulpo.Dialogue, situation: Situation) -> Say:
    """Forget the arguments that did not fit and ask for the first of them again."""
    problems = own.error.removeprefix(f"{own.call.tool}: ").split("; ")
    named = {problem.partition(":")[0].partition(".")[0] for problem in problems}
    form = situation.forms.get(own.call.tool)
    kept = {name: fact for name, fact in dialogue.facts.items() if name not in named}
    opening = situation.say(texts.OUTCOMES["invalid"])
    left = missing(form, kept) if form else []
    if not left:
        return Say(opening, replace(dialogue, facts=kept, goal=None, asked=None))
    return progress.ask(left[0], replace(dialogue, facts=kept), situation, opening)


def _in_between(
    results: Sequence[pulpo.ToolResult], told: str, dialogue: pulpo.Dialogue, situation: Situation
) -> Decision:
    """Tell what was asked in between, or suggested, and put the open question again."""
    form = situation.forms.get(dialogue.goal or "")
    suggested = bool(form) and all(
        result.call.tool in situation.suggested_by(dialogue.goal or "") for result in results
    )
    dialogue = noted(dialogue, offers=None) if suggested else _restored(dialogue)
    if form is None or dialogue.pending is not None:
        return Say(told, noted(dialogue, last=results[-1].call.tool) if form is None else dialogue)
    left = missing(form, dialogue.facts)
    if not left:
        return progress.advance(dialogue, situation, opening=told)
    each = next((each for each in left if each.name == dialogue.asked), left[0])
    refused = _refused(results, form, dialogue) if suggested else None
    if refused is not None:
        kept = {name: fact for name, fact in dialogue.facts.items() if name != refused.name}
        if refused.part == "date":
            dialogue = noted(dialogue, day=dialogue.facts[refused.name].value)
        dialogue, each = replace(dialogue, facts=kept), refused
    elif suggested and not any(each.name in offer.arguments for offer in dialogue.offers):
        dialogue = replace(dialogue, offers=())
    wish = dialogue.notes.get("prefers")
    if suggested and dialogue.offers and wish and all(result.result.done for result in results):
        best = extreme(dialogue.offers, str(wish))
        chosen = noted(replace(dialogue, facts=facts.taken(dialogue.facts, best), offers=(), asked=None), prefers=None)
        return progress.advance(chosen, situation, opening=situation.say(texts.ALL_RIGHT, name=best.label))
    if suggested and dialogue.offers:
        question = "" if "?" in told else render.question(each, situation.locale)
        return Say(paragraphs([told, question]), replace(dialogue, asked=each.name))
    return Say(paragraphs([told, render.question(each, situation.locale)]), replace(dialogue, asked=each.name))


def _refused(results: Sequence[pulpo.ToolResult], form: Form, dialogue: pulpo.Dialogue) -> Field | None:
    """The argument whose value a suggesting tool has just found impossible: one that it offers only other values
    for, else the one that it is there to suggest."""
    failed = {result.call.tool for result in results if not result.result.done and result.result.offers}
    offers = [offer for result in results if result.call.tool in failed for offer in result.result.offers]
    known = [each for each in form.fields if each.name in dialogue.facts]
    for each in known:
        offered = [offer.arguments[each.name] for offer in offers if each.name in offer.arguments]
        if offered and dialogue.facts[each.name].value not in offered:
            return each
    return next((each for each in known if each.slot.suggest in failed), None)


def _restored(dialogue: pulpo.Dialogue) -> pulpo.Dialogue:
    """Put back the offers shown before a question in between."""
    if dialogue.goal is None:
        return noted(dialogue, offers=None)
    before: Any = dialogue.notes.get("offers") or []
    return replace(noted(dialogue, offers=None), offers=tuple(msgspec.convert(before, list[pulpo.Offer])))
