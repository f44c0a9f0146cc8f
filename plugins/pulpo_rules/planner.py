"""The planner: it reads what is listed now, lets the pure modules decide, and speaks the runtime's contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel

import pulpo
from pulpo_rules import background, decisions, lexicon, recall, replies, routing, talk, wishes
from pulpo_rules.facts import day_of, window
from pulpo_rules.fields import Form, forms
from pulpo_rules.intents import IntentModel
from pulpo_rules.mentions import Key, Scene
from pulpo_rules.offers import differing
from pulpo_rules.pronouns import speaks_of_somebody
from pulpo_rules.situation import Decision, Say, Situation, paragraphs
from pulpo_rules.understanding import Understanding, understand

_FIRST_TEXTS: Final = {"es": "¿mañana a las 10?", "en": "tomorrow at 10 am?"}
_LOOKED_BACK: Final = 8
"""Messages in which somebody is looked for whom a pronoun means."""
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)


class RulesSettings(BaseModel, extra="forbid"):
    """The settings of a variant with this planner; there is nothing to set."""


@dataclass(frozen=True, slots=True)
class RulesFactory:
    """Builds `RulesPlanner` for a catalogue of tools."""

    name: str = "rules"
    config: type[BaseModel] = RulesSettings

    def build(self, config: Any, tools: Sequence[pulpo.Tool]) -> RulesPlanner:
        """Read the declarations of ``tools`` and train the intent model on their examples."""
        return RulesPlanner(tuple(tools))


class RulesPlanner:
    """Serves all turns at once; it holds nothing but what was trained."""

    def __init__(self, tools: Sequence[pulpo.Tool]) -> None:
        self._forms = forms(tools)
        self._model = IntentModel(tools)
        self._known = self._model.vocabulary | lexicon.COMMON
        self._warm_up()

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        """Yield one decision; see `pulpo.contracts.planners.Planner`."""
        turn = context.turn
        if background.is_background(turn.text):
            title = turn.workspace.name or turn.workspace.id
            yield pulpo.Answer(background.answer(turn.text, title=title))
            return
        dialogue, locale = context.dialogue, turn.locale
        forms_now = {name: form for name, form in self._forms.items() if name in context.tools}
        if context.results:
            situation = _situation(context, forms_now, {}, locale)
            decision: Decision = replies.reply(context.results, dialogue, situation)
            if isinstance(decision, Say) and wishes.follows(dialogue, context.results):
                listed = await _listed(forms_now, context.tool_context)
                decision = self._then(decision, context, replace(situation, choices=listed))
            for step in _steps(self._with_what_was_asked(decision, context, situation), context):
                yield step
            return
        before = await _said_before(context)
        situation = _situation(context, forms_now, await _listed(forms_now, context.tool_context), locale, before)
        confidence = None
        if context.consent == "no":
            decision = talk.declined(context.turn.text, dialogue, situation)
        else:
            decision, confidence = self._decide(context, dialogue, situation)
        for step in _steps(decision, context, confidence):
            yield step

    def _warm_up(self) -> None:
        """Understand a sentence in each language once: readers may compile their patterns at their first text, and the
        first customer should not wait for that."""
        for locale, text in _FIRST_TEXTS.items():
            understand(text, self._forms, self._model, Scene(now=_ANY_TIME, tz="UTC", locale=locale, known=self._known))

    def _with_what_was_asked(self, decision: Decision, context: pulpo.PlanContext, situation: Situation) -> Decision:
        """Answer what was asked right after a yes ("yes, that's right. What is the address?") along with the result."""
        if context.consent != "yes" or not isinstance(decision, Say) or decision.dialogue is None:
            return decision
        understood = self._understand(context, decision.dialogue, situation)
        answer = recall.sentence(recall.asked_for(understood, decision.dialogue), situation.locale)
        return replace(decision, text=paragraphs([decision.text, answer]))

    def _then(self, said: Say, context: pulpo.PlanContext, situation: Situation) -> Decision:
        """Go on with the second of two wishes, now that the first one is done."""
        kept = context.dialogue.notes["then"]
        if kept["tool"] not in situation.forms:
            return said
        understood = self._understand(context, said.dialogue or pulpo.Dialogue(), situation, kept["text"])
        return wishes.then(said, understood, kept["tool"], situation)

    def _decide(
        self, context: pulpo.PlanContext, dialogue: pulpo.Dialogue, situation: Situation
    ) -> tuple[Decision, float | None]:
        """Return the decision, and how sure we are of what is wanted where a conversation sets out: what only answers a
        question of ours looks like no wish at all."""
        understood = self._understand(context, dialogue, situation)
        if dialogue.goal is None and len(situation.forms) < len(self._forms):
            understood = replace(understood, away=self._is_away(context, dialogue, situation))
        surest = None if dialogue.goal else max((clause.best.score for clause in understood.clauses), default=None)
        return decisions.decide(understood, dialogue, situation), surest

    def _is_away(self, context: pulpo.PlanContext, dialogue: pulpo.Dialogue, situation: Situation) -> bool:
        """Whether the message would lead to a tool that is not there now, if it were."""
        lists = {each.source: situation.listed(each) for form in situation.forms.values() for each in form.fields}
        choices = {
            (each.tool, each.name): lists[each.source]
            for form in self._forms.values()
            for each in form.fields
            if each.source >= 0 and each.source in lists
        }
        whole = replace(situation, forms=self._forms, choices=choices)
        goal = routing.route(self._understand(context, dialogue, whole), dialogue, whole).goal
        return goal is not None and goal not in situation.forms

    def _understand(
        self, context: pulpo.PlanContext, dialogue: pulpo.Dialogue, situation: Situation, text: str | None = None
    ) -> Understanding:
        """Read the message of the turn, or ``text`` of an earlier one."""
        scene = Scene(
            now=context.turn.at,
            tz=context.turn.workspace.tz,
            locale=situation.locale,
            choices=situation.choices,
            known=self._known,
            goal=dialogue.goal or dialogue.notes.get("proposed"),
            asked=dialogue.asked,
            offered=differing(dialogue.offers),
            filled={name: fact.value for name, fact in dialogue.facts.items()},
            window=window(dialogue.facts, situation),
            day=day_of(dialogue, situation),
            begun=str(dialogue.notes.get("begun", "")),
            before=situation.before,
        )
        return understand(context.turn.text if text is None else text, situation.forms, self._model, scene)


def _steps(decision: Decision, context: pulpo.PlanContext, confidence: float | None = None) -> Iterator[pulpo.Step]:
    if isinstance(decision, Say):
        told = confidence if decision.confidence is None else decision.confidence
        yield pulpo.Answer(decision.text, decision.dialogue, told)
        return
    if decision.opening:
        yield pulpo.Piece(decision.opening)
    calls = tuple(
        pulpo.ToolCall(f"c{context.step}{number}", tool, arguments)
        for number, (tool, arguments) in enumerate(decision.calls)
    )
    yield pulpo.Calls(calls, decision.dialogue, confidence)


def _situation(
    context: pulpo.PlanContext,
    forms_now: Mapping[str, Form],
    choices: Mapping[Key, Sequence[pulpo.Choice]],
    locale: str,
    before: Sequence[str] = (),
) -> Situation:
    return Situation(
        forms=forms_now,
        choices=choices,
        locale=locale,
        business=context.turn.workspace.name,
        called=[result.call for result in context.results],
        agreed=context.consent == "yes",
        before=before,
    )


async def _said_before(context: pulpo.PlanContext) -> Sequence[str]:
    """Read what was said before, the newest first, where the message speaks of somebody without a name."""
    if speaks_of_somebody(context.turn.text) is None:
        return ()
    lines = await context.history(_LOOKED_BACK)
    return [line.text for line in reversed(lines) if line.turn_id != context.turn.id]


async def _listed(forms_now: Mapping[str, Form], context: pulpo.ToolContext) -> dict[Key, Sequence[pulpo.Choice]]:
    """Ask each value provider once, however many arguments share it."""
    known: dict[int, Sequence[pulpo.Choice]] = {}
    listed: dict[Key, Sequence[pulpo.Choice]] = {}
    for form in forms_now.values():
        for each in form.fields:
            if each.slot.values is None:
                continue
            if each.source not in known:
                known[each.source] = await each.slot.values(context)
            listed[each.tool, each.name] = known[each.source]
    return listed
