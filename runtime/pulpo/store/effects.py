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
from pulpo.errors import LeaseLostError

State: TypeAlias = Literal["intended", "done", "none", "unknown"]
"""``none``: it is certain that nothing was changed; ``unknown``: it may have happened."""

_SELECT = "SELECT key, tool, effect_group, arguments, state, result FROM effects"

_SETTLE = "UPDATE effects SET state = ?, result = ?, settled_at = ? WHERE key = ? AND state != 'done'"
_EPOCH = "(SELECT c.epoch FROM turns t JOIN conversations c ON c.id = t.conversation_id WHERE t.id = effects.turn_id)"

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


def canonical(call: ToolCall) -> bytes:
    """Return the tool and its arguments in canonical JSON: equal for calls that ask for the same."""
    return encode((call.tool, call.arguments))


def effect_key(turn_id: str, call: ToolCall) -> str:
    """Return the ledger's key: 128 bits over the turn, the tool and the arguments in canonical JSON."""
    return blake2b(encode((turn_id, call.tool, call.arguments)), digest_size=16).hexdigest()


def intend(
    connection: sqlite3.Connection,
    *,
    key: str,
    turn_id: str,
    call: ToolCall,
    group: str,
    now: float,
    epoch: int | None = None,
) -> Effect | None:
    """Record that an effect is about to be tried, or return the record that stands in its way.

    That is the record of an earlier attempt, unless that one certainly changed nothing, or of another effect of the
    same ``group`` in this turn. Raises `LeaseLostError` when the conversation has gone on to another ``epoch``.
    """
    _fence(connection, epoch, turn_id=turn_id)
    known = find(connection, key)
    if known is not None and known.state != "none":
        return known
    rival = _of_group(connection, turn_id, group) if group else None
    if rival is not None:
        return rival
    connection.execute(
        "INSERT INTO effects (key, turn_id, tool, effect_group, arguments, state, intended_at)"
        " VALUES (?, ?, ?, ?, ?, 'intended', ?)"
        " ON CONFLICT (key) DO UPDATE SET state = 'intended', result = NULL, settled_at = NULL",
        (key, turn_id, call.tool, group, encode(call.arguments), now),
    )
    return None


def find(connection: sqlite3.Connection, key: str) -> Effect | None:
    """Return the record of ``key``."""
    row = connection.execute(f"{_SELECT} WHERE key = ?", (key,)).fetchone()
    return row and effect_of(row)


def of_turn(connection: sqlite3.Connection, turn_id: str) -> tuple[Effect, ...]:
    """Return what a turn did or tried so far, in the order it was tried."""
    rows = connection.execute(f"{_SELECT} WHERE turn_id = ? ORDER BY intended_at, rowid", (turn_id,))
    return tuple(map(effect_of, rows))


def settle(
    connection: sqlite3.Connection,
    *,
    key: str,
    state: State,
    result: Result | None,
    now: float,
    epoch: int | None = None,
) -> Effect | None:
    """Record what came of an effect and return its record.

    What is done stays done, whoever thinks otherwise; and whoever lost the lease records nothing, since somebody else
    may be trying the same by now.
    """
    connection.execute(
        f"{_SETTLE} AND (? IS NULL OR {_EPOCH} = ?)",
        (state, None if result is None else encode(result), now, key, epoch, epoch),
    )
    return find(connection, key)


def commit(
    connection: sqlite3.Connection,
    *,
    key: str,
    closure: Callable[[], Result],
    now: float,
    epoch: int | None = None,
) -> Result:
    """Run ``closure`` and record its result in the same transaction, unless the effect is done already.

    Raises `LeaseLostError` when the conversation has gone on to another ``epoch``.
    """
    _fence(connection, epoch, turn_id=_turn_of(connection, key))
    known = find(connection, key)
    if known is not None and known.state == "done" and known.result is not None:
        return known.result
    result = closure()
    settle(connection, key=key, state="done" if result.done else "none", result=result, now=now)
    return result


def _fence(connection: sqlite3.Connection, epoch: int | None, *, turn_id: str) -> None:
    """Keep out whoever lost the lease: somebody else may have changed the same thing since."""
    if epoch is None:
        return
    row = connection.execute(
        "SELECT c.epoch FROM turns t JOIN conversations c ON c.id = t.conversation_id WHERE t.id = ?", (turn_id,)
    ).fetchone()
    if row is None or row[0] != epoch:
        raise LeaseLostError(f"turn {turn_id!r} was taken over; it must not change anything any more")


def _turn_of(connection: sqlite3.Connection, key: str) -> str:
    row = connection.execute("SELECT turn_id FROM effects WHERE key = ?", (key,)).fetchone()
    return row[0] if row else ""


def _of_group(connection: sqlite3.Connection, turn_id: str, group: str) -> Effect | None:
    row = connection.execute(
        f"{_SELECT} WHERE turn_id = ? AND effect_group = ? AND state != 'none'", (turn_id, group)
    ).fetchone()
    return row and effect_of(row)


def effect_of(row: tuple[str, str, str, bytes, State, bytes | None]) -> Effect:
    key, tool, group, arguments, state, result = row
    found = None if result is None else _decode_result(result)
    return Effect(key, tool, group, msgspec.json.decode(arguments), state, found)
