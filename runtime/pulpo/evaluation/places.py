"""Where dialogues are held, as the runner sees it; a server elsewhere is one such place, `local` has the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import anyio.to_thread

from pulpo.contracts.tools import Result
from pulpo.conversation import Dialogue
from pulpo.errors import ToolNotFoundError
from pulpo.evaluation.cases import Case, Given
from pulpo.store.effects import Effect
from pulpo.turns.request import TurnAnswer, TurnRequest


class Place(Protocol):
    """One dialogue's world. ``sees_inside`` says whether tools, dialogue and ledger can be reached beside the chat."""

    @property
    def sees_inside(self) -> bool: ...

    async def chat(self, request: TurnRequest) -> TurnAnswer:
        """Run a turn."""
        ...

    async def call(self, case: Case, given: Given, *, conversation_id: str, key: str) -> Result:
        """Call a tool directly; raises `ToolError` or whatever the tool raises."""
        ...

    async def dialogue(self, conversation_id: str) -> Dialogue:
        """Return what a conversation knows now."""
        ...

    async def effects(self, turn_id: str) -> tuple[Effect, ...]:
        """Return what a turn changed."""
        ...

    def set_clock(self, at: datetime) -> None:
        """Let it be ``at``."""
        ...


class Places(Protocol):
    """Makes the place for one dialogue."""

    def __call__(self, case: Case) -> AbstractAsyncContextManager[Place]: ...


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A server, which can only be chatted with. ``ask`` sends a turn and waits for its answer."""

    ask: Callable[[TurnRequest], TurnAnswer]

    @property
    def sees_inside(self) -> bool:
        return False

    async def chat(self, request: TurnRequest) -> TurnAnswer:
        return await anyio.to_thread.run_sync(self.ask, request)

    async def call(self, case: Case, given: Given, *, conversation_id: str, key: str) -> Result:
        why = f"{given.tool!r} cannot be called: of a server only the chat can be reached"
        raise ToolNotFoundError(why, tool=given.tool)

    async def dialogue(self, conversation_id: str) -> Dialogue:
        return Dialogue()

    async def effects(self, turn_id: str) -> tuple[Effect, ...]:
        return ()

    def set_clock(self, at: datetime) -> None:
        """Do nothing: a server's clock is its own."""


def on_server(ask: Callable[[TurnRequest], TurnAnswer]) -> Places:
    """Hold all dialogues on one server."""

    @asynccontextmanager
    async def place(case: Case) -> AsyncIterator[Place]:
        yield Elsewhere(ask)

    return place
