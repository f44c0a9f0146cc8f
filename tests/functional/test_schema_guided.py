"""The planner driven by the schemas of the Schema-Guided Dialogue corpus: nothing of it but its descriptions.

Figures are printed and fail nothing; without the corpus (``$PULPO_SHARED/data/sgd``) this is skipped.
"""

from __future__ import annotations

import datetime as dt
import inspect
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from msgspec.structs import replace

import pulpo
from pulpo_booking.reader import WHEN, read_when
from unit.pulpo_rules.chat import Chat, chat_with

SHARED = os.environ.get("PULPO_SHARED")
NOW = dt.datetime(2019, 3, 1, 9, tzinfo=dt.UTC)
BASELINE = "a 90-line rule baseline: intent .855, goal .431, call .626, booking .498, spurious 15"

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not SHARED, reason="PULPO_SHARED does not name a folder with data/sgd"),
]


def corpus(name: str) -> list[Any]:
    text = Path(SHARED or "", "data", "sgd", name).read_text("utf-8")
    return list(json.loads(text)) if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]


def typed(slot: Mapping[str, Any]) -> Any:
    """An argument's type by what the schema says of it."""
    kind = slot["name"].rpartition("_")[2]
    ask = pulpo.Slot(ask={"en": f"{slot['description']}?"})
    if kind in ("date", "time"):
        return Annotated[str, slot["description"], replace_slot(ask, kind)]
    if slot["is_categorical"] and slot["possible_values"]:
        return Annotated[Literal[tuple(slot["possible_values"])], slot["description"], ask]
    return Annotated[str, slot["description"], ask]


def replace_slot(slot: pulpo.Slot, part: str) -> pulpo.Slot:
    return pulpo.Slot(ask=slot.ask, reader=WHEN, part=part)


def tool_of(service: Mapping[str, Any], intent: Mapping[str, Any]) -> pulpo.Tool:
    slots = {slot["name"]: slot for slot in service["slots"]}

    async def call(**_: Any) -> pulpo.Result:
        return pulpo.Result(text="ok")

    empty, named = inspect.Parameter.empty, inspect.Parameter.KEYWORD_ONLY
    hints = {name: typed(slots[name]) for name in [*intent["required_slots"], *intent["optional_slots"]]}
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, named, annotation=hint, default=empty if name in intent["required_slots"] else "")
            for name, hint in hints.items()
        ],
        return_annotation=pulpo.Result,
    )
    call.__annotations__ = {**hints, "return": pulpo.Result}
    call.__name__, call.__doc__ = intent["name"], intent["description"]
    examples = {"en": [intent["description"], f"{service['description']}: {intent['description']}"]}
    return pulpo.tool(read_only=not intent["is_transactional"], examples=examples)(call)


@cache
def moment(text: str, part: str) -> str:
    reading = read_when(text, pulpo.ReadContext(now=NOW, tz="America/Los_Angeles", locale="en-US"))
    return str(reading.values.get(part, text))


def alike(name: str, said: str, gold: Iterable[str]) -> bool:
    part = name.rpartition("_")[2]
    plain = str(said).casefold()
    return any(plain in (each.casefold(), moment(each, part) if part in ("date", "time") else "") for each in gold)


def same(state: Mapping[str, Any], gold: Mapping[str, Iterable[str]]) -> bool:
    return state.keys() == gold.keys() and all(alike(name, state[name], gold[name]) for name in gold)


async def hold(dialogue: Mapping[str, Any], chat: Chat, score: Counter[str]) -> None:
    """Hold one dialogue; what the system said before each message is as in the corpus."""
    state: dict[str, Any] = {}
    turns = dialogue["turns"]
    for user, system in zip(turns[::2], turns[1::2], strict=False):
        done = len(chat.effects)
        await chat.say(user["utterance"])
        pending = chat.dialogue.pending
        state |= {name: fact.value for name, fact in chat.dialogue.facts.items()}
        state |= pending.call.arguments if pending else {}
        gold = user["frames"][0]["state"]
        goal = chat.dialogue.goal or (pending and pending.call.tool) or chat.dialogue.notes.get("last")
        score["turns"] += gold["active_intent"] != "NONE"
        score["intent"] += goal == gold["active_intent"] != "NONE"
        score["goal"] += gold["active_intent"] != "NONE" and same(state, gold["slot_values"])
        calls = [(each.call.tool, each.call.arguments) for each in chat.results]
        calls += [(each.tool, each.arguments) for each in chat.effects[done:]]
        judge(calls, system["frames"][0].get("service_call"), score, chat)
        chat.dialogue = replace(chat.dialogue, **told(system["frames"][0]["actions"], chat))


def judge(calls: list[Any], gold: Any, score: Counter[str], chat: Chat) -> None:
    made = [call for call in calls if not chat.tools[call[0]].hints.read_only]
    if gold is None:
        score["spurious"] += len(made)
        return
    wanted = {name: [value] for name, value in gold["parameters"].items()}
    right = any(tool == gold["method"] and same(arguments, wanted) for tool, arguments in calls)
    score["calls"] += 1
    score["call"] += right
    booking = not chat.tools[gold["method"]].hints.read_only
    score["bookings"] += booking
    score["booking"] += booking and right


def told(actions: Iterable[Mapping[str, Any]], chat: Chat) -> dict[str, Any]:
    """What the system's message leaves behind: what it offered and what it asked for."""
    offered = {each["slot"]: each["values"][0] for each in actions if each["act"] == "OFFER" and each["values"]}
    asked = next((each["slot"] for each in actions if each["act"] == "REQUEST"), None)
    names = {name for tool in chat.tools.values() for name in tool.types}
    offers = (pulpo.Offer(" ".join(offered.values()), {n: v for n, v in offered.items() if n in names}),)
    return {"offers": offers if offered else (), "asked": asked}


async def test_schema_guided_dialogues() -> None:
    services = {each["service_name"]: each for each in corpus("dev_schema.json")}
    score: Counter[str] = Counter()
    for dialogue in corpus("dev_services.jsonl"):
        tools = [tool_of(services[n], intent) for n in dialogue["services"] for intent in services[n]["intents"]]
        chat = chat_with(tools, locale="en-US")
        chat.now = NOW
        await hold(dialogue, chat, score)
    of = {"intent": "turns", "goal": "turns", "call": "calls", "booking": "bookings"}
    figures = ", ".join(f"{name} {score[name] / max(score[whole], 1):.3f}" for name, whole in of.items())
    print(f"\n{figures}, spurious {score['spurious']}; {BASELINE}; goal: .95/.70/.80/.80/0; {dict(score)}")
    assert score["turns"]
