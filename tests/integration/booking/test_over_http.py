"""Two `pulpo serve` on one PostgreSQL: a crowd books one slot, and a killed server neither loses nor doubles one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from importlib.resources import files
from itertools import islice

import anyio
import httpx
import pytest

from support.chaos import COME_AGAIN
from support.demo import Demo, spoken
from support.nursery import nursery
from support.postgres import Postgres
from support.server import Server, running

CROWD = 50
LIMIT = 120.0
"""Seconds after which what should have happened will not happen any more."""
LEASE = 2.0
"""Seconds after which the turn of a process that died is taken over; five, unless a test waits for it six times."""


@pytest.fixture(scope="module")
def demo() -> Demo:
    return Demo(json.loads(files("pulpo_booking").joinpath("samples/demo.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def days(demo: Demo) -> Iterator[date]:
    return demo.full_days()


@pytest.fixture(scope="module")
def replicas(postgres: Postgres, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    environ = {"PULPO_DATABASE_URL": postgres.create(template=migrated), "PULPO_TURNS__LEASE": str(LEASE)}
    with ExitStack() as stack, ThreadPoolExecutor(2) as together:
        make = stack.enter_context(nursery(tmp_path_factory.mktemp("site")))
        served = [running(tmp_path_factory.mktemp("replica"), environ=environ, make=make) for _ in range(2)]
        yield list(together.map(stack.enter_context, served))


def starts(postgres: Postgres, server: Server) -> list[int]:
    database = server.environ["PULPO_DATABASE_URL"].rpartition("/")[2]
    query = "SELECT starts_at FROM booking_appointments WHERE state = 'active' ORDER BY 1"
    return [row["starts_at"] for row in postgres.execute(query, database=database)]


async def say(client: httpx.AsyncClient, server: Server, user: str, text: str, **more: str) -> httpx.Response:
    headers = {"Idempotency-Key": more.pop("key")} if "key" in more else {}
    body = {"message": text, "user_id": user, "locale": "es", **more}
    return await client.post(f"{server.url}/chat", json=body, headers=headers)


async def insist(client: httpx.AsyncClient, server: Server, user: str, text: str, **more: str) -> httpx.Response:
    """Say it until it is answered, as a client does that is told to come again: on a busy machine a crowd may be."""
    key = more.pop("key", str(uuid.uuid5(uuid.NAMESPACE_OID, f"{user} {text}")))
    with anyio.fail_after(LIMIT):
        while (answer := await say(client, server, user, text, key=key, **more)).status_code in COME_AGAIN:  # noqa: ASYNC110
            await anyio.sleep(0.1)
        return answer


async def test_one_of_a_crowd_at_two_replicas_gets_the_slot(
    replicas: list[Server], postgres: Postgres, demo: Demo, days: Iterator[date]
) -> None:
    async with httpx.AsyncClient(timeout=LIMIT, limits=httpx.Limits(max_connections=CROWD)) as client:
        for day in islice(days, 3):
            ask = f"Manicura el {spoken(day, 'es')} a las 11:00, soy Ana García, 612345678"
            told: list[str] = []

            async def customer(number: int, ask: str = ask, day: date = day, told: list[str] = told) -> None:
                user = f"{day}-{number}"
                asked = await insist(client, replicas[number % 2], user, ask)
                conversation = asked.json()["conversation_id"]
                answer = await insist(client, replicas[(number + 1) % 2], user, "sí", conversation_id=conversation)
                told.append(f"{answer.status_code} {answer.json().get('outcome')}")

            async with anyio.create_task_group() as group:
                for number in range(CROWD):
                    group.start_soon(customer, number)
            assert told == ["200 ok"] * CROWD
            booked = await anyio.to_thread.run_sync(starts, postgres, replicas[0])
            assert booked.count(demo.at(day, "11:00")) == 1


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.02, 0.04, 0.08, 0.16])
async def test_a_yes_that_a_killed_server_was_working_on_books_once(
    replicas: list[Server], postgres: Postgres, demo: Demo, days: Iterator[date], delay: float
) -> None:
    """Whenever it dies, the other replica takes the repeated request over when the lease has lapsed."""
    day, (dying, other) = next(days), replicas
    ask = f"Manicura el {spoken(day, 'es')} a las 12:00, soy Ana García, 612345678"
    async with httpx.AsyncClient(timeout=LIMIT) as client:
        conversation = (await insist(client, dying, f"{day}", ask)).json()["conversation_id"]

        async def lose() -> None:
            try:
                await say(client, dying, f"{day}", "sí", conversation_id=conversation, key=f"k{day}")
            except httpx.TransportError:
                return

        try:
            async with anyio.create_task_group() as group:
                group.start_soon(lose)
                await anyio.sleep(delay)
                await anyio.to_thread.run_sync(dying.kill)
            repeated = await insist(client, other, f"{day}", "sí", conversation_id=conversation, key=f"k{day}")
        finally:
            await anyio.to_thread.run_sync(dying.start)
    assert repeated.status_code == 200, repeated.text
    booked = await anyio.to_thread.run_sync(starts, postgres, other)
    assert booked.count(demo.at(day, "12:00")) == 1, repeated.json()
