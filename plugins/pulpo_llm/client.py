"""A thin client of OpenAI-protocol servers: one request, one response, within its time and size.

No library of a provider: each costs several times the CPU of the request, and we need one endpoint of theirs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import aiohttp

from pulpo_llm.config import LlmConfig
from pulpo_llm.errors import ModelResponseError, ModelStatusError, ModelTimeoutError, ModelUnreachableError
from pulpo_llm.protocol import Completion, code_of, completion
from pulpo_llm.stream import Assembly

MOST_BYTES: Final = 1_048_576
"""Of a response; a chat's answers are a thousandth of it."""

_NO_TIMEOUTS: Final = aiohttp.ClientTimeout(total=None, sock_connect=None)
"""The library's own begin anew with each byte that drips in; ours is one deadline around the whole call."""


class Connections:
    """The connections of one start, shared by all planners; opened by the first call, closed with the server."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session of the running event loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._most, ttl_dns_cache=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=_NO_TIMEOUTS,
                headers={"User-Agent": "pulpoai"},
                skip_auto_headers=("Accept",),
            )
        return self._session

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()


class Client:
    """Asks the server of one variant."""

    def __init__(self, config: LlmConfig, connections: Connections) -> None:
        self._url = f"{config.base_url}/chat/completions"
        self._timeout = config.timeout
        self._stream = config.stream
        self._connections = connections
        self._headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if key := config.api_key:
            self._headers["Authorization"] = f"Bearer {key}"

    async def ask(self, body: bytes, trace: Mapping[str, str]) -> Completion:
        """Send a request, with the headers of the ``trace`` it belongs to, and return the complete response.

        Raises `ModelUnreachableError`, `ModelTimeoutError`, `ModelStatusError` or `ModelResponseError`.
        """
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchange(body, {**self._headers, **trace})
        except TimeoutError as error:
            raise ModelTimeoutError(f"no complete response within {self._timeout:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise ModelUnreachableError(f"{type(error).__name__}: {error}") from error

    async def _exchange(self, body: bytes, headers: Mapping[str, str]) -> Completion:
        # A redirect would take the key and what users said to a place nobody configured.
        posting = self._connections.session.post(self._url, data=body, headers=headers, allow_redirects=False)
        async with posting as response:
            if response.status != 200:
                raise await _refused(response)
            return await (_streamed(response) if self._stream else _whole(response))


async def _whole(response: aiohttp.ClientResponse) -> Completion:
    return completion(await _bytes_of(response, most=MOST_BYTES))


async def _bytes_of(response: aiohttp.ClientResponse, *, most: int) -> bytes:
    found = bytearray()
    async for chunk in response.content.iter_any():
        found += chunk
        if len(found) > most:
            raise ModelResponseError("huge", f"a response of more than {most} bytes")
    return bytes(found)


async def _streamed(response: aiohttp.ClientResponse) -> Completion:
    assembly, size = Assembly(), 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > MOST_BYTES:
            raise ModelResponseError("huge", f"a response of more than {MOST_BYTES} bytes")
        assembly.feed(chunk)
        if assembly.done:
            # Read to its end the connection can be used again; one that stays open is not waited for.
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await response.content.readany()
            break
    return assembly.whole()


async def _refused(response: aiohttp.ClientResponse) -> ModelStatusError:
    try:
        code = code_of(await _bytes_of(response, most=65_536))
    except ModelResponseError:
        code = ""
    return ModelStatusError(response.status, code=code, retry_after=_seconds(response.headers.get("Retry-After", "")))


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
