"""The effect ledger on PostgreSQL: the rows of `pulpo.store.effects`, fenced by the epoch of the turn's lease.

A process that was paused past its lease and goes on afterwards must not change anything any more: its intent is
refused, and an effect that it was in the middle of is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from pulpo.contracts.tools import Result
from pulpo.conversation import ToolCall
from pulpo.errors import LeaseLostError, StoreUnavailableError
from pulpo.store.effects import State, effect_of, encode
from pulpo.store.postgres.committer import Job

if TYPE_CHECKING:
    from sqlalchemy import Connection

_decode_result = msgspec.json.Decoder(Result).decode

_COLUMNS = "key, tool, effect_group, arguments, state, result"

_INTEND = """
INSERT INTO effects (key, turn_id, tool, effect_group, arguments, state, intended_at)
SELECT a.key, a.turn_id, a.tool, a.effect_group, a.arguments, 'intended', a.now
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::float8[], $7::int[])
  AS a (key, turn_id, tool, effect_group, arguments, now, epoch)
JOIN turns t ON t.id = a.turn_id JOIN conversations c ON c.id = t.conversation_id AND c.epoch = a.epoch
WHERE a.effect_group = '' OR NOT EXISTS (
  SELECT 1 FROM effects rival
  WHERE rival.turn_id = a.turn_id AND rival.effect_group = a.effect_group AND rival.state <> 'none')
ON CONFLICT (key) DO UPDATE SET state = 'intended', result = NULL, settled_at = NULL WHERE effects.state = 'none'
RETURNING key
"""

_IN_THE_WAY = f"""
SELECT {_COLUMNS} FROM effects
WHERE state <> 'none' AND (key = $1 OR (turn_id = $2 AND effect_group = $3 AND effect_group <> ''))
ORDER BY key = $1 DESC LIMIT 1
"""  # noqa: S608 - a constant

_EPOCH = "SELECT c.epoch FROM turns t JOIN conversations c ON c.id = t.conversation_id WHERE t.id = $1"

# What is done stays done: whoever did not hear of the commit may believe that nothing happened. Who lost the lease
# records nothing: somebody else may be trying the same by now. A row that its commit still holds is left alone: waiting
# for it here would make all turns wait that share the connection.
_SETTLE = """
WITH asked AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::float8[], $5::int[])
    AS a (key, state, result, now, epoch)
), free AS (
  SELECT e.key FROM asked a JOIN effects e ON e.key = a.key
  JOIN turns t ON t.id = e.turn_id JOIN conversations c ON c.id = t.conversation_id AND c.epoch = a.epoch
  WHERE e.state <> 'done' FOR UPDATE OF e SKIP LOCKED
)
UPDATE effects e SET state = a.state, result = a.result, settled_at = a.now
FROM asked a WHERE e.key = a.key AND e.key IN (SELECT key FROM free)
RETURNING e.key
"""

_RECORDS = f"""
SELECT c.epoch, {", ".join(f"e.{column}" for column in _COLUMNS.split(", "))}
FROM effects e JOIN turns t ON t.id = e.turn_id JOIN conversations c ON c.id = t.conversation_id
WHERE e.key = ANY($1)
"""  # noqa: S608 - a constant

_LOCK = """
SELECT e.state, e.result, c.epoch FROM effects e
LEFT JOIN turns t ON t.id = e.turn_id LEFT JOIN conversations c ON c.id = t.conversation_id
WHERE e.key = :key FOR UPDATE OF e
"""

# The conversation's row is locked for a moment only, between here and the commit: nobody takes it over meanwhile.
_RECORD = """
UPDATE effects SET state = :state, result = :result, settled_at = :now
WHERE key = :key AND EXISTS (
  SELECT 1 FROM turns t JOIN conversations c ON c.id = t.conversation_id
  WHERE t.id = effects.turn_id AND c.epoch = :epoch FOR SHARE OF c)
"""


class Intent(Struct, frozen=True, kw_only=True):
    """An effect about to be tried by the holder of lease ``epoch``; ``now`` is in UTC seconds."""

    key: str
    turn_id: str
    call: ToolCall
    group: str
    now: float
    epoch: int


class Settlement(Struct, frozen=True, kw_only=True):
    """What came of an effect, as the holder of lease ``epoch`` knows it; ``now`` is in UTC seconds."""

    key: str
    state: State
    result: Result | None
    now: float
    epoch: int


async def intend(connection: Any, jobs: Sequence[Job]) -> None:
    """Record intents; see `effects.intend`."""
    left = list(jobs)
    while left:
        together, left = _apart(left)
        asked: list[Intent] = [job.asked for job in together]
        rows = [
            (each.key, each.turn_id, each.call.tool, each.group, encode(each.call.arguments), each.now, each.epoch)
            for each in asked
        ]
        new = {row[0] for row in await connection.fetch(_INTEND, *zip(*rows, strict=True))}
        for job in together:
            if job.asked.key in new:
                job.succeed()
            else:
                await _refuse(connection, job)


async def settle(connection: Any, jobs: Sequence[Job]) -> None:
    """Record what came of effects; see `effects.settle`. What its own commit still holds is refused for now."""
    asked: list[Settlement] = [job.asked for job in jobs]
    rows = [
        (each.key, each.state, None if each.result is None else encode(each.result), each.now, each.epoch)
        for each in asked
    ]
    settled = {row[0] for row in await connection.fetch(_SETTLE, *zip(*rows, strict=True))}
    found = {row["key"]: tuple(row) for row in await connection.fetch(_RECORDS, [each.key for each in asked])}
    for job in jobs:
        epoch, *row = found.get(job.asked.key, (None,))
        record = effect_of(tuple(row)) if row else None
        if record and record.state != "done" and record.key not in settled and epoch == job.asked.epoch:
            job.fail(StoreUnavailableError("the commit of this effect is still on its way"))
        else:
            job.succeed(record)


async def of_turn(connection: Any, jobs: Sequence[Job]) -> None:
    """Read the ledger of turns, asked by id; see `effects.of_turn`."""
    for job in jobs:
        rows = await connection.fetch(
            f"SELECT {_COLUMNS} FROM effects WHERE turn_id = $1 ORDER BY intended_at, key",  # noqa: S608 - a constant
            job.asked,
        )
        job.succeed(tuple(effect_of(tuple(row)) for row in rows))


def commit(
    connection: Connection, *, key: str, closure: Callable[[Connection], Result], now: float, epoch: int
) -> Result:
    """Run ``closure`` and record its result in the same transaction, unless the effect is done already.

    Raises `LeaseLostError` when the lease ``epoch`` is somebody else's, before the closure or after it.
    """
    from sqlalchemy import text

    row = connection.execute(text(_LOCK), {"key": key}).one_or_none()
    if row is None or row.epoch != epoch:
        raise _lost(key)
    if row.state == "done" and row.result is not None:
        return _decode_result(row.result)
    result = closure(connection)
    state = "done" if result.done else "none"
    values = {"key": key, "state": state, "result": encode(result), "now": now, "epoch": epoch}
    if connection.execute(text(_RECORD), values).rowcount != 1:
        raise _lost(key)
    return result


def _apart(jobs: Sequence[Job]) -> tuple[list[Job], list[Job]]:
    """Split off those that would meet another one's effect or turn in the same statement."""
    together: list[Job] = []
    later: list[Job] = []
    met: set[str] = set()
    for job in jobs:
        marks = {job.asked.key, job.asked.turn_id}
        (later if marks & met else together).append(job)
        met |= marks
    return together, later


async def _refuse(connection: Any, job: Job) -> None:
    """Say what stands in the way of an intent: a lost lease, an earlier attempt, or a rival of its group."""
    asked: Intent = job.asked
    if await connection.fetchval(_EPOCH, asked.turn_id) != asked.epoch:
        job.fail(_lost(asked.turn_id))
        return
    row = await connection.fetchrow(_IN_THE_WAY, asked.key, asked.turn_id, asked.group)
    if row is None:
        job.fail(_lost(asked.turn_id))
    else:
        job.succeed(effect_of(tuple(row)))


def _lost(what: str) -> LeaseLostError:
    return LeaseLostError(f"{what!r}: the turn was taken over; it must not change anything any more")
