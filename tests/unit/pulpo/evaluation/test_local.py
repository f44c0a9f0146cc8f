from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pulpo.errors import ToolArgumentsError, ToolNotFoundError
from pulpo.evaluation.cases import Case, CaseTurn, Given
from pulpo.evaluation.local import BuiltOnce, in_process
from pulpo.plugins import Catalogue
from pulpo.settings import Settings
from pulpo.turns.request import TurnRequest

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CASE = Case(id="one", turns=(CaseTurn("hi"),), now=NOON, workspace="desk", user_id="ana")


def request(message: str, **more: str) -> TurnRequest:
    return TurnRequest(workspace_id="desk", message=message, user_id="ana", **more)


async def test_the_clock_stands_where_the_dialogue_says(settings: Settings, catalogue: Catalogue) -> None:
    async with in_process(settings, catalogue=catalogue) as places, places(CASE) as place:
        assert (await place.chat(request("hi"))).reply == "heard hi at 12:00 in desk"
        place.set_clock(NOON.replace(hour=15))
        assert (await place.chat(request("hi"))).reply == "heard hi at 15:00 in desk"
        found = await place.call(CASE, Given("read"), conversation_id="", key="")
        assert found.value["at"] == "15:00"


async def test_every_dialogue_begins_with_an_empty_database(settings: Settings, catalogue: Catalogue) -> None:
    async with in_process(settings, catalogue=catalogue) as places:
        for _ in range(2):
            async with places(CASE) as place:
                assert await place.system.conversations("desk", 5) == ()  # type: ignore[attr-defined]
                await place.chat(request("hi"))
                assert len(await place.system.conversations("desk", 5)) == 1  # type: ignore[attr-defined]


async def test_the_database_of_the_settings_is_left_alone(
    tmp_path: Path, settings: Settings, catalogue: Catalogue
) -> None:
    own = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/own.db"})
    async with in_process(own, catalogue=catalogue) as places, places(CASE) as place:
        await place.chat(request("hi"))
    assert not (tmp_path / "own.db").exists()


async def test_a_planner_is_built_once_for_all_dialogues(settings, catalogue, notebook) -> None:
    async with in_process(settings, catalogue=catalogue) as places:
        for _ in range(3):
            async with places(CASE):
                pass
    assert notebook.built == 1


def test_another_setting_builds_another_planner(notebook) -> None:
    factory = BuiltOnce(notebook)
    for config in ("a", "a", "b"):
        factory.build(config, ())
    assert notebook.built == 2


async def test_dialogue_and_done_effects_can_be_looked_at(settings, catalogue) -> None:
    async with in_process(settings, catalogue=catalogue) as places, places(CASE) as place:
        asked = await place.chat(request("note milk"))
        dialogue = await place.dialogue(asked.conversation_id)
        assert dialogue.pending is not None
        assert dialogue.facts["text"].value == "milk"
        assert await place.effects(asked.turn_id) == ()
        done = await place.chat(request("yes", conversation_id=asked.conversation_id, locale="en"))
        assert [effect.arguments for effect in await place.effects(done.turn_id)] == [{"text": "milk"}]


async def test_a_call_that_changed_nothing_is_no_effect(settings, catalogue) -> None:
    async with in_process(settings, catalogue=catalogue) as places, places(CASE) as place:
        answer = await place.chat(request("scribble nothing"))
        assert [call.outcome for call in answer.tool_calls] == ["ok"]
        assert await place.effects(answer.turn_id) == ()


async def test_tools_are_called_for_the_user_named(settings, catalogue, notebook) -> None:
    async with in_process(settings, catalogue=catalogue) as places, places(CASE) as place:
        for user_id in (None, "pedro", ""):
            await place.call(CASE, Given("note", {"text": "x"}, user_id), conversation_id="", key="k")
    assert notebook.notes == {"ana": ["x"], "pedro": ["x"], None: ["x"]}


async def test_a_call_that_cannot_be_made_says_why(settings, catalogue) -> None:
    async with in_process(settings, catalogue=catalogue) as places, places(CASE) as place:
        with pytest.raises(ToolNotFoundError, match="the tools are: note, read, scribble"):
            await place.call(CASE, Given("draw"), conversation_id="", key="")
        with pytest.raises(ToolArgumentsError, match="text"):
            await place.call(CASE, Given("note"), conversation_id="", key="")
