"""One whole ``POST /chat`` in process, from the ASGI application down to the commit, with everything on.

`one_turn`'s scripted planner asks for one tool and answers with what it returned.
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

import pulpo
from pulpo.http.app import create_app
from pulpo.plugins import load_plugins
from pulpo.settings import Settings
from support.one_turn import Scripted, get_price

BODY = msgspec.json.encode({"message": "¿cuánto cuesta un corte?"})
AT_ONCE, ROUNDS = 32, 10


class Script:
    """A plugin with the planner and its tool."""

    name = "scripted"
    config = None

    def build(self, _config: Any, _tools: Any) -> Scripted:
        return Scripted(steps=1)

    @pulpo.hookimpl
    def pulpo_register_planners(self) -> Iterable[Any]:
        return [self]

    @pulpo.hookimpl
    def pulpo_register_tools(self) -> Iterable[pulpo.Tool]:
        return [get_price]


def scope() -> dict[str, Any]:
    """A request as uvicorn gives it."""
    headers = ((b"host", b"127.0.0.1"), (b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY)))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "root_path": "",
        "path": "/chat",
        "raw_path": b"/chat",
        "query_string": b"",
        "headers": list(headers),
        "state": {},
    }


async def calls_of_a_request(folder: Path) -> float:
    """Function calls of one of many requests at once, as cProfile counts them; what runs beside the turns adds some."""
    settings = Settings(
        database_url=f"sqlite:///{folder / 'pulpo.db'}",
        variants={"stable": {"planner": "scripted"}, "canary": {"planner": "scripted"}},
        canary={"enabled": True, "percentage": 0.1},
        log_level="info",
    )
    chosen = {"pulpo_canary", "pulpo_guardrails", "pulpo_prometheus"}
    app: Any = create_app(settings, catalogue=load_plugins(only=chosen, extra=[("scripted", Script())]))
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        statuses.append(message.get("status", 200))

    async with app.lifespan():
        await app(scope(), receive, send)
        profile = cProfile.Profile()
        profile.enable()
        for _ in range(ROUNDS):
            await asyncio.gather(*(app(scope(), receive, send) for _ in range(AT_ONCE)))
        profile.disable()
    assert set(statuses) == {200}
    return float(pstats.Stats(profile).total_calls) / (AT_ONCE * ROUNDS)  # type: ignore[attr-defined]
