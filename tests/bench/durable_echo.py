"""The other floor of `test_http`: an echo that commits what a turn of ours leaves. ``python durable_echo.py PORT FILE``

By hand and as cheap as it gets: a thread takes whatever waits into one transaction of the database ``FILE``, whose
tables are there, with the same durability. The rows are those of a first turn, each as large as ours.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import uuid4

import msgspec
import uvicorn
from litestar import Litestar, post

Waiting: TypeAlias = tuple[bytes, "asyncio.Future[None]"]

CONVERSATION = (
    "INSERT INTO conversations (id, workspace_id, user_id, locale, variant, rollout, step, dialogue, epoch, lease_turn,"
    " lease_until, started_at, last_at, pinned_at) VALUES (?, 'demo', ?, 'es', 'stable', '', 0, ?, 1, ?, ?, ?, ?, ?)"
)
TURN = (
    "INSERT INTO turns (id, conversation_id, epoch, request, variant, reason, accepted_at)"
    " VALUES (?, ?, 1, ?, 'stable', 'percentage', ?)"
)
ANSWERED = (
    "UPDATE conversations SET dialogue = ?, lease_turn = NULL, lease_until = 0, turns = turns + 1, last_at = ?"
    " WHERE id = ? AND epoch = 1"
)
FINISHED = "UPDATE turns SET finished_at = ?, outcome = 'ok', answer = ? WHERE id = ?"
COUNTED = (
    "INSERT INTO turn_outcomes (at, workspace_id, conversation_id, variant, served_by, outcome, seconds, rollout, step,"
    " unit) VALUES (?, 'demo', ?, 'stable', 'stable', 'ok', ?, '', 0, ?)"
)


class Message(msgspec.Struct):
    message: str


class Writer(threading.Thread):
    def __init__(self, file: str) -> None:
        super().__init__(daemon=True)
        self.waiting: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        self._file = file

    def run(self) -> None:
        connection = sqlite3.connect(self._file, isolation_level=None)
        for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {setting}")
        while True:
            together = [self.waiting.get(), *self._rest()]
            connection.execute("BEGIN IMMEDIATE")
            for said, _ in together:
                store(connection, said)
            connection.execute("COMMIT")
            together[0][1].get_loop().call_soon_threadsafe(confirm, together)

    def _rest(self) -> Sequence[Waiting]:
        return [self.waiting.get() for _ in range(self.waiting.qsize())]


def store(connection: sqlite3.Connection, said: bytes) -> None:
    conversation, turn, user, now = f"c{uuid4().hex}", f"t{uuid4().hex}", f"v{uuid4().hex}", time.time()
    connection.execute(CONVERSATION, (conversation, user, b"{}", turn, now + 30, now, now, now))
    connection.execute(TURN, (turn, conversation, said, now))
    connection.execute(ANSWERED, (said, now, conversation))
    connection.execute(FINISHED, (now, said, turn))
    connection.execute(COUNTED, (now, conversation, 0.001, user))


def confirm(together: Sequence[Waiting]) -> None:
    for _, done in together:
        done.set_result(None)


def app(writer: Writer) -> Litestar:
    padding = b" " * 300  # an answer, a request and a dialogue are of about this size

    @post("/chat", status_code=200)
    async def echo(data: Message) -> Message:
        """Answer with what was sent, when it is durable."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        writer.waiting.put((data.message.encode() + padding, done))
        await done
        return data

    return Litestar([echo])


def main(arguments: Sequence[Any]) -> None:
    writer = Writer(arguments[1])
    writer.start()
    uvicorn.run(app(writer), port=int(arguments[0]), log_level="error", http="httptools", loop="uvloop")


if __name__ == "__main__":
    main(sys.argv[1:])
