"""What a plugin's lifespan is given of the running system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import Struct

from pulpo.contracts.events import Event
from pulpo.contracts.storage import Database
from pulpo.conversation import Workspace


class RolloutReading(Struct, frozen=True):
    """A rollout at the last look: its state, and by guardrail the natural logarithms of the evidence for rolling it
    back (``rollback``), and for letting it grow (``non_inferior`` and ``clean``, of which one is enough)."""

    state: str
    log_evidence: Mapping[str, Mapping[str, float]] = {}


class Readings(Struct, frozen=True, kw_only=True):
    """How things are at this moment: turns under way, circuit breakers by state, entries by cache, and the rollout
    if there is one."""

    turns_in_flight: int = 0
    breakers: Mapping[str, int] = {}
    caches: Mapping[str, int] = {}
    rollout: RolloutReading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The parts a plugin may hold on to while the server runs. ``clock`` returns aware UTC datetimes;
    ``emit`` hands an event to all sinks; ``readings`` tells how things are now (ask it on the event loop).

    ``update_workspace`` adds a tenant, or replaces what the plugin said of one at start, from the next turn on;
    what ``[workspaces.<id>]`` says still stands above it. ``workspaces`` shows the result. Call it on the event loop.

    ``secret_free`` takes out of a value, however deep, what looks like a secret or a person's number or address, and
    the secrets of the process' environment: for whatever a plugin writes down elsewhere.
    """

    database: Database
    workspaces: Mapping[str, Workspace]
    clock: Callable[[], datetime]
    emit: Callable[[Event], None]
    readings: Callable[[], Readings] = Readings
    update_workspace: Callable[[Workspace], None] = lambda _workspace: None
    secret_free: Callable[[Any], Any] = lambda _value: "[hidden]"
