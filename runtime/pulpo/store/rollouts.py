"""Rollouts and their evidence: who was enrolled, in which arm, and the blocks in which units went bad.

Units are digests: a rollout's evidence outlives the conversations it came from, and whoever they were with. Blocks
hold the four numbers of a few seconds and are never changed; the statistics are made from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct

from pulpo.store.statements import Run, rows_in

SLOT = 10
"""Seconds of enrolments that are counted together."""

_COLUMNS = (
    "id, variant, fingerprint, state, step, share, steps, started, step_started, reason, guardrail, revision,"
    " cooldown_until"
)

_ENROL = """
INSERT INTO canary_enrolments (rollout, kind, slot, step, stable, canary)
VALUES (:rollout, :kind, :slot, :step, :stable, :canary)
ON CONFLICT (rollout, kind, slot, step) DO UPDATE SET
  stable = canary_enrolments.stable + excluded.stable, canary = canary_enrolments.canary + excluded.canary
"""

_UNIT = """
INSERT INTO canary_units (rollout, unit, arm, step, broken, censored)
VALUES (:rollout, :unit, :arm, :step, :broken, :censored)
ON CONFLICT (rollout, unit) DO UPDATE SET
  arm = excluded.arm, step = excluded.step, broken = excluded.broken, censored = excluded.censored
"""

_BLOCK = """
INSERT INTO canary_blocks (rollout, at, guardrail, step, stable, stable_bad, canary, canary_bad)
VALUES (:rollout, :at, :guardrail, :step, :stable, :stable_bad, :canary, :canary_bad)
"""


class StoredBlock(Struct, frozen=True):
    """One block of one guardrail and step in which somebody went bad; ``number`` grows."""

    number: int
    at: float
    guardrail: str
    step: int
    stable: int
    stable_bad: int
    canary: int
    canary_bad: int


def unit_name(rollout: str, kind: str, *names: str) -> bytes:
    """Return what a unit is called in a rollout: 128 bits that lead nowhere."""
    return blake2b("\x1f".join((rollout, kind, *names)).encode(), digest_size=16).digest()


def latest(run: Run) -> dict[str, Any] | None:
    """Return the newest rollout's row by its column names, or None."""
    rows = run(f"SELECT {_COLUMNS} FROM canary_rollouts ORDER BY number DESC LIMIT 1")  # noqa: S608 - constants
    if not rows:
        return None
    row = dict(zip(_COLUMNS.replace("\n", " ").split(", "), rows[0], strict=True))
    return {**row, "steps": tuple(msgspec.json.decode(row["steps"]))}


def begin(run: Run, values: Mapping[str, Any]) -> None:
    """Store a new rollout; from now on it is the one."""
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    run(f"INSERT INTO canary_rollouts ({names}) VALUES ({marks})", **_packed(values))  # noqa: S608 - names of ours


def change(run: Run, rollout: str, values: Mapping[str, Any], *, revision: int) -> bool:
    """Change a rollout that is still as it was read, at ``revision``; whether it was."""
    setting = ", ".join(f"{name} = :{name}" for name in values)
    changed = run(
        f"UPDATE canary_rollouts SET {setting}, revision = revision + 1"  # noqa: S608 - names of ours
        " WHERE id = :of AND revision = :read RETURNING id",
        of=rollout,
        read=revision,
        **_packed(values),
    )
    return bool(changed)


def units(run: Run, rollout: str, names: Sequence[bytes]) -> dict[bytes, tuple[int, int, int, bool]]:
    """Return those of the units that were met before, as (arm, step, what they broke, whether they are out)."""
    rows = rows_in(
        run,
        "SELECT unit, arm, step, broken, censored FROM canary_units WHERE rollout = :rollout AND unit IN (:values)",
        names,
        rollout=rollout,
    )
    return {bytes(unit): (arm, step, broken, bool(censored)) for unit, arm, step, broken, censored in rows}


def store_units(run: Run, rollout: str, found: Mapping[bytes, tuple[int, int, int, bool]]) -> None:
    """Store units as they are now."""
    names = ("arm", "step", "broken", "censored")
    run.many(
        _UNIT,
        [
            {"rollout": rollout, "unit": unit, **dict(zip(names, map(int, values), strict=True))}
            for unit, values in found.items()
        ],
    )


def enrol(run: Run, rollout: str, found: Mapping[tuple[str, int], tuple[int, int]], *, at: float) -> None:
    """Count first enrolments, given by (kind, step) as (stable, canary); ``at`` is UTC seconds."""
    slot = int(at // SLOT) * SLOT
    run.many(
        _ENROL,
        [
            {"rollout": rollout, "kind": kind, "slot": slot, "step": step, "stable": stable, "canary": canary}
            for (kind, step), (stable, canary) in found.items()
        ],
    )


def store_blocks(run: Run, rollout: str, found: Sequence[Mapping[str, Any]], *, at: float) -> None:
    """Append blocks, given by the names of their columns."""
    run.many(_BLOCK, [{"rollout": rollout, "at": at, **block} for block in found])


def blocks(run: Run, rollout: str, *, after: int = 0) -> list[StoredBlock]:
    """Return the blocks above number ``after``, oldest first."""
    rows = run(
        "SELECT number, at, guardrail, step, stable, stable_bad, canary, canary_bad FROM canary_blocks"
        " WHERE rollout = :rollout AND number > :after ORDER BY number",
        rollout=rollout,
        after=after,
    )
    return [StoredBlock(*row) for row in rows]


def enrolled(run: Run, rollout: str, *, kind: str, until: float | None = None) -> dict[int, tuple[int, int]]:
    """Return first enrolments by step as (stable, canary): all, or those before ``until`` (UTC seconds)."""
    rows = run(
        "SELECT step, CAST(sum(stable) AS BIGINT), CAST(sum(canary) AS BIGINT) FROM canary_enrolments"
        " WHERE rollout = :rollout AND kind = :kind AND slot <= :until GROUP BY step ORDER BY step",
        rollout=rollout,
        kind=kind,
        until=2**53 if until is None else int(until) - SLOT,
    )
    return {step: (stable, canary) for step, stable, canary in rows}


def forget(run: Run, *, before: float) -> None:
    """Forget the units of rollouts that ended before (UTC seconds); what became of them stays."""
    run(
        "DELETE FROM canary_units WHERE rollout IN (SELECT id FROM canary_rollouts"
        " WHERE step_started < :before AND number < (SELECT max(number) FROM canary_rollouts))",
        before=before,
    )


def _packed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: msgspec.json.encode(value) if name == "steps" else value for name, value in values.items()}
