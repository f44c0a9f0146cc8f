from __future__ import annotations

import pytest

from pulpo.errors import ToolNotFoundError
from pulpo.evaluation.cases import Case, CaseTurn, Given
from pulpo.evaluation.places import on_server
from pulpo.turns.request import TurnAnswer, TurnRequest

CASE = Case(id="one", turns=(CaseTurn("hi"),), workspace="desk")


async def test_a_server_is_only_chatted_with() -> None:
    asked: list[TurnRequest] = []

    def ask(request: TurnRequest) -> TurnAnswer:
        asked.append(request)
        return TurnAnswer("c", "t", "hello", "stable", "stable", "ok", (), 1.0)

    async with on_server(ask)(CASE) as place:
        assert not place.sees_inside
        assert (await place.chat(TurnRequest(workspace_id="desk", message="hi"))).reply == "hello"
        assert await place.effects("t") == ()
        with pytest.raises(ToolNotFoundError, match="read"):
            await place.call(CASE, Given("read"), conversation_id="", key="")
    assert [request.message for request in asked] == ["hi"]
