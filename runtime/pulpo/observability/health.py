"""How the runtime does, as a value: computed from what was measured, for whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct, structs

from pulpo.observability.redaction import redact_text
from pulpo.observability.watchdog import Blame
from pulpo.plugins import PluginRecord

HUNG: Final = "all its threads hang in calls that were given up; it is used again when one of them ends"

Status: TypeAlias = Literal["ok", "degraded", "draining", "unavailable"]


class WorkspaceName(Struct, frozen=True):
    """The workspace of whoever asked, for a page's heading."""

    id: str
    name: str
    languages: tuple[str, ...]


class DatabaseHealth(Struct, frozen=True):
    """Whether a trivial read was answered, and after how many milliseconds."""

    reachable: bool
    latency_ms: float
    error: str = ""


class Trouble(Struct, frozen=True):
    """A part that does not do what it should, and why."""

    part: str
    reason: str


class Health(Struct, frozen=True):
    """The whole: ``degraded`` still answers turns, ``unavailable`` does not; durations in seconds."""

    status: Status
    version: str
    uptime_seconds: float
    workspace: WorkspaceName
    turns_in_flight: int
    database: DatabaseHealth
    plugins: dict[str, int]
    troubles: tuple[Trouble, ...]


def assess(
    *,
    version: str,
    uptime: float,
    workspace: WorkspaceName,
    turns_in_flight: int,
    draining: bool,
    database: DatabaseHealth,
    plugins: Iterable[PluginRecord],
    limits: str = "",
) -> Health:
    """Judge the parts. A quarantined plugin degrades; a blocked one is what the operator asked for.

    ``limits`` says what is wrong with the rate limits' shared counters, if anything.
    """
    records = tuple(plugins)
    troubles = [Trouble(f"plugin {it.name}", it.reason) for it in records if it.state == "quarantined"]
    if limits:
        troubles.append(Trouble("rate limits", limits))
    if not database.reachable:
        troubles.insert(0, Trouble("database", database.error))
    return Health(
        status=_status(reachable=database.reachable, draining=draining, troubled=bool(troubles)),
        version=version,
        uptime_seconds=round(uptime, 3),
        workspace=workspace,
        turns_in_flight=turns_in_flight,
        database=database,
        plugins=counts(records),
        troubles=tuple(troubles),
    )


def observed(
    records: Iterable[PluginRecord], *, hung: Collection[str], blamed: Mapping[str, Blame]
) -> tuple[PluginRecord, ...]:
    """Return the records with what was seen of active plugins since: one whose threads all hang is quarantined until
    one of them ends, one that has blocked the event loop gets a remark."""
    now = (_observed(it, hung, blamed) if it.state == "active" else it for it in records)
    # A reason quotes what a plugin raised, which may hold anything.
    return tuple(structs.replace(it, reason=redact_text(it.reason)) if it.reason else it for it in now)


def _observed(record: PluginRecord, hung: Collection[str], blamed: Mapping[str, Blame]) -> PluginRecord:
    if record.name in hung:
        return structs.replace(record, state="quarantined", reason=HUNG, contributes={})
    blame = blamed.get(record.name)
    if blame is None:
        return record
    times = "once" if blame.times == 1 else f"{blame.times} times"
    reason = f"it blocked the event loop {times}, last at {blame.where}; make that call awaitable, or the tool sync"
    return structs.replace(record, reason=f"{record.reason}; {reason}" if record.reason else reason)


def counts(records: Iterable[PluginRecord]) -> dict[str, int]:
    """Return how many plugins are in each state; states nobody is in are 0."""
    states = [record.state for record in records]
    return {state: states.count(state) for state in ("active", "quarantined", "blocked")}


def _status(*, reachable: bool, draining: bool, troubled: bool) -> Status:
    if not reachable:
        return "unavailable"
    if draining:
        return "draining"
    return "degraded" if troubled else "ok"
