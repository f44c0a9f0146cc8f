"""How a goal comes closer to its call: what is missing is taken, suggested or asked for; then it is called."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

import pulpo
from pulpo_rules import render, texts
from pulpo_rules.fields import Field, Form
from pulpo_rules.mentions import Mention, Mentions
from pulpo_rules.situation import Decision, Do, Facts, Say, Situation, arguments, missing, paragraphs

NOTHING_SAID = Mentions(found={}, spans=())
_MOST_OPTIONS = 8
_MOST_AT_ONCE = 3


def advance(
    dialogue: pulpo.Dialogue,
    situation: Situation,
    mentions: Mentions = NOTHING_SAID,
    *,
    opening: str = "",
    changed: Collection[str] = (),
    not_there: Collection[str] = (),
    settled: Collection[str] = (),
    unchanged: Collection[str] = (),
) -> Decision:
    """Take the next step to ``dialogue.goal``; ``opening`` is said before a question or a summary.

    ``mentions`` are what the message said: only there can a value be unclear. ``changed`` are the arguments it
    changed, ``not_there`` those whose thing it described in vain, ``settled`` those that it pointed at and that are
    clear. ``unchanged`` are stems of the words for what shall stay as it is with a listed thing ("the same time").
    """
    form = situation.forms[dialogue.goal or ""]
    if not_there:
        each = next(each for each in form.fields if each.name in not_there)
        return ask(each, dialogue, situation, paragraphs([opening, situation.say(texts.NO_SUCH)]))
    dialogue = _as_before(_with_the_only_ones(dialogue, form, situation), form, situation, unchanged)
    each_one = _of_each(form, dialogue, situation, mentions)
    if each_one:
        return Do(each_one, dialogue, opening)
    unclear = _unclear(form, situation, mentions, settled)
    if unclear:
        text, offers, each = unclear
        return Say(paragraphs([opening, text]), replace(dialogue, asked=each.name, offers=offers))
    unanswered = _unanswered(form, dialogue)
    if unanswered:
        return ask(unanswered, dialogue, situation, opening)
    left = missing(form, dialogue.facts)
    if left:
        check = _check(left, form, dialogue, situation, changed)
        return check or _obtain(left, form, dialogue, situation, opening, changed)
    return _call(form, dialogue, situation, opening)


def _unanswered(form: Form, dialogue: pulpo.Dialogue) -> Field | None:
    """What need not be known, but was said unclearly ("with her": with whom?) and asked about in vain."""
    each = form.field(dialogue.asked or "")
    if each is None or each.required or each.name in dialogue.facts:
        return None
    return each if narrowed_to(each.name, dialogue.offers) else None


def _of_each(
    form: Form, dialogue: pulpo.Dialogue, situation: Situation, mentions: Mentions
) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The calls for a question about several things at once ("how much are a cut and a shave?"). Where the answer is
    there to be chosen from, it is one of them that has to be named."""
    several = [(name, mention) for name, mention in mentions.of(form.tool.name).items() if mention.apart]
    leads = any(form.tool.name in situation.suggested_by(tool) for tool in situation.forms)
    if not form.read_only or leads or len(several) != 1 or missing(form, dialogue.facts):
        return ()
    ((name, mention),) = several
    known = arguments(form, dialogue.facts)
    return tuple((form.tool.name, {**known, name: rival.value}) for rival in mention.rivals[:_MOST_AT_ONCE])


def _call(form: Form, dialogue: pulpo.Dialogue, situation: Situation, opening: str) -> Decision:
    wanted = arguments(form, dialogue.facts)
    pending = dialogue.pending
    if pending is not None and pending.call.tool == form.tool.name and _holds(pending.call.arguments, wanted):
        return Say(paragraphs([opening, situation.say(texts.SAY_YES)]), dialogue)
    if _called(form.tool.name, wanted, situation):
        return Say(paragraphs([opening, situation.say(texts.GO_ON)]), dialogue)
    return Do(((form.tool.name, wanted),), replace(dialogue, asked=None, offers=(), pending=None), opening)


def _holds(shown: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    """Whether the call shown to the user is the one wanted; its preview may have added arguments."""
    return all(name in shown and shown[name] == value for name, value in wanted.items())


def _called(tool: str, wanted: Mapping[str, object], situation: Situation) -> bool:
    return any(call.tool == tool and call.arguments == wanted for call in situation.called)


def _with_the_only_ones(dialogue: pulpo.Dialogue, form: Form, situation: Situation) -> pulpo.Dialogue:
    """Take the values that need no question because there is just one."""
    facts = dict(dialogue.facts)
    for each in missing(form, facts):
        listed = situation.listed(each)
        if each.slot.only and len(listed) == 1:
            facts[each.name] = pulpo.Fact(listed[0].value, "tool")
    return replace(dialogue, facts=facts)


def _as_before(
    dialogue: pulpo.Dialogue, form: Form, situation: Situation, unchanged: Collection[str]
) -> pulpo.Dialogue:
    """Take from the listed thing that is meant what shall stay as it is with it."""
    facts = dict(dialogue.facts)
    for each in missing(form, facts) if unchanged else ():
        for listed in form.fields:
            for choice in situation.listed(listed) if listed.name in facts else ():
                if (
                    choice.value == facts[listed.name].value
                    and each.name in choice.fields
                    and each.cues & set(unchanged)
                ):
                    facts[each.name] = pulpo.Fact(choice.fields[each.name], "tool")
    return replace(dialogue, facts=facts)


def _unclear(
    form: Form, situation: Situation, mentions: Mentions, settled: Collection[str]
) -> tuple[str, tuple[pulpo.Offer, ...], Field] | None:
    """A value of which several readings fit; what a summary will show before anything happens may stay."""
    for name, mention in mentions.of(form.tool.name).items():
        each = form.field(name)
        if each is None:
            continue
        if mention.rivals and name not in settled:
            offers = _as_offers(each, mention.rivals, situation.locale)
            return situation.say(texts.WHICH, list=render.labels(mention.rivals, situation.locale)), offers, each
        if mention.ambiguous and mention.alternatives and not _will_be_shown(form) and _is_doubtful(each, mention):
            return _doubt(each, mention, situation)
    return None


def _is_doubtful(each: Field, mention: Mention) -> bool:
    """Whether it is this argument that the readings differ in."""
    return any(other.get(each.part, mention.value) != mention.value for other in mention.alternatives)


def _will_be_shown(form: Form) -> bool:
    return form.tool.confirm and not form.read_only


def _doubt(each: Field, mention: Mention, situation: Situation) -> tuple[str, tuple[pulpo.Offer, ...], Field]:
    values = [mention.value, *(other[each.part] for other in mention.alternatives if other.get(each.part) is not None)]
    # Days and hours in their order, and not in that of their likelihood.
    values = sorted(values, key=str) if all(str(value)[:1].isdigit() for value in values) else values
    offers = tuple(pulpo.Offer(render.value(value, situation.locale), {each.name: value}) for value in values)
    shown = render.either([render.with_article(value, situation.locale) for value in values], situation.locale)
    return situation.say(texts.DID_YOU_MEAN, list=shown), offers, each


def _as_offers(each: Field, choices: Sequence[pulpo.Choice], locale: str) -> tuple[pulpo.Offer, ...]:
    return tuple(pulpo.Offer(pulpo.localized(choice.label, locale), {each.name: choice.value}) for choice in choices)


def _check(
    left: Sequence[Field], form: Form, dialogue: pulpo.Dialogue, situation: Situation, changed: Collection[str]
) -> Decision | None:
    """Ask the suggesting tool whether a value just given will do, before asking for the rest."""
    for each in form.fields:
        fact = dialogue.facts.get(each.name)
        if each.slot.suggest and fact is not None and fact.source != "offer":
            wanted = _suggestion(each, form, dialogue, situation)
            if wanted and wanted[1].keys() & set(changed):
                return _suggest(wanted, left[0], dialogue)
    return None


def _obtain(
    left: Sequence[Field],
    form: Form,
    dialogue: pulpo.Dialogue,
    situation: Situation,
    opening: str,
    changed: Collection[str],
) -> Decision:
    """Let a tool suggest the first missing value if it can be called; else ask for it. A tool that suggests a later
    one is asked as well when the message narrowed what only it understands ("after five", "next week")."""
    each = left[0]
    wanted = _suggestion(each, form, dialogue, situation)
    for later in left[1:] if not wanted else ():
        narrowed = _suggestion(later, form, dialogue, situation)
        wished = dialogue.notes.get("prefers") or any(
            name in changed and form.field(name) is None for name in (narrowed[1] if narrowed else ())
        )
        if narrowed and wished:
            wanted = narrowed
    if wanted:
        return _suggest(wanted, each, dialogue)
    suggesting = situation.forms.get(each.slot.suggest)
    needed = missing(suggesting, _with_what_is_listed(form, dialogue.facts, situation)) if suggesting else []
    return ask(form.field(needed[0].name) or each if needed else each, dialogue, situation, opening)


def _suggestion(
    each: Field, form: Form, dialogue: pulpo.Dialogue, situation: Situation
) -> tuple[str, dict[str, Any]] | None:
    """The call that would suggest a value for ``each``, if it can be made and was not made this turn."""
    suggesting = situation.forms.get(each.slot.suggest)
    known = _with_what_is_listed(form, dialogue.facts, situation)
    if suggesting is None or missing(suggesting, known):
        return None
    wanted = arguments(suggesting, known)
    return None if _called(suggesting.tool.name, wanted, situation) else (suggesting.tool.name, wanted)


def _suggest(call: tuple[str, dict[str, Any]], asked: Field, dialogue: pulpo.Dialogue) -> Do:
    return Do((call,), replace(dialogue, asked=asked.name, offers=()))


def _with_what_is_listed(form: Form, facts: Facts, situation: Situation) -> Facts:
    """The facts, and what the listed things among them tell that the goal itself has no argument for: of the
    parcel to be sent again its size."""
    told: dict[str, pulpo.Fact] = {}
    for each in form.fields:
        for choice in situation.listed(each) if each.name in facts else ():
            if choice.value == facts[each.name].value:
                others = {name: value for name, value in choice.fields.items() if form.field(name) is None}
                told.update((name, pulpo.Fact(value, "tool")) for name, value in others.items())
    return {**told, **facts}


def ask(each: Field, dialogue: pulpo.Dialogue, situation: Situation, opening: str = "") -> Say:
    """Ask for one argument; a short list of what there is comes with the question."""
    listed = situation.listed(each)
    if (each.tool, each.name) in situation.choices and not listed:
        named = render.title(situation.forms[each.tool], situation.locale)
        text = pulpo.localized(each.slot.none, situation.locale) or situation.say(texts.NONE_LISTED, name=named)
        return Say(paragraphs([opening, text]), replace(dialogue, goal=None, asked=None))
    question = render.question(each, situation.locale)
    offers = dialogue.offers
    if narrowed_to(each.name, offers):
        question = situation.say(texts.WHICH, list=", ".join(offer.label for offer in offers))
    elif 0 < len(listed) <= _MOST_OPTIONS:
        offers = _as_offers(each, listed, situation.locale)
        question = f"{question} {situation.say(texts.OPTIONS, list=render.labels(listed, situation.locale))}"
    return Say(paragraphs([opening, question]), replace(dialogue, asked=each.name, offers=offers))


def narrowed_to(name: str, offers: Sequence[pulpo.Offer]) -> bool:
    """Whether ``offers`` are nothing but the values that an argument may have by what was said so far."""
    return bool(offers) and all(offer.arguments.keys() == {name} for offer in offers)
