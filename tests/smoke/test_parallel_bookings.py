"""Fifty people confirm the same slot at the same moment: one of them has it.

That the crowd would double-book without the database's guard is shown by the control beside the guard itself, in
the booking plugin's unit tests; two replicas on PostgreSQL have twenty such crowds in
`tests/integration/booking/test_in_parallel.py`. `CROWDS=20` sends as many over HTTP.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from itertools import islice, product

import anyio
import httpx

from support.demo import Book, Demo, spoken
from support.server import Server

CROWD = 50
ROUNDS = int(os.environ.get("CROWDS", "8"))
CLOCKS = ("10:00", "11:00", "12:00", "13:00", "15:00", "16:00", "17:00")


async def test_one_of_fifty_parallel_confirmations_gets_the_slot(
    server: Server, book: Book, demo: Demo, days: Iterator[date]
) -> None:
    slots = list(islice(product(islice(days, 3), CLOCKS), ROUNDS))
    limits = httpx.Limits(max_connections=CROWD)
    async with httpx.AsyncClient(base_url=server.url, timeout=60, limits=limits) as client:
        for number, (day, clock) in enumerate(slots):
            ask = f"Manicura el {spoken(day, 'es')} a las {clock}, soy Ana García, 612345678"
            users = [f"round-{number}-{each}" for each in range(CROWD)]
            conversations = await crowd(client, [(user, None, ask) for user in users])
            assert book.rows() == [] if number == 0 else len(book.rows()) == number
            await crowd(client, [(*each, "sí") for each in zip(users, conversations, strict=True)])
            starts = [row["starts_at"] for row in book.rows()]
            assert starts.count(demo.at(day, clock)) == 1, f"round {number}, {day} {clock}"
            assert len(starts) == number + 1


async def crowd(client: httpx.AsyncClient, messages: list[tuple[str, str | None, str]]) -> list[str]:
    """Send all messages (user, conversation, text) at once; return their conversations, in order."""
    conversations: dict[str, str] = {}

    async def say(user: str, conversation: str | None, text: str) -> None:
        body = {"message": text, "user_id": user, "locale": "es"}
        response = await client.post("/chat", json=body | ({"conversation_id": conversation} if conversation else {}))
        assert response.status_code == 200, response.text
        conversations[user] = response.json()["conversation_id"]

    async with anyio.create_task_group() as group:
        for message in messages:
            group.start_soon(say, *message)
    return [conversations[user] for user, _, _ in messages]
