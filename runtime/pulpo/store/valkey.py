"""Counters of rate limits in a Valkey or Redis that all replicas share (extra ``redis``).

All who ask while an answer is on its way are sent together, in one pipeline. Nobody waits longer than `PATIENCE`, and
nobody at all while answers are late: a Valkey that stopped answering is found out by one batch, and asked for by a
task of its own until it is back.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from pulpo.background import background_task
from pulpo.contracts.rates import Ask, Use
from pulpo.errors import SettingsError

if TYPE_CHECKING:
    from redis.asyncio import Redis

KEY: Final = "rate_limit.url"

PATIENCE: Final = 0.003
"""Seconds that somebody who asks waits for an answer; then the process' own count decides."""

LATE: Final = 0.25
"""Seconds after which a batch without an answer means that Valkey is away."""

AGAIN: Final = 0.5
"""Seconds between two attempts to reach a Valkey that is away."""

IDLE: Final = 2.0
"""Seconds without a question after which Valkey is asked whether it is there."""

MOST: Final = 1000
"""How many wait to be sent at once; whoever comes later is not counted here."""

# The sliding window of `pulpo.resilience.windows`, by the server's clock: replicas' clocks may differ. One hash a key:
# w the window's number, c its count, p that of the one before.
_TAKE: Final = """
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
local taken, found, answer = true, {}, {}
for i, key in ipairs(KEYS) do
  local limit, period = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local index = math.floor(now / period)
  local kept = redis.call('HMGET', key, 'w', 'c', 'p')
  local w, c, p = tonumber(kept[1]), tonumber(kept[2]) or 0, tonumber(kept[3]) or 0
  if w == index - 1 then p, c = c, 0 elseif w ~= index then p, c = 0, 0 end
  local elapsed = now / period - index
  if c + p * (1 - elapsed) + 1 > limit then taken = false end
  found[i] = {index, c, p, period}
  answer[3 * i - 2], answer[3 * i - 1], answer[3 * i] = c, p, math.floor(elapsed * 1000000)
end
if taken then
  for i, key in ipairs(KEYS) do
    redis.call('HSET', key, 'w', found[i][1], 'c', found[i][2] + 1, 'p', found[i][3])
    redis.call('PEXPIRE', key, found[i][4] * 2000)
  end
end
return answer
"""


class _Asked:
    """Somebody who waits for an answer."""

    __slots__ = ("answer", "asks")

    def __init__(self, asks: Sequence[Ask]) -> None:
        self.asks = asks
        self.answer: asyncio.Future[list[Use]] = asyncio.get_running_loop().create_future()


class ValkeyCounters:
    """`pulpo.contracts.rates.SharedCounters` over one connection.

    ``changed`` is told whether Valkey is away, and why.
    """

    def __init__(self, client: Redis, *, changed: Callable[[bool, str], None]) -> None:
        self._client = client
        self._changed = changed
        self._script = client.register_script(_TAKE)
        self._waiting: list[_Asked] = []
        self._awake = asyncio.Event()
        self._sent_at: float | None = None
        self.away = True
        """Whether Valkey cannot be asked now."""

    async def take(self, asks: Sequence[Ask]) -> list[Use] | None:
        """See `SharedCounters.take`; None when Valkey is away or late."""
        if self.away or len(self._waiting) >= MOST:
            return None
        asked = _Asked(asks)
        self._waiting.append(asked)
        self._awake.set()
        now = asyncio.get_running_loop().time()
        if self._sent_at is not None and now - self._sent_at > PATIENCE:
            return None  # counted there all the same, once answers come again
        await asyncio.wait([asked.answer], timeout=PATIENCE)
        return asked.answer.result() if asked.answer.done() and not asked.answer.cancelled() else None

    async def serve(self) -> None:
        """Send what waits and listen for answers, for ever."""
        while True:
            try:
                await self._reach()
                while True:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(IDLE):
                            await self._awake.wait()
                    self._awake.clear()
                    await self._send()
            except Exception as error:
                self._lost(error)
                with suppress(Exception):
                    await self._client.connection_pool.disconnect(inuse_connections=True)
                await asyncio.sleep(AGAIN)

    async def _reach(self) -> None:
        async with asyncio.timeout(LATE):
            await self._client.script_load(_TAKE)
        self.away = False
        self._changed(False, "")

    async def _send(self) -> None:
        batch, self._waiting = self._waiting, []
        pipeline = self._client.pipeline(transaction=False)
        if not batch:
            pipeline.ping()
        for asked in batch:
            arguments = [number for ask in asked.asks for number in (ask.rate.limit, ask.rate.period)]
            keys = [f"pulpo:rate:{ask.key}" for ask in asked.asks]
            pipeline.evalsha(self._script.sha, len(keys), *keys, *arguments)
        self._sent_at = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(LATE):
                _hand_out(batch, await pipeline.execute())
        finally:
            self._sent_at = None
            for asked in batch:
                asked.answer.cancel()

    async def close(self) -> None:
        """Close the connection; politely or, when nobody answers, not."""
        with suppress(Exception):
            async with asyncio.timeout(LATE):
                await self._client.aclose()

    def _lost(self, error: Exception) -> None:
        for asked in self._waiting:
            asked.answer.cancel()
        self._waiting.clear()
        self.away = True
        self._changed(True, str(error) or "it did not answer in time")


def _hand_out(batch: Sequence[_Asked], answers: Sequence[list[int]]) -> None:
    for asked, answer in zip(batch, answers, strict=False):
        numbers = iter(answer)
        asked.answer.set_result([Use(c, p, elapsed / 1_000_000) for c, p, elapsed in zip(*[numbers] * 3, strict=True)])


@asynccontextmanager
async def open_counters(url: str, *, changed: Callable[[bool, str], None]) -> AsyncIterator[ValkeyCounters]:
    """Hold counters at ``url`` (``redis://``, ``rediss://``, ``valkey://`` or ``unix://``) open; whether Valkey is
    there is found out meanwhile.

    Raises `SettingsError` for an address that is none, or when the client is not installed.
    """
    counters = ValkeyCounters(_client(url), changed=changed)
    try:
        async with background_task(counters.serve, name="shared-counters"):
            yield counters
    finally:
        await counters.close()


def _client(url: str) -> Redis:
    if find_spec("redis") is None:
        raise SettingsError("Valkey needs a client: pip install 'pulpoai[redis]'", source="settings", key=KEY)
    from redis.asyncio import Redis

    try:
        return Redis.from_url(re.sub(r"^valkey", "redis", url), socket_connect_timeout=LATE, max_connections=2)
    except ValueError as error:
        raise SettingsError(str(error), source="settings", key=KEY) from error
