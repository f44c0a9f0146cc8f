"""The effect ledger: what a turn was about to change, and what came of it.

An effect is keyed by its turn, tool and canonical arguments, so that a retry, a rescue or another process meets
the record of the first attempt instead of doing the thing again. (A turn that asks for the very same call twice
runs into a loop limit, so the three are enough.)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from hashlib import blake2b
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from pulpo.contracts.tools import Result
from pulpo.conversation import Json, ToolCall

State: TypeAlias = Literal["intended", "done", "none", "unknown"]
"""``none``: it is certain that nothing was changed; ``unknown``: it may have happened."""

encode = msgspec.json.Encoder(order="deterministic").encode
_decode_result = msgspec.json.Decoder(Result).decode


class Effect(Struct, frozen=True):
    """One row of the ledger; ``result`` is what the tool returned when ``state`` is ``done``."""

    key: str
    tool: str
    group: str
    arguments: dict[str, Json]
    state: State
    result: Result | None


def effect_key(turn_id: str, call: ToolCall) -> str:
    """Return the ledger's key: 128 bits over the turn, the tool and the arguments in canonical JSON."""
    return blake2b(encode((turn_id, call.tool, call.arguments)), digest_size=16).hexdigest()


def intend(
    connection: sqlite3.Connection, *, key: str, turn_id: str, call: ToolCall, group: str, now: float
) -> Effect | None:
    """Record that an effect is about to be tried; return the earlier record of the same key, if there is one."""
    known = find(connection, key)
    if known is not None:
        return known
    connection.execute(
        "INSERT INTO effects (key, turn_id, tool, effect_group, arguments, state, intended_at)"
        " VALUES (?, ?, ?, ?, ?, 'intended', ?)",
        (key, turn_id, call.tool, group, encode(call.arguments), now),
    )
    return None


def find(connection: sqlite3.Connection, key: str) -> Effect | None:
    """Return the record of ``key``."""
    row = connection.execute(
        "SELECT key, tool, effect_group, arguments, state, result FROM effects WHERE key = ?", (key,)
    ).fetchone()
    return row and effect_of(row)


def of_turn(connection: sqlite3.Connection, turn_id: str) -> tuple[Effect, ...]:
    """Return what a turn did or tried so far, in the order it was tried."""
    rows = connection.execute(
        "SELECT key, tool, effect_group, arguments, state, result FROM effects WHERE turn_id = ?"
        " ORDER BY intended_at, rowid",
        (turn_id,),
    )
    return tuple(map(effect_of, rows))


def settle(connection: sqlite3.Connection, *, key: str, state: State, result: Result | None, now: float) -> None:
    """Record what came of an effect."""
    connection.execute(
        "UPDATE effects SET state = ?, result = ?, settled_at = ? WHERE key = ?",
        (state, None if result is None else encode(result), now, key),
    )


def commit(connection: sqlite3.Connection, *, key: str, closure: Callable[[], Result], now: float) -> Result:
    """Run ``closure`` and record its result in the same transaction, unless the effect is done already."""
    known = find(connection, key)
    if known is not None and known.state == "done" and known.result is not None:
        return known.result
    result = closure()
    settle(connection, key=key, state="done" if result.done else "none", result=result, now=now)
    return result


def effect_of(row: tuple[str, str, str, bytes, State, bytes | None]) -> Effect:
    key, tool, group, arguments, state, result = row
    found = None if result is None else _decode_result(result)
    return Effect(key, tool, group, msgspec.json.decode(arguments), state, found)
