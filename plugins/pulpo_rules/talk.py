"""What to say to a message that moves no goal: small talk, a no, an answer that was not understood; and how to come
back to the open question after it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

import pulpo
from pulpo_rules import facts, progress, render, texts, unlisted
from pulpo_rules.acts import asks_for_a_person, asks_why, is_upset, read_acts, withholds
from pulpo_rules.fields import Field
from pulpo_rules.mentions import Mention
from pulpo_rules.routing import route
from pulpo_rules.situation import Decision, Say, Situation, missing, noted, paragraphs
from pulpo_rules.understanding import Understanding


def declined(text: str, dialogue: pulpo.Dialogue, situation: Situation) -> Say:
    """Answer a plain no to a pending call: nothing is done, and the user may change what is known, unless ``text``
    gives it up altogether."""
    if read_acts(text).whole == "abort":
        return given_up(dialogue, situation)
    kept = noted(dialogue, then=None)
    return Say(situation.say(texts.DECLINED), replace(kept, pending=None, asked=None, offers=()))


def act(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Decision | None:
    """Answer a message that is nothing but talk."""
    open_ = bool(dialogue.goal or dialogue.pending)
    whole = understood.acts.whole
    if whole == "abort":
        return _abort(understood, dialogue, situation, open_=open_)
    if pulpo.read_consent(understood.text) == "no" and open_ and not understood.mentions.found:
        return declined(understood.text, dialogue, situation)
    if whole == "greeting":
        hello = _hello(situation)
        return resume(hello, dialogue, situation) if open_ else Say(f"{hello} {abilities(situation)}", dialogue)
    if asks_for_a_person(understood.text) and not understood.mentions.found:
        told = situation.say(texts.ASSISTANT)
        return resume(told, dialogue, situation) if open_ else Say(f"{told} {abilities(situation)}", dialogue)
    if whole == "help":
        return resume(abilities(situation), dialogue, situation)
    if whole == "farewell":
        return Say(situation.say(texts.FAREWELL), dialogue)
    if whole == "thanks" and not (open_ and pulpo.read_consent(understood.text) == "yes"):
        return resume(situation.say(texts.WELCOME), dialogue, situation)
    return None


def _hello(situation: Situation) -> str:
    name = situation.business
    return situation.say(texts.GREETING_NAMED, name=name) if name else situation.say(texts.GREETING)


def _abort(
    understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation, *, open_: bool
) -> Decision | None:
    if open_:
        return given_up(dialogue, situation)
    if route(understood, dialogue, situation).goal is not None:
        return None
    return Say(situation.say(texts.NOTHING_OPEN), replace(dialogue, offers=()))


def given_up(dialogue: pulpo.Dialogue, situation: Situation) -> Say:
    """Drop what was under way, apart from what is worth remembering."""
    return Say(situation.say(texts.ABORTED), pulpo.Dialogue(facts=situation.remembered(dialogue.facts)))


def abilities(situation: Situation) -> str:
    """Return what can be done here, in words."""
    shown = render.titles(situation.forms.values(), situation.locale)
    return situation.say(texts.ABILITIES, list=shown) if shown else situation.say(texts.UNABLE)


def resume(text: str, dialogue: pulpo.Dialogue, situation: Situation) -> Say:
    """Say ``text`` and put the open question again; that of a pending call the runtime puts itself."""
    each = open_question(dialogue, situation)
    if dialogue.pending is not None or each is None:
        return Say(text, dialogue)
    return progress.ask(each, dialogue, situation, text)


def open_question(dialogue: pulpo.Dialogue, situation: Situation) -> Field | None:
    """Return the argument that was asked for last, or has to be asked for next."""
    form = situation.forms.get(dialogue.goal or "")
    left = missing(form, dialogue.facts) if form else []
    return next((each for each in left if each.name == dialogue.asked), next(iter(left), None))


def which(shown: Sequence[pulpo.Offer], dialogue: pulpo.Dialogue, situation: Situation) -> Say:
    """Ask which of the choices is meant."""
    text = situation.say(texts.WHICH_OFFER, list=render.labels(shown, situation.locale))
    return Say(text, replace(dialogue, offers=tuple(shown)))


def everything(understood: Understanding) -> dict[str, Mention]:
    """Return all that was said and is clear, by the name of the argument."""
    return {name: mention for (_, name), mention in understood.mentions.found.items() if mention.settled}


def lost(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Say:
    """Nothing to go for: keep what is worth remembering, and say what can be done."""
    known = {**dialogue.facts, **situation.remembered(facts.merged({}, everything(understood), situation))}
    if pulpo.read_consent(understood.text) == "no":
        return Say(situation.say(texts.NOTHING_OPEN), replace(dialogue, facts=known))
    again = bool(dialogue.notes.get("unlisted"))
    unknown = None if is_upset(understood.text) else unlisted.nowhere_listed(understood, situation, again=again)
    dialogue = noted(dialogue, unlisted=True if unknown else None)
    if unknown:
        said, each = unknown
        options = situation.say(texts.OPTIONS, list=render.labels(situation.listed(each), situation.locale))
        return Say(f"{situation.say(texts.NOT_OFFERED, said=said)} {options}", replace(dialogue, facts=known), 0.0)
    if dialogue.goal is not None and dialogue.goal not in situation.forms:
        return not_now(understood, dialogue, situation)
    return Say(f"{_opening(understood, situation)} {abilities(situation)}".strip(), replace(dialogue, facts=known), 0.0)


def not_now(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Say:
    """Keep what was said for a tool that is not there now; the runtime adds which one, and that it may be soon."""
    known = {**dialogue.facts, **facts.merged({}, everything(understood), situation)}
    return Say(situation.say(texts.NOT_NOW), replace(dialogue, facts=known))


def _opening(understood: Understanding, situation: Situation) -> str:
    if is_upset(understood.text):
        return situation.say(texts.UPSET)
    if understood.acts.opening:
        return _hello(situation)
    return "" if pulpo.read_consent(understood.text) is not None else situation.say(texts.NOT_UNDERSTOOD)


def nothing_new(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation, *, again: bool) -> Decision:
    """The message changed nothing: agree on what was shown, take up what was refused before, or say that it was not
    understood."""
    if again and dialogue.pending is None:
        return progress.advance(dialogue, situation)
    if pulpo.read_consent(understood.text) == "yes" and dialogue.pending is None:
        if not missing(situation.forms[dialogue.goal or ""], dialogue.facts):
            return progress.advance(dialogue, situation)
        return resume("", dialogue, situation)
    if dialogue.pending is not None:
        return Say(paragraphs([situation.say(texts.NOT_UNDERSTOOD), situation.say(texts.SAY_YES)]), dialogue, 0.0)
    if dialogue.offers and all(dialogue.asked in {None, *offer.arguments} for offer in dialogue.offers):
        return replace_confidence(which(dialogue.offers, dialogue, situation))
    reason = _reason(understood.text, dialogue, situation)
    return replace_confidence(resume(reason or situation.say(texts.NOT_UNDERSTOOD), dialogue, situation))


def _reason(text: str, dialogue: pulpo.Dialogue, situation: Situation) -> str:
    """Why something is asked for, for who wants to know that or would rather not say."""
    form = situation.forms.get(dialogue.goal or "")
    if form is None or not dialogue.asked or not (asks_why(text) or withholds(text)):
        return ""
    told = situation.say(texts.WHY, title=render.wish(form, situation.locale))
    return f"{told} {situation.say(texts.OR_DROP)}" if withholds(text) else told


def replace_confidence(said: Say) -> Say:
    """Mark an answer as one that did not know what the user wanted."""
    return Say(said.text, said.dialogue, 0.0)
