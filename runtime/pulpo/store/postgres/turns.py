"""Accepting, finishing and renewing turns on PostgreSQL, many with one statement.

A turn is accepted in two steps: one statement reads what all waiting turns need to know, the decision is made here
(with the rules of `pulpo.store.conversations`), and one statement writes it for all of them. Between the two nothing
is locked; instead the write names what was read (epoch, holder, a lapsed lease) and takes a lease only where that is
still so. Who finds that it is not looks again. Leases are judged and given by the database's clock alone: clocks of
replicas may differ by hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from pulpo.contracts.canary import Assignment
from pulpo.conversation import Conversation
from pulpo.errors import ConversationBusyError, LeaseLostError
from pulpo.store.conversations import (
    EMPTY,
    Accept,
    Accepted,
    Assign,
    Earlier,
    Finish,
    Replayed,
    Stored,
    begun,
    encode,
    fingerprint,
    pin_of,
    refuse_another,
    resumed,
)
from pulpo.store.outcomes import FIELDS, columns
from pulpo.store.postgres.committer import ATTEMPTS, Job

KEYED: dict[str, str] = {
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_seqscan": "off",
    "lock_timeout": "200",
}
"""Settings of the connection that runs these statements. All of them go by key, one index look-up a row, whatever the
planner thinks of tables it has not analysed yet; and they lock rows in the order of their arguments. A row that
somebody keeps (a client that vanished in the middle of a transaction) must not hold up everybody's turns for long."""

_NOW = "extract(epoch FROM clock_timestamp())::float8"

_LOOK = f"""
SELECT i.fingerprint, t.id, t.conversation_id, t.answer,
       c.epoch, c.user_id, c.variant, c.dialogue, c.lease_turn, c.lease_until - {_NOW}, c.rollout, c.step,
       {_NOW} - c.pinned_at
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS a (workspace_id, key, conversation_id, position)
LEFT JOIN idempotency i ON i.workspace_id = a.workspace_id AND i.key = a.key
LEFT JOIN turns t ON t.id = i.turn_id
LEFT JOIN conversations c
  ON c.id = coalesce(t.conversation_id, a.conversation_id) AND c.workspace_id = a.workspace_id
ORDER BY a.position
"""  # noqa: S608 - constants

_ACCEPT = f"""
WITH asked AS (
  SELECT * FROM unnest(
    $1::text[], $2::text[], $3::int[], $4::text[], $5::bool[], $6::text[], $7::text[], $8::text[],
    $9::bytea[], $10::text[], $11::text[], $12::text[], $13::bytea[], $14::float8[], $15::float8[],
    $16::text[], $17::int[], $18::text[]
  ) AS a (turn_id, conversation_id, epoch, holder, repeated, workspace_id, user_id, locale,
          request, variant, reason, key, fingerprint, now, lease, rollout, step, unit)
), begun AS (
  INSERT INTO conversations (id, workspace_id, user_id, locale, variant, dialogue, epoch, lease_turn, lease_until,
                             started_at, last_at, rollout, step, pinned_at)
  SELECT conversation_id, workspace_id, user_id, locale, variant, $19::bytea, 1, turn_id, {_NOW} + lease, now, now,
         rollout, step, {_NOW}
  FROM asked WHERE epoch = 1
  RETURNING id
), resumed AS (
  UPDATE conversations c
  SET epoch = a.epoch, lease_turn = a.turn_id, lease_until = {_NOW} + a.lease, variant = a.variant, last_at = a.now,
      rollout = a.rollout, step = a.step, pinned_at = {_NOW}
  FROM asked a
  WHERE c.id = a.conversation_id AND c.epoch = a.epoch - 1
    AND c.lease_turn IS NOT DISTINCT FROM a.holder AND (a.holder IS NULL OR c.lease_until <= {_NOW})
  RETURNING c.id
), taken AS (
  SELECT id FROM begun UNION ALL SELECT id FROM resumed
), written AS (
  INSERT INTO turns (id, conversation_id, epoch, request, variant, reason, accepted_at, rollout, step, unit)
  SELECT turn_id, conversation_id, epoch, request, variant, reason, now, rollout, step, unit
  FROM asked WHERE NOT repeated AND conversation_id IN (SELECT id FROM taken)
), rewritten AS (
  UPDATE turns t SET epoch = a.epoch
  FROM asked a WHERE a.repeated AND t.id = a.turn_id AND a.conversation_id IN (SELECT id FROM taken)
), keyed AS (
  INSERT INTO idempotency (workspace_id, key, fingerprint, turn_id, created_at)
  SELECT workspace_id, key, fingerprint, turn_id, now
  FROM asked WHERE key IS NOT NULL AND NOT repeated AND conversation_id IN (SELECT id FROM taken)
), lapsed AS (
  INSERT INTO turn_outcomes (at, workspace_id, conversation_id, variant, served_by, outcome, seconds,
                             rollout, step, unit)
  SELECT a.now, a.workspace_id, a.conversation_id, t.variant, '', 'lapsed', a.now - t.accepted_at,
         t.rollout, t.step, t.unit
  FROM asked a JOIN turns t ON t.id = a.holder WHERE a.conversation_id IN (SELECT id FROM taken)
)
SELECT id FROM taken
"""  # noqa: S608

_FINISH = f"""
WITH done AS (
  SELECT * FROM unnest(
    $1::text[], $2::int[], $3::text[], $4::bytea[], $5::bytea[], $6::float8[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::float8[], $12::text[], $13::int[], $14::text[], $15::int[], $16::int[], $17::int[], $18::text[],
    $19::text[]
  ) AS d (conversation_id, epoch, turn_id, dialogue, answer, at, workspace_id, variant, served_by,
          outcome, seconds, rollout, step, unit, tool_errors, limited, tokens, goal, goal_state)
), freed AS (
  UPDATE conversations c
  SET dialogue = d.dialogue, lease_turn = NULL, lease_until = 0, turns = turns + 1, last_at = d.at
  FROM done d WHERE c.id = d.conversation_id AND c.epoch = d.epoch
  RETURNING c.id, c.epoch
), answered AS (
  UPDATE turns t SET finished_at = d.at, outcome = d.outcome, answer = d.answer
  FROM done d WHERE t.id = d.turn_id AND (d.conversation_id, d.epoch) IN (SELECT id, epoch FROM freed)
), counted AS (
  INSERT INTO turn_outcomes ({FIELDS})
  SELECT {FIELDS} FROM done WHERE (conversation_id, epoch) IN (SELECT id, epoch FROM freed)
)
SELECT id, epoch FROM freed
"""  # noqa: S608 - constants

_RENEW = f"""
UPDATE conversations c SET lease_until = {_NOW} + $3::float8
FROM unnest($1::text[], $2::int[]) AS held (id, epoch)
WHERE c.id = held.id AND c.epoch = held.epoch AND c.lease_turn IS NOT NULL
"""  # noqa: S608


class Turn(Struct, frozen=True):
    """A decided turn on its way into the tables; ``holder`` is who held the lease, which had lapsed by then."""

    job: Job
    turn_id: str
    conversation: Conversation
    holder: str | None
    repeated: bool
    assignment: Assignment


async def accept(connection: Any, jobs: Sequence[Job]) -> None:
    """Accept turns, each asked as (`Accept`, `Assign`); see `conversations.accept`."""
    left = [job for job in jobs if not job.future.done()]
    while left:
        together, left = _apart(left)
        decided = [turn for turn in await _decide(connection, together) if turn is not None]
        taken = await _take(connection, decided) if decided else set()
        for turn in decided:
            if turn.conversation.id in taken:
                turn.job.succeed(Accepted(turn.turn_id, turn.conversation, turn.assignment))
            else:
                left += _again(turn)


async def finish(connection: Any, jobs: Sequence[Job]) -> None:
    """Store answers, each asked as `Finish`; see `conversations.finish`."""
    done: list[Finish] = sorted((job.asked for job in jobs), key=lambda done: done.conversation_id)
    rows = [_ended(each) for each in done]
    freed = {tuple(row) for row in await connection.fetch(_FINISH, *zip(*rows, strict=True))}
    for job in jobs:
        if (job.asked.conversation_id, job.asked.epoch) in freed:
            job.succeed()
        else:
            job.fail(LeaseLostError(f"turn {job.asked.turn_id!r} was taken over; its answer is not stored twice"))


def _ended(done: Finish) -> tuple[object, ...]:
    at, workspace_id, conversation_id, *counted = columns(
        done.ending, at=done.now, conversation_id=done.conversation_id, outcome=done.outcome
    )
    answered = (done.epoch, done.turn_id, encode(done.dialogue), done.answer)
    return (conversation_id, *answered, at, workspace_id, *counted)


async def renew(connection: Any, jobs: Sequence[Job]) -> None:
    """Extend leases, asked as (pairs of conversation id and epoch, seconds); see `conversations.renew`."""
    for job in jobs:
        held, lease = job.asked
        if held:
            await connection.execute(_RENEW, *zip(*sorted(held), strict=True), lease)
        job.succeed()


def _apart(jobs: Sequence[Job]) -> tuple[list[Job], list[Job]]:
    """Split off those that would meet another one's conversation or key in the same statement."""
    together: list[Job] = []
    later: list[Job] = []
    met: set[tuple[str, str]] = set()
    for job in jobs:
        asked: Accept = job.asked[0]
        marks = {("", asked.conversation_id)}
        if asked.idempotency_key is not None:
            marks.add((asked.workspace_id, asked.idempotency_key))
        (later if marks & met else together).append(job)
        met |= marks
    return together, later


async def _decide(connection: Any, jobs: Sequence[Job]) -> list[Turn | None]:
    unseen = [job for job in jobs if not job.asked[0].new or job.asked[0].idempotency_key is not None]
    seen = dict(zip(unseen, await _look(connection, unseen), strict=True)) if unseen else {}
    return [_decided(job, *seen.get(job, (None, None))) for job in jobs]


async def _look(connection: Any, jobs: Sequence[Job]) -> list[tuple[Earlier | None, Stored | None]]:
    accepts: list[Accept] = [job.asked[0] for job in jobs]
    rows = await connection.fetch(
        _LOOK,
        [asked.workspace_id for asked in accepts],
        [asked.idempotency_key for asked in accepts],
        [None if asked.new else asked.conversation_id for asked in accepts],
    )
    return [
        (None if row[1] is None else Earlier(*row[:4]), None if row[4] is None else _stored(*row[4:])) for row in rows
    ]


def _stored(epoch: int, user_id: str | None, variant: str, *rest: Any) -> Stored:
    """The conversation's columns as `_LOOK` has them: the epoch first, which tells whether there is one."""
    return Stored(user_id, variant, epoch, *rest)


def _decided(job: Job, earlier: Earlier | None, stored: Stored | None) -> Turn | None:
    """Decide as `conversations.accept` does; None when the job is over already."""
    asked: Accept
    assign: Assign
    asked, assign = job.asked
    try:
        if earlier is not None:
            refuse_another(asked, earlier)
            if earlier.answer is not None:
                job.succeed(Replayed(earlier.answer))
                return None
        if earlier is None and asked.new:
            conversation = begun(asked)
        else:
            conversation = resumed(asked, earlier.conversation_id if earlier else asked.conversation_id, stored)
        assignment = assign(None if earlier is None and asked.new else pin_of(stored))
    except Exception as error:
        job.fail(error)
        return None
    holder = stored.lease_turn if stored is not None else None
    turn_id = earlier.turn_id if earlier else asked.turn_id
    return Turn(job, turn_id, conversation, holder, earlier is not None, assignment)


async def _take(connection: Any, decided: Sequence[Turn]) -> set[str]:
    """Write the turns whose lease can be had, and return their conversations."""
    rows = [_row(turn) for turn in sorted(decided, key=lambda turn: turn.conversation.id)]
    return {row[0] for row in await connection.fetch(_ACCEPT, *zip(*rows, strict=True), EMPTY)}


def _row(turn: Turn) -> tuple[object, ...]:
    asked: Accept = turn.job.asked[0]
    return (
        turn.turn_id,
        turn.conversation.id,
        turn.conversation.epoch,
        turn.holder,
        turn.repeated,
        asked.workspace_id,
        asked.user_id,
        asked.locale,
        asked.request,
        turn.assignment.variant,
        turn.assignment.reason,
        asked.idempotency_key,
        fingerprint(asked),
        asked.now,
        asked.lease,
        turn.assignment.rollout,
        turn.assignment.step,
        turn.assignment.unit,
    )


def _again(turn: Turn) -> list[Job]:
    """Somebody took the lease first: look again, and do not try for ever."""
    turn.job.tries += 1
    if turn.job.tries < ATTEMPTS:
        return [turn.job]
    turn.job.fail(ConversationBusyError(turn.conversation.id, retry_after=1))
    return []
