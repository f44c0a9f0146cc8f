"""Two replicas over one PostgreSQL: a business changed at one is in force at the other within two seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
import pytest

from pulpo import assembly
from pulpo.http.app import create_app
from pulpo.settings import Settings
from pulpo.store.opening import open_store
from pulpo_booking.configuration import LOOK_SECONDS
from support.postgres import UNHURRIED
from support.waiting import LIMIT

pytestmark = pytest.mark.anyio

BUSINESS = "/booking/business"
SOON = 2.0
"""Seconds that the promise allows."""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "open_store", partial(open_store, patience=UNHURRIED))


@asynccontextmanager
async def replica(url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(database_url=url, log_level="error"))
    transport = httpx.ASGITransport(app=app)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def business(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(BUSINESS)).json()["business"]
    return {**found, **changes}


async def test_a_change_reaches_the_other_replica_and_stale_writers_are_refused(postgres_url: str) -> None:
    assert LOOK_SECONDS < SOON, "one look is enough, and has time left to be one"
    async with replica(postgres_url) as here, replica(postgres_url) as there:
        etag = (await there.get(BUSINESS)).headers["etag"]
        assert (await here.put(BUSINESS, json=await business(here, name="Salón Luna"))).status_code == 200
        stale = await there.put(BUSINESS, json=await business(there, name="Stale"), headers={"If-Match": etag})
        assert stale.status_code == 412
        async with asyncio.timeout(LIMIT):
            while (await business(there))["name"] != "Salón Luna":  # noqa: ASYNC110 - the other side sends no event
                await asyncio.sleep(0.05)
        assert (await there.get(BUSINESS)).headers["etag"] == (await here.get(BUSINESS)).headers["etag"]
        told = await there.post("/chat", json={"message": "¿qué servicios tienen?", "locale": "es"})
        assert told.status_code == 200
        assert (await there.get("/booking/services")).json()["business"] == "Salón Luna"


async def test_of_writers_that_read_the_same_one_wins(postgres_url: str) -> None:
    async with replica(postgres_url) as here, replica(postgres_url) as there:
        for round_ in range(2):
            tag = (await here.get(BUSINESS)).headers["etag"]
            writers = [
                client.put(BUSINESS, json=await business(here, name=f"{round_}-{number}"), headers={"If-Match": tag})
                for number, client in enumerate([here, there] * 4)
            ]
            answers = [answer.status_code for answer in await asyncio.gather(*writers)]
            assert (answers.count(200), answers.count(412)) == (1, 7)
            async with asyncio.timeout(LIMIT):
                while (await business(there))["name"] != (await business(here))["name"]:  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.05)
