"""What a plugin's lifespan is given of the running system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pulpo.contracts.events import Event
from pulpo.contracts.storage import Database
from pulpo.conversation import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The parts a plugin may hold on to while the server runs. ``clock`` returns aware UTC datetimes;
    ``emit`` hands an event to all sinks."""

    database: Database
    workspaces: Mapping[str, Workspace]
    clock: Callable[[], datetime]
    emit: Callable[[Event], None]
