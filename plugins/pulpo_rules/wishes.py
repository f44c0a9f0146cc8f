"""Two wishes in one message: "cancela la del lunes y ponme el martes a las 10".

Where a tool moves what would be given up, that is what people mean: one change, which loses the old one only when there
is a new one. Else the first wish is followed, and the second kept until that is done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from msgspec.structs import replace

import pulpo
from pulpo_rules import facts, intents, shifting, talk
from pulpo_rules.fields import Field, Form
from pulpo_rules.outset import set_out, switched
from pulpo_rules.situation import Decision, Do, Say, Situation, noted, paragraphs
from pulpo_rules.understanding import Understanding


def both(understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Decision | None:
    """Follow the two wishes of a message that has two, if there is something to be given up."""
    if understood.parts is None:
        return None
    given_up, wish = understood.parts
    form = situation.forms[given_up.clauses[0].best.tool]
    each = next(each for each in form.fields if each.required)
    settled = _pointed_at(form, given_up, situation)
    if not situation.listed(each) or (dialogue.goal not in (None, form.tool.name) and not settled):
        return None
    fresh = replace(dialogue, facts=situation.remembered(dialogue.facts), pending=None, asked=None, offers=())
    if wish is None:
        # What is said beside it is a reason, unless it tells which one is meant.
        whole = _pointed_at(form, understood, situation)
        return None if whole or not settled else _set_out(form, given_up, fresh, situation)
    moving = next((other for other in situation.forms.values() if _moves(other, each, situation)), None)
    if moving is not None and not _wants_another(wish, moving, _meant(each, settled, situation)):
        return _set_out(moving, wish, replace(fresh, facts={**fresh.facts, **settled}), situation)
    then = {"after": form.tool.name, "tool": _tool(wish, situation), "text": wish.text}
    return _set_out(form, given_up, noted(fresh, then=then), situation)


def _set_out(form: Form, understood: Understanding, dialogue: pulpo.Dialogue, situation: Situation) -> Decision:
    name = form.tool.name
    return set_out(name, understood, replace(dialogue, goal=name), situation, switched(name))


def _pointed_at(form: Form, understood: Understanding, situation: Situation) -> dict[str, pulpo.Fact]:
    return facts.pointed_at(form, {}, talk.everything(understood), situation, None)[0]


def _tool(wish: Understanding, situation: Situation) -> str:
    """What makes the new thing: the tool that is asked for, else the one that takes most and moves nothing."""
    best = wish.clauses[0].best
    making = [
        name
        for name, form in situation.forms.items()
        if not (form.read_only or form.gives_up or shifting.can_move(form, situation))
    ]
    if best.tool in making and best.score >= intents.SURE:
        return best.tool
    return max(making, key=lambda name: len(wish.mentions.of(name)), default=best.tool)


def _meant(each: Field, settled: dict[str, pulpo.Fact], situation: Situation) -> pulpo.Choice | None:
    listed = situation.listed(each)
    if each.name in settled:
        return next((choice for choice in listed if choice.value == settled[each.name].value), None)
    return listed[0] if len(listed) == 1 else None


def _moves(form: Form, each: Field, situation: Situation) -> bool:
    """Whether a tool changes day and hour of what would be given up."""
    takes = any(other.source == each.source and other.required for other in form.fields)
    return takes and shifting.can_move(form, situation)


def _wants_another(wish: Understanding, moving: Form, meant: pulpo.Choice | None) -> bool:
    """Whether what is wanted has a property that moving cannot give it: another service."""
    if meant is None:
        return False
    return any(
        not mention.may_be(meant.fields[name])
        for name, mention in talk.everything(wish).items()
        if name in meant.fields and moving.field(name) is None
    )


def follows(dialogue: pulpo.Dialogue, results: Sequence[pulpo.ToolResult]) -> bool:
    """Whether what was to come first has just been done."""
    kept = dialogue.notes.get("then")
    return isinstance(kept, dict) and results[-1].effect and results[-1].call.tool == kept["after"]


def then(said: Say, understood: Understanding, tool: str, situation: Situation) -> Decision:
    """Go on with the wish that was kept, after ``said`` told that the first one is done."""
    dialogue = said.dialogue or pulpo.Dialogue()
    onward = _set_out(situation.forms[tool], understood, dialogue, situation)
    if isinstance(onward, Say):
        return dataclasses.replace(onward, text=paragraphs([said.text, onward.text]))
    changes = any(not situation.forms[name].read_only for name, _ in onward.calls)
    # What a question in between finds is told together with what was done; a summary needs it said ahead.
    return Do(onward.calls, onward.dialogue, said.text if changes else onward.opening)
