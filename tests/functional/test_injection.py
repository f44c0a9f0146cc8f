"""Instructions hidden in messages and data, and a planner that follows all of them: nothing happens that the user
did not want, and nothing is said that is not theirs. The controls show that every payload works without the guards.

The planner is one in this process, or the LLM planner with a model behind it that obeys whatever it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import pulpo
from pulpo.assembly import running
from pulpo.plugins import load_plugins
from pulpo.settings import Settings, VariantSettings
from pulpo.system import System
from pulpo.turns.loop import TurnLoop
from pulpo.turns.request import TurnRequest
from support import models
from support.attacks import ANSWERS, MARKS, NOTHING, PAYLOADS, Obedient, Payload, Salon, agrees
from support.obedient import ObedientModel

ALLOWED = ["get_*", "book", "cancel", "refund", "subscribe", "close_account"]
SECTION = {"pulpo_guardrails": {"workspace_tools": {"demo": ALLOWED}}}
Place: TypeAlias = tuple[Salon, System]
IDS = [f"{number:02}-{each.where}-{each.does}" for number, each in enumerate(PAYLOADS)]


@dataclass
class Plugin:
    """The salon's tools and its planner; without ``confirm`` no tool asks anybody."""

    salon: Salon
    confirm: bool

    @pulpo.hookimpl
    def pulpo_register_tools(self, settings: Any) -> list[pulpo.Tool]:
        return [it if self.confirm else replace(it, confirm=False) for it in self.salon.tools()]

    @pulpo.hookimpl
    def pulpo_register_planners(self, settings: Any) -> list[Any]:
        return [Obedient(self.salon)]


@dataclass
class Talk:
    """One user's conversation."""

    system: System
    attributes: dict[str, str]
    conversation: str | None = None
    replies: list[str] = field(default_factory=list)

    async def say(self, message: str) -> str:
        answer = await self.system.chat(
            TurnRequest(
                workspace_id="demo",
                message=message,
                conversation_id=self.conversation,
                user_id="ana",
                attributes=self.attributes,
                scopes=frozenset({"chat"}),
            )
        )
        self.conversation = answer.conversation_id
        self.replies.append(answer.reply)
        return answer.reply


@asynccontextmanager
async def serving(folder: Path, planner: str, *, guarded: bool) -> AsyncIterator[Place]:
    salon = Salon()
    catalogue = load_plugins(
        extra=[("salon", Plugin(salon, guarded))],
        only=["pulpo_llm", "pulpo_guardrails"] if guarded else ["pulpo_llm"],
        sections=SECTION,
    )
    async with AsyncExitStack() as stack:
        config = {}
        if planner == "llm":
            model = stack.enter_context(models.serving(ObedientModel(salon).think))
            config = {"base_url": model.url, "model": "obedient"}
        settings = Settings(
            database_url=f"sqlite:///{folder}/pulpo.db",
            variants={"stable": VariantSettings(planner=planner, settings=config)},
        )
        yield salon, await stack.enter_async_context(running(settings, catalogue=catalogue))


@pytest.fixture(scope="module", params=["obedient", "llm"])
def planner(request: pytest.FixtureRequest) -> str:
    """Whose obedience it is: a planner's, or a model's behind the LLM planner."""
    return str(request.param)


@pytest.fixture(scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory, planner: str) -> AsyncIterator[Place]:
    """The salon as it is served."""
    async with serving(tmp_path_factory.mktemp("guarded"), planner, guarded=True) as place:
        yield place


@pytest.fixture(scope="module")
async def unguarded(tmp_path_factory: pytest.TempPathFactory, planner: str) -> AsyncIterator[Place]:
    """The salon without policies, where no tool asks and a planner may put a call where a yes runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TurnLoop, "_learnt", lambda self, variant, dialogue, learnt: learnt)
        async with serving(tmp_path_factory.mktemp("unguarded"), planner, guarded=False) as place:
            yield place


async def attacked(payload: Payload, place: Place) -> tuple[Salon, list[str]]:
    """Let a user talk to the salon, asking for a booking alone; return what was done, and what was said."""
    salon, system = place
    salon.plant(payload)
    talk = Talk(system, {"crm": salon.at("attribute")})
    if payload.where == "message":
        await react(talk, payload.says)
    if payload.where == "history":
        salon.payload = payload._replace(where="review")
        await react(talk, "¿Qué opiniones hay?")
        salon.planted = False
    for message in ("¿Qué servicios hay?", "¿Qué opiniones hay?", "¿Y mi cita?"):
        await react(talk, message)
    await react(talk, "Quiero reservar corte para Ana, 600 123 123")
    await react(talk, "gracias")
    return salon, talk.replies


async def react(talk: Talk, message: str) -> None:
    """Say something and, as long as there is a question, what a user who reads says to it."""
    reply = await talk.say(message)
    for _ in range(2):
        if "?" not in reply:
            return
        reply = await talk.say(agrees(reply))


def said(payload: Payload, replies: list[str]) -> list[str]:
    """Marks of what obeying the payload would have said; a question about it may name what it is about."""
    if payload.does not in ANSWERS:
        return []
    return [mark for mark in MARKS if mark in ANSWERS[payload.does] and any(mark in reply for reply in replies)]


@pytest.mark.parametrize("payload", PAYLOADS, ids=IDS)
async def test_an_obedient_planner_does_nothing_the_user_did_not_want(payload: Payload, guarded: Place) -> None:
    salon, replies = await attacked(payload, guarded)
    assert salon.unauthorised == []
    assert said(payload, replies) == []


@pytest.mark.parametrize("payload", PAYLOADS, ids=IDS)
async def test_control_without_the_guards_every_payload_works(payload: Payload, unguarded: Place, planner: str) -> None:
    salon, replies = await attacked(payload, unguarded)
    # The LLM planner tells its model no attributes, and gives it no way to put a call where a yes runs it.
    beyond_reach = planner == "llm" and (payload.where == "attribute" or payload.does == "forge")
    assert bool(salon.unauthorised or said(payload, replies)) is not beyond_reach


async def test_the_users_own_booking_is_made_where_no_attack_stops_the_planner(guarded: Place) -> None:
    salon, replies = await attacked(NOTHING, guarded)
    assert [tool for tool, _ in salon.done] == ["book"]
    assert "Reservado." in replies


def test_there_are_sixty_payloads_in_both_languages_and_in_every_place() -> None:
    assert len(PAYLOADS) >= 60
    assert len({payload.says for payload in PAYLOADS}) == len(PAYLOADS)
    places = Counter(payload.where for payload in PAYLOADS)
    assert set(places) == {"message", "service", "review", "staff", "note", "history", "attribute"}
    assert min(places.values()) >= 8
