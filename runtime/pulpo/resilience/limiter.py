"""Rate limits: per API key, workspace, user and tool.

A limit is counted in this process, and beside it in a Valkey that all replicas share, if one is configured. Who asks
waits for Valkey for a few milliseconds at most: when it is late this process' own count decides, so that a Valkey that
is frozen or gone costs no turn and no time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Literal, TypeAlias

from msgspec import Struct

from pulpo.contracts.events import RateLimited
from pulpo.contracts.rates import Ask, SharedCounters, Use
from pulpo.resilience.windows import Windows, wait
from pulpo.settings.rates import Rate

Scope: TypeAlias = Literal["key", "workspace", "user", "tool"]


class Rates(Struct, frozen=True, kw_only=True):
    """The limits there are; None means none. ``tools`` goes before ``tool``, the rate of every other tool."""

    key: Rate | None = None
    workspace: Rate | None = None
    user: Rate | None = None
    tool: Rate | None = None
    tools: Mapping[str, Rate] = {}


class Standing(Struct, frozen=True):
    """How somebody stands with a limit after asking. ``remaining`` is what is left of it, ``reset`` the seconds
    until its window ends, ``wait`` those until one more is allowed (0: this one was)."""

    scope: Scope
    rate: Rate
    remaining: int
    reset: int
    wait: int


class Limiter:
    """``clock`` gives monotonic seconds; ``emit`` is told of each refusal."""

    def __init__(
        self,
        rates: Rates,
        *,
        clock: Callable[[], float],
        emit: Callable[[RateLimited], None],
        shared: SharedCounters | None = None,
        windows: Windows | None = None,
    ) -> None:
        self._rates = rates
        self._clock = clock
        self._emit = emit
        self._shared = shared
        self._windows = windows or Windows()
        wanted: tuple[tuple[Scope, Rate | None], ...] = (
            ("user", rates.user),
            ("key", rates.key),
            ("workspace", rates.workspace),
        )
        self._messages = tuple((scope, rate) for scope, rate in wanted if rate is not None)
        self.limits_tools = rates.tool is not None or bool(rates.tools)
        """Whether any tool has a limit at all."""
        self.limits_messages = bool(self._messages)

    async def message(self, *, workspace_id: str, key_id: str, user_id: str | None) -> tuple[Standing, ...]:
        """Count a message for whoever sends it, or for nobody when one limit is reached.

        A caller without a key, or a message of nobody in particular, has no such limit of its own.
        """
        names: Mapping[Scope, str | None] = {"user": user_id, "key": key_id, "workspace": workspace_id}
        asks = [
            (scope, Ask(f"{scope}:{workspace_id}:{names[scope]}", rate))
            for scope, rate in self._messages
            if names[scope]
        ]
        return await self._ask(workspace_id, asks)

    async def tool(self, workspace_id: str, tool: str) -> Standing | None:
        """Count a call of a tool; None when it has no limit."""
        rate = self._rates.tools.get(tool) or self._rates.tool
        if rate is None:
            return None
        (standing,) = await self._ask(workspace_id, [("tool", Ask(f"tool:{workspace_id}:{tool}", rate))], tool)
        return standing

    async def _ask(self, workspace_id: str, asks: Sequence[tuple[Scope, Ask]], name: str = "") -> tuple[Standing, ...]:
        wanted = [ask for _, ask in asks]
        uses = self._windows.take(wanted, self._clock())
        if self._shared is not None:
            uses = await self._shared.take(wanted) or uses
        waits = [wait(use, ask.rate) for use, ask in zip(uses, wanted, strict=True)]
        taken = not any(waits)
        for (scope, _), seconds in zip(asks, waits, strict=True):
            if seconds:
                self._emit(RateLimited(workspace_id, scope, name))
        return tuple(
            _standing(scope, ask.rate, use, seconds, taken)
            for (scope, ask), use, seconds in zip(asks, uses, waits, strict=True)
        )


def _standing(scope: Scope, rate: Rate, use: Use, seconds: float, taken: bool) -> Standing:
    left = rate.limit - use.used() - taken
    reset = ceil((1 - use.elapsed) * rate.period)
    return Standing(scope, rate, max(0, int(left)), reset, ceil(seconds))
