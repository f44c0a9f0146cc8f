"""Holds a recorded dialogue with the planner: the user's lines are the corpus', and so are the system's.

Before each message our dialogue is what our own runtime would know had it said what the recorded system said: what
was offered (from the rows that the backend returned), what was asked for, which intent was proposed, and whether the
summary of a call was the last thing said. Values that the system merely repeats are not taken from it, and neither is
any annotation of the user's lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

import pulpo
from functional.schema_guided.corpus import NOW
from functional.schema_guided.schema import Service, World, alike, offer_of, service, tools_of
from unit.pulpo_rules.chat import Chat, chat_with

Json = Mapping[str, Any]


@dataclass
class Held:
    """One message held: what our dialogue says of each service afterwards, and the calls that were made."""

    user: Json
    system: Json
    intents: dict[str, str]
    states: dict[str, dict[str, Any]]
    calls: list[tuple[str, dict[str, Any]]]
    chat: Chat


@dataclass
class _Tracker:
    """What our dialogue knew of each service: a state outlives the dialogue's own memory of a finished goal."""

    services: Sequence[Service]
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, str] = field(default_factory=dict)

    def take(self, chat: Chat, made: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        active = _active(chat.dialogue)
        known: dict[str, Any] = {}
        for _, arguments in made:
            known |= arguments
        known |= {name: fact.value for name, fact in chat.dialogue.facts.items()}
        for each in self.services:
            own = each.arguments
            here = active in [intent["name"] for intent in each.intents]
            others = {name for other in self.services if other is not each for name in other.arguments}
            told = {name: value for name, value in known.items() if name in own and (here or name not in others)}
            self.states[each.name] = self.states.get(each.name, {}) | told
            if here or active == "NONE":
                self.intents[each.name] = active


def hold(schemas: Mapping[str, Json], dialogue: Json) -> tuple[World, Chat, Sequence[Service]]:
    """Prepare the tools and the chat of a dialogue."""
    services = [service(schemas[name]) for name in dialogue["services"]]
    world = World([each for turn in dialogue["turns"] for each in _recorded(turn)])
    chat = chat_with(tools_of(services, world), locale="en-US")
    chat.now = NOW
    return world, chat, services


def _recorded(turn: Json) -> Iterator[tuple[Json, Sequence[dict[str, Any]], bool]]:
    for frame in turn["frames"]:
        if "service_call" in frame:
            failed = any(each["act"] == "NOTIFY_FAILURE" for each in frame["actions"])
            yield frame["service_call"], frame["service_results"], not failed


async def held(schemas: Mapping[str, Json], dialogue: Json) -> list[Held]:
    """Hold one dialogue."""
    world, chat, services = hold(schemas, dialogue)
    tracker = _Tracker(services)
    found: list[Held] = []
    rows: list[dict[str, Any]] = []
    turns = dialogue["turns"]
    for user, system in zip(turns[::2], turns[1::2], strict=False):
        before = len(world.made)
        await chat.say(user["utterance"])
        made = [(name, chat.tools[name].bind(arguments)) for name, arguments in world.made[before:]]
        tracker.take(chat, made)
        states = {name: dict(state) for name, state in tracker.states.items()}
        found.append(Held(user, system, dict(tracker.intents), states, made, chat))
        rows = [*(row for frame in system["frames"] for row in frame.get("service_results", ())), *rows]
        chat.dialogue = _as_said(chat.dialogue, system, services, rows)
    return found


def _active(dialogue: pulpo.Dialogue) -> str:
    """The tool a dialogue is about: the one under way, else the one that it was about last."""
    pending = dialogue.pending.call.tool if dialogue.pending else None
    return str(dialogue.goal or pending or dialogue.notes.get("last") or dialogue.notes.get("done") or "NONE")


def _as_said(
    dialogue: pulpo.Dialogue, system: Json, services: Sequence[Service], rows: Sequence[dict[str, Any]]
) -> pulpo.Dialogue:
    """Our dialogue had the recorded system's reply been ours."""
    for frame in system["frames"]:
        owner = next(each for each in services if each.name == frame["service"])
        acts = {each["act"]: each for each in reversed(frame["actions"])}
        asked = acts["REQUEST"]["slot"] if "REQUEST" in acts else None
        goal = owner.owner(asked, dialogue.goal) if asked else dialogue.goal
        summed_up = "CONFIRM" in acts or ("OFFER" in acts and "NOTIFY_FAILURE" in acts)
        shown = _shown(dialogue.pending, frame["actions"]) if summed_up else None
        notes = dict(dialogue.notes)
        if "NOTIFY_SUCCESS" in acts and goal:
            notes, goal = {"done": goal}, None
        call = frame.get("service_call")
        if call and owner.is_read_only(call["method"]):
            notes, goal = {**notes, "last": call["method"], "done": None}, None
        if "OFFER_INTENT" in acts:
            notes["proposed"] = acts["OFFER_INTENT"]["values"][0]
        offers = _offered(frame["actions"], rows) or dialogue.offers
        dialogue = replace(dialogue, goal=goal, asked=asked, pending=shown, offers=offers, notes=notes)
    return dialogue


def _shown(pending: pulpo.Pending | None, actions: Sequence[Json]) -> pulpo.Pending | None:
    """Our call that waits for a yes, with the values of the summary that the user saw: the recorded system puts
    another hour into 11 of 325, as a tool's preview may, and what a yes runs is what was shown."""
    if pending is None:
        return None
    told = {each["slot"]: each["canonical_values"][0] for each in actions if each["act"] in ("CONFIRM", "OFFER")}
    arguments = dict(pending.call.arguments)
    for name, value in told.items():
        if name in arguments and not alike(name, arguments[name], [value]):
            arguments[name] = value
    return replace(pending, call=replace(pending.call, arguments=arguments))


def _offered(actions: Sequence[Json], rows: Sequence[dict[str, Any]]) -> tuple[pulpo.Offer, ...]:
    """What was offered, with the row of results that it is of."""
    told = {each["slot"]: each["canonical_values"][0] for each in actions if each["act"] == "OFFER"}
    if not told:
        return ()
    of = next((row for row in rows if all(alike(name, row.get(name), [told[name]]) for name in told)), {})
    return (offer_of({**told, **of}),)
