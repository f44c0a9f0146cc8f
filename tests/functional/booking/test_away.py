"""What people are told while a tool they need does not work: that, and not that they were not understood."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from pulpo.http.app import create_app
from pulpo.settings import Settings

pytestmark = pytest.mark.anyio

AWAY = ("book_appointment", "get_availability")
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC).timestamp()
"""A Tuesday: "tomorrow" is a day on which the demo is open."""


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'pulpo.db'}", log_level="error")
    app = create_app(settings, clock=lambda: NOW)
    transport = httpx.ASGITransport(app=app)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://localhost") as opened:
        yield opened


async def force(client: httpx.AsyncClient, state: str) -> None:
    for tool in AWAY:
        assert (await client.post(f"/admin/breakers/demo/{tool}", json={"state": state})).status_code == 200


async def say(client: httpx.AsyncClient, message: str, locale: str) -> str:
    reply: str = (await client.post("/chat", json={"message": message, "locale": locale})).json()["reply"]
    return reply


@pytest.mark.parametrize(
    ("locale", "wish", "question", "told", "lost"),
    [
        ("es", "quiero un corte mañana a las 10", "¿qué huecos hay mañana?", "Ahora mismo no puedo", "entendido"),
        ("en", "I'd like a haircut tomorrow at 10", "what times are free tomorrow?", "right now", "didn't get"),
    ],
)
async def test_what_does_not_work_is_told_and_works_again(
    client: httpx.AsyncClient, locale: str, wish: str, question: str, told: str, lost: str
) -> None:
    await force(client, "open")
    for message in (wish, question):
        reply = await say(client, message, locale)
        assert told in reply
        assert lost not in reply
    # The control: what nobody could understand is still called that.
    assert lost in await say(client, "xyzzy plugh", locale)
    await force(client, "half_open")
    assert told not in await say(client, wish, locale)
