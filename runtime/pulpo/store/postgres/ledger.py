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
from pulpo.errors import LeaseLostError
from pulpo.store.effects import Effect, State, effect_of, encode
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
WHERE a.epoch = 0 OR EXISTS (
  SELECT 1 FROM turns t JOIN conversations c ON c.id = t.conversation_id WHERE t.id = a.turn_id AND c.epoch = a.epoch)
ON CONFLICT (key) DO NOTHING
RETURNING key
"""

# What is done stays done: whoever did not hear of the commit may believe that nothing happened.
_SETTLE = """
UPDATE effects e SET state = a.state, result = a.result, settled_at = a.now
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::float8[]) AS a (key, state, result, now)
WHERE e.key = a.key AND e.state <> 'done'
"""

# The conversation's row is locked for a moment only, between here and the commit: nobody takes it over meanwhile.
_RECORD = """
UPDATE effects SET state = :state, result = :result, settled_at = :now
WHERE key = :key AND (:epoch = 0 OR EXISTS (
  SELECT 1 FROM turns t JOIN conversations c ON c.id = t.conversation_id
  WHERE t.id = effects.turn_id AND c.epoch = :epoch FOR SHARE OF c))
"""


class Intent(Struct, frozen=True, kw_only=True):
    """An effect about to be tried by the holder of lease ``epoch`` (0: not asked); ``now`` is in UTC seconds."""

    key: str
    turn_id: str
    call: ToolCall
    group: str
    now: float
    epoch: int


class Settlement(Struct, frozen=True, kw_only=True):
    """What came of an effect; ``now`` is in UTC seconds."""

    key: str
    state: State
    result: Result | None
    now: float


async def intend(connection: Any, jobs: Sequence[Job]) -> None:
    """Record intents; see `effects.intend`."""
    asked: list[Intent] = [job.asked for job in jobs]
    rows = [
        (each.key, each.turn_id, each.call.tool, each.group, encode(each.call.arguments), each.now, each.epoch)
        for each in asked
    ]
    new = {row[0] for row in await connection.fetch(_INTEND, *zip(*rows, strict=True))}
    known = await _find(connection, {job.asked.key for job in jobs}) if len(new) < len(jobs) else {}
    for job in jobs:
        if job.asked.key in new:
            new.remove(job.asked.key)  # a second intent of the same key meets the first
            job.succeed()
        elif job.asked.key in known:
            job.succeed(known[job.asked.key])
        else:
            job.fail(LeaseLostError(f"turn {job.asked.turn_id!r} was taken over; it must not change anything"))


async def settle(connection: Any, jobs: Sequence[Job]) -> None:
    """Record what came of effects; see `effects.settle`."""
    asked: list[Settlement] = [job.asked for job in jobs]
    rows = [(each.key, each.state, None if each.result is None else encode(each.result), each.now) for each in asked]
    await connection.execute(_SETTLE, *zip(*rows, strict=True))
    for job in jobs:
        job.succeed()


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

    Raises `LeaseLostError` when the lease ``epoch`` is somebody else's by the time it is done.
    """
    from sqlalchemy import text

    known = done(connection, key)
    if known is not None:
        return known
    result = closure(connection)
    values = {
        "key": key,
        "state": "done" if result.done else "none",
        "result": encode(result),
        "now": now,
        "epoch": epoch,
    }
    if connection.execute(text(_RECORD), values).rowcount != 1 and epoch:
        raise LeaseLostError("the turn was taken over; what it was about to change is rolled back")
    return result


def done(connection: Connection, key: str) -> Result | None:
    """Return the result of an effect that is done, after waiting for whoever may be doing it right now."""
    from sqlalchemy import text

    locked = "SELECT state, result FROM effects WHERE key = :key FOR UPDATE"
    row = connection.execute(text(locked), {"key": key}).one_or_none()
    return _decode_result(row.result) if row is not None and row.state == "done" and row.result else None


async def _find(connection: Any, keys: set[str]) -> dict[str, Effect]:
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM effects WHERE key = ANY($1)", list(keys))  # noqa: S608
    return {row[0]: effect_of(tuple(row)) for row in rows}
