"""All that people watch in one answer: now, lately, against the objectives. As JSON, or live as server-sent events."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

import msgspec
from msgspec import Struct

from pulpo.conversation import Text
from pulpo.errors import StoreUnavailableError
from pulpo.http.health import records_now
from pulpo.http.metrics import ActiveAlerts, SloStatus, alerts_active, slo_status, tools_performance
from pulpo.http.operations import Call, Operation
from pulpo.http.problems import ProblemError
from pulpo.http.streams import Stream, beating, event
from pulpo.observability.alerts import quantile
from pulpo.observability.performance import ToolPerformance
from pulpo.observability.recent import Picture, Recent
from pulpo.observability.slo import ERROR_RATE
from pulpo.plugins import PluginRecord

EVERY: Final = 1.0
"""Seconds between two events, and within which a stream ends once the server drains."""
REFRESHED: Final = 5.0
"""Seconds that what the database or Prometheus is asked for is shown again."""
LATELY: Final = 60.0
"""Seconds that rates, ratios and percentiles look back."""
STRIDE: Final = 10
"""Seconds of one step of the charts."""
MOST_STREAMS: Final = 5
"""Streams open at once by API key."""
LONGEST: Final = 600.0
"""Seconds of one stream: readers come back by themselves, and a balancer gets to spread them anew."""
MOST_TOOLS: Final = 50
"""Tools that are shown, those with the most calls."""

TOO_MANY: Final[Text] = {
    "en": f"This API key has {MOST_STREAMS} live views open already. Close one.",
    "es": f"Esta clave de API ya tiene {MOST_STREAMS} vistas en vivo abiertas. Cierra una.",
}

_encode = msgspec.json.Encoder().encode


class Lately(Struct, frozen=True):
    """The turns of the last ``seconds`` in this process. Ratios are shares of them; ratios and percentiles (seconds,
    interpolated as Prometheus does) are None without a turn."""

    seconds: float
    turns: int
    turns_per_second: float
    error_ratio: float | None
    rescue_ratio: float | None
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None


class Step(Struct, frozen=True):
    """One step of the charts: how long it is, its turns, those of them that ended in error or rescue."""

    seconds: float
    turns: int
    bad: int
    p95_seconds: float | None


class Overview(Struct, frozen=True, kw_only=True):
    """What people watch. ``steps`` go from the oldest to the one under way; ``breakers`` and ``plugins`` count by
    state, ``troubled`` are the plugins that are not active. ``slo`` is null while the database is away."""

    at: datetime
    since_seconds: float
    in_flight: int
    lately: Lately
    steps: tuple[Step, ...]
    slo: SloStatus | None
    alerts: ActiveAlerts
    breakers: dict[str, int]
    plugins: dict[str, int]
    troubled: tuple[PluginRecord, ...]
    tools_known: int
    tools: tuple[ToolPerformance, ...]


class Overviews:
    """Makes overviews and streams of them. ``records`` are the plugins as the HTTP door left them; ``monotonic``
    gives seconds."""

    def __init__(self, records: tuple[PluginRecord, ...], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._records = records
        self._monotonic = monotonic
        self._open: Counter[str] = Counter()
        self._asking = asyncio.Lock()
        self._asked: tuple[float, SloStatus | None, ActiveAlerts] | None = None

    async def show(self, call: Call) -> Overview | Stream:
        """Return an overview, or a stream of them to who accepts ``text/event-stream``; raises a 429
        `ProblemError` beyond `MOST_STREAMS`."""
        if b"text/event-stream" not in call.headers.get(b"accept", b""):
            return await self._overview(call)
        who = call.caller.key_id
        if self._open[who] >= MOST_STREAMS:
            raise ProblemError(429, TOO_MANY, headers=((b"retry-after", b"5"),))
        self._open[who] += 1
        return Stream(frames=beating(self._frames(call)), done=partial(self._closed, who))

    def _closed(self, who: str) -> None:
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]

    async def _frames(self, call: Call) -> AsyncGenerator[bytes, None]:
        system, until = call.door.system, self._monotonic() + LONGEST
        while not system.draining and self._monotonic() < until and await _still_welcome(call):
            yield event("overview", _encode(await self._overview(call)))
            await asyncio.sleep(EVERY)

    async def _overview(self, call: Call) -> Overview:
        system = call.door.system
        _, slo, alerts = await self._seldom(call)
        records = records_now(self._records, system)
        tools = (await tools_performance(call)).tools
        return Overview(
            at=datetime.fromtimestamp(system.clock(), UTC),
            since_seconds=round(system.recent.age, 3),
            in_flight=system.in_flight,
            lately=lately(system.recent),
            steps=tuple(_step(seconds, it) for seconds, it in system.recent.steps(STRIDE)),
            slo=slo,
            alerts=alerts,
            breakers=dict(system.breakers.counts()),
            plugins=dict(Counter(it.state for it in records)),
            troubled=tuple(it for it in records if it.state != "active"),
            tools_known=len(tools),
            tools=tuple(sorted(tools, key=lambda it: (-it.calls, it.name))[:MOST_TOOLS]),
        )

    async def _seldom(self, call: Call) -> tuple[float, SloStatus | None, ActiveAlerts]:
        """Ask the database or Prometheus, once for all who watch."""
        async with self._asking:
            if self._asked is None or self._monotonic() - self._asked[0] >= REFRESHED:
                try:
                    slo = await slo_status(call)
                except StoreUnavailableError:
                    slo = None
                self._asked = (self._monotonic(), slo, await alerts_active(call))
            return self._asked


def lately(recent: Recent) -> Lately:
    """Sum up the last `LATELY` seconds, or what there is of them."""
    picture = recent.window(LATELY)
    seconds, turns = max(1.0, min(LATELY, recent.age)), sum(picture.outcomes.values())
    return Lately(
        seconds=round(seconds, 3),
        turns=turns,
        turns_per_second=round(turns / seconds, 3),
        error_ratio=_share(picture.outcomes.get("error", 0), turns),
        rescue_ratio=_share(picture.outcomes.get("rescued", 0), turns),
        p50_seconds=_quantile(0.50, picture),
        p95_seconds=_quantile(0.95, picture),
        p99_seconds=_quantile(0.99, picture),
    )


def overview_operations(records: tuple[PluginRecord, ...]) -> tuple[Operation, ...]:
    """Return the operation behind the console's first section."""
    return (
        Operation(
            method="GET",
            path="/metrics/overview",
            scope="metrics",
            handler=Overviews(records).show,
            id="getOverview",
            tag="metrics",
            summary="How does everything do at a glance?",
            description="Send `Accept: text/event-stream` for an event `overview` a second, whose data is the same"
            f" JSON: at most {MOST_STREAMS} streams by API key, {LONGEST / 60:g} minutes each; they end when the server"
            " drains.",
            response=Overview,
            errors=(429,),
        ),
    )


async def _still_welcome(call: Call) -> bool:
    """Whether the key still opens this: it may have been revoked since."""
    try:
        await call.door.gate.caller(call.headers, call.headers.items(), scope="metrics")
    except ProblemError:
        return False
    except StoreUnavailableError:
        return True  # who was welcome a second ago gets to watch the outage
    return True


def _step(seconds: float, picture: Picture) -> Step:
    bad = sum(picture.outcomes.get(outcome, 0) for outcome in ERROR_RATE.outcomes)
    return Step(round(seconds, 3), sum(picture.outcomes.values()), bad, _quantile(0.95, picture))


def _quantile(share: float, picture: Picture) -> float | None:
    found = quantile(share, picture.buckets)
    return None if found is None else round(found, 4)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None
