"""The rate limits of a running system: the limiter that its settings ask for, and whether replicas count together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import monotonic

from pulpo.contracts.events import Event, RateLimitsShared
from pulpo.resilience.limiter import Limiter, Rates
from pulpo.settings import RateLimitSettings
from pulpo.settings.rates import Rate, parse_rate
from pulpo.store.valkey import open_counters


@dataclass(slots=True)
class RateLimits:
    """``messages`` and ``tools`` limit these, or are None where there is no limit. ``trouble`` says why replicas do
    not count together although they should; empty when they do, or need not."""

    messages: Limiter | None = None
    tools: Limiter | None = None
    trouble: str = ""


@asynccontextmanager
async def open_limits(settings: RateLimitSettings, *, emit: Callable[[Event], None]) -> AsyncIterator[RateLimits]:
    """Hold the limits up. Raises `SettingsError` when the shared counters cannot be had at all."""
    rates = _rates(settings)
    limits = RateLimits()
    if rates == Rates():
        yield limits
        return

    def changed(away: bool, reason: str) -> None:
        trouble = f"replicas count alone, their shared counters cannot be used: {reason}" if away else ""
        if bool(trouble) != bool(limits.trouble):
            emit(RateLimitsShared(not away, reason))
        limits.trouble = trouble

    async with AsyncExitStack() as stack:
        shared = None
        if settings.url is not None:
            limits.trouble = "replicas count alone until their shared counters are reached"
            emit(RateLimitsShared(False, "not reached yet"))
            shared = await stack.enter_async_context(open_counters(settings.url, changed=changed))
        limiter = Limiter(rates, clock=monotonic, emit=emit, shared=shared)
        limits.messages = limiter if limiter.limits_messages else None
        limits.tools = limiter if limiter.limits_tools else None
        yield limits


def _rates(settings: RateLimitSettings) -> Rates:
    def rate(text: str | None) -> Rate | None:
        return None if text is None else parse_rate(text)

    return Rates(
        key=rate(settings.key),
        workspace=rate(settings.workspace),
        user=rate(settings.user),
        tool=rate(settings.tool),
        tools={name: parse_rate(text) for name, text in settings.tools.items()},
    )
