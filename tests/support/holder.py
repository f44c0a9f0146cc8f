"""A process that holds a turn: ``python -m support.holder URL LEASE`` accepts one, tells, and obeys its input.

After "held" it reads lines: ``change`` tries an effect in the database, ``finish`` the answer; each is answered with
``ok`` or the name of the error.
"""

from __future__ import annotations

import asyncio
import sys
import time

from sqlalchemy import Connection, text

from pulpo.contracts.tools import Result
from pulpo.conversation import ToolCall
from pulpo.store.opening import open_store
from pulpo.store.turnstore import TurnStore
from support.postgres import UNHURRIED
from support.turns import accept, asked, done

KEY = "k"


def change(connection: Connection) -> Result:
    connection.execute(text("INSERT INTO changes VALUES ('holder')"))
    return Result("changed")


async def main(url: str, lease: float) -> None:
    async with open_store(url, patience=UNHURRIED) as store:
        accepted = await accept(store, asked("t1", new=True, idempotency_key=KEY, lease=lease, now=time.time()))
        await store.intend(key="e1", turn_id="t1", call=ToolCall("c", "book", {}), group="", now=time.time(), epoch=1)
        print("held", accepted.conversation.epoch, flush=True)
        for line in iter(sys.stdin.readline, ""):
            print(await answer(store, line.strip()), flush=True)


async def answer(store: TurnStore, order: str) -> str:
    try:
        if order == "change":
            await store.commit(change, key="e1", now=time.time(), epoch=1)
        elif order == "intend":
            call = ToolCall("c", "book", {"other": 1})
            await store.intend(key="e2", turn_id="t1", call=call, group="", now=time.time(), epoch=1)
        else:
            await store.finish(done("t1", 1))
    except Exception as error:
        return type(error).__name__
    return "ok"


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
