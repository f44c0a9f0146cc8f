"""All that stands between a turn and a tool that fails, in one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from time import monotonic

from pulpo.contracts.events import Event, PluginHung
from pulpo.resilience.breaker import BreakerSettings
from pulpo.resilience.breakers import Breakers
from pulpo.resilience.cache import Cache
from pulpo.resilience.limiter import Limiter
from pulpo.resilience.retry import Retries, RetrySettings
from pulpo.resilience.threads import ThreadPool, Threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """``owners`` names the plugin of each tool (a tool that is not in it stands alone); ``clock`` gives monotonic
    seconds, the same ones to all."""

    threads: Threads
    breakers: Breakers
    retries: Retries
    cache: Cache
    clock: Callable[[], float]
    limiter: Limiter | None = None
    owners: Mapping[str, str] = field(default_factory=dict)

    def owner(self, tool: str) -> str:
        """Return the plugin of ``tool``."""
        return self.owners.get(tool, tool)


def standard_guards(
    *,
    emit: Callable[[Event], None],
    owners: Mapping[str, str] | None = None,
    clock: Callable[[], float] = monotonic,
    threads: Threads | None = None,
    random: Random | None = None,
    breaker: BreakerSettings | None = None,
    retry: RetrySettings | None = None,
    limiter: Limiter | None = None,
) -> Guards:
    """Return guards, with their default settings unless told otherwise; ``emit`` is told when a breaker or a
    plugin's threads change."""
    return Guards(
        threads=threads or ThreadPool(changed=lambda owner, stuck: emit(PluginHung(owner, stuck))),
        breakers=Breakers(breaker or BreakerSettings(), clock=clock, emit=emit),
        retries=Retries(retry or RetrySettings(), random=random or Random()),  # noqa: S311  # nosec B311
        cache=Cache(clock=clock),
        clock=clock,
        limiter=limiter,
        owners=owners or {},
    )
