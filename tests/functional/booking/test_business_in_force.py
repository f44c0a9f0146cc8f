"""A business is changed over HTTP while conversations go on, which see it at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulpo.http.app import create_app
from pulpo.settings import Settings

pytestmark = pytest.mark.anyio

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
BUSINESS = "/booking/business"
NOW = datetime(2026, 11, 25, 13, tzinfo=UTC).timestamp()
"""Wednesday in Madrid, and Thursday the 26th in Auckland."""


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Serve the demo."""

    @asynccontextmanager
    async def start(**more: Any) -> AsyncIterator[httpx.AsyncClient]:
        settings = Settings(database_url=f"sqlite:///{tmp_path / 'pulpo.db'}", log_level="error", **more)
        app = create_app(settings, clock=lambda: NOW)
        transport = httpx.ASGITransport(app=app)
        async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield client

    return start


async def say(client: httpx.AsyncClient, message: str, conversation: str | None = None) -> dict[str, Any]:
    body = {"message": message, "locale": "es"} | ({"conversation_id": conversation} if conversation else {})
    answer: dict[str, Any] = (await client.post("/chat", json=body)).json()
    return answer


async def current(client: httpx.AsyncClient) -> dict[str, Any]:
    business: dict[str, Any] = (await client.get(BUSINESS)).json()["business"]
    return business


def dearer(business: dict[str, Any], price: str) -> dict[str, Any]:
    return {**business, "services": [{**each, "price": price} for each in business["services"]]}


async def test_a_running_conversation_hears_the_new_price(serve: Serve) -> None:
    async with serve() as client:
        first = await say(client, "¿Cuánto cuesta la manicura?")
        assert "97" not in first["reply"]
        changed = await client.put(BUSINESS, json=dearer(await current(client), "97"))
        assert changed.status_code == 200
        assert changed.headers["etag"]
        second = await say(client, "¿Cuánto cuesta la manicura?", first["conversation_id"])
        assert "97" in second["reply"]


async def test_a_new_zone_is_the_one_in_which_dates_are_understood(serve: Serve) -> None:
    async with serve() as client:
        await client.put(BUSINESS, json={**await current(client), "tz": "Pacific/Auckland", "name": "Salón Kiwi"})
        booked = await say(client, "Quiero una manicura mañana a las 11, soy Ana García, 612 345 678")
        assert "27 de noviembre a las 11:00" in booked["reply"]
        services = (await client.get("/booking/services")).json()
        assert services["business"] == "Salón Kiwi"


async def test_what_the_operator_says_of_a_workspace_stands_above(serve: Serve) -> None:
    async with serve(workspaces={"demo": {"name": "Above"}}) as client:
        await client.put(BUSINESS, json={**await current(client), "name": "Below"})
        assert client._transport.app.state.system.workspaces["demo"].name == "Above"  # type: ignore[attr-defined]


async def test_a_stale_writer_is_refused(serve: Serve) -> None:
    async with serve() as client:
        etag = (await client.get(BUSINESS)).headers["etag"]
        await client.put(BUSINESS, json=dearer(await current(client), "98"), headers={"If-Match": etag})
        stale = await client.put(BUSINESS, json=await current(client), headers={"If-Match": etag})
        assert (stale.status_code, stale.json()["title"]) == (412, "Changed meanwhile")


async def test_every_wrong_key_is_in_the_problem(serve: Serve) -> None:
    async with serve() as client:
        refused = await client.put(BUSINESS, json={**await current(client), "tz": "Nowhere/Land", "rooms": 0})
        assert refused.status_code == 422
        assert refused.headers["content-type"] == "application/problem+json"
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/rooms"]
        both = await client.put(BUSINESS, json={**await current(client), "colour": 1, "rooms": 0})
        assert {each["pointer"] for each in both.json()["errors"]} == {"/colour", "/rooms"}
        assert (await current(client))["tz"] == "Europe/Madrid"


async def test_it_takes_the_right_scope(serve: Serve, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from pulpo.cli import main

    database = f"sqlite:///{tmp_path / 'pulpo.db'}"
    made = [
        CliRunner().invoke(
            main, ["keys", "create", "--workspace", "demo", "--scope", scope, "--database-url", database]
        )
        for scope in ("booking:read", "booking:admin")
    ]
    reader, owner = ({"Authorization": f"Bearer {each.stdout.strip()}"} for each in made)
    async with serve() as client:
        assert (await client.get(BUSINESS, headers=reader)).status_code == 403
        assert (await client.get(BUSINESS, headers=owner)).status_code == 200
        assert (await client.get(BUSINESS)).status_code == 401
