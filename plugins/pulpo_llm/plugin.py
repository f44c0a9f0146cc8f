"""The hooks of the LLM planner. Nothing here imports its HTTP client: whoever uses no model does not pay for one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

import pulpo
from pulpo_llm.config import LlmConfig

if TYPE_CHECKING:
    from pulpo_llm.client import Connections
    from pulpo_llm.planner import LlmPlanner


class Settings(BaseModel):
    """``[plugins.pulpo_llm]``: ``max_connections`` to model servers, of all variants together. Every hook of one start
    is given the same instance, which is why the connections that they share hang on it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_connections: int = Field(default=100, ge=1)
    _connections: Connections | None = PrivateAttr(default=None)

    @property
    def connections(self) -> Connections:
        """The connections of this start."""
        from pulpo_llm.client import Connections

        if self._connections is None:
            self._connections = Connections(most=self.max_connections)
        return self._connections

    async def close(self) -> None:
        """Close the connections, if there are any."""
        if self._connections is not None:
            await self._connections.close()


@dataclass(frozen=True, slots=True)
class LlmFactory:
    """Builds `LlmPlanner` for a variant."""

    settings: Settings
    name: str = "llm"
    config: type[BaseModel] = LlmConfig

    def build(self, config: LlmConfig, tools: Sequence[pulpo.Tool]) -> LlmPlanner:
        """Write the schemas of ``tools`` down; no connection is opened before the first call."""
        from pulpo_llm.client import Client
        from pulpo_llm.planner import LlmPlanner

        return LlmPlanner(config, tools, Client(config, self.settings.connections))


@pulpo.hookimpl
def pulpo_settings() -> type[BaseModel]:
    """Validate ``[plugins.pulpo_llm]``."""
    return Settings


@pulpo.hookimpl
def pulpo_register_planners(settings: Settings) -> Iterable[pulpo.PlannerFactory]:
    """Offer the planner ``llm``."""
    return [LlmFactory(settings)]


@pulpo.hookimpl
def pulpo_lifespan(runtime: pulpo.Runtime, settings: Settings) -> AbstractAsyncContextManager[None]:
    """Close the connections when the server ends."""
    return _held_open(settings)


@asynccontextmanager
async def _held_open(settings: Settings) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await settings.close()
