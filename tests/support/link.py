"""A TCP link that can fail on purpose, between a client and a database that is well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Link:
    """Passes bytes on in both directions, until told otherwise."""

    target: int
    port: int = 0
    silent: bool = False
    """Pass nothing on, close nothing: half open, as behind a firewall that forgot the connection."""

    lose_commits: bool = False
    """Let a COMMIT through and break the connection before its confirmation comes back."""

    hold_commits: bool = False
    """Let a COMMIT through and keep its confirmation, and whatever follows on that connection, for ever."""

    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _held: set[asyncio.StreamWriter] = field(default_factory=set)
    _losing: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def holds(self) -> bool:
        """Whether a COMMIT was let through whose confirmation is kept."""
        return bool(self._held)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except ConnectionError:
            writer.transport.abort()
            return
        self._writers += [writer, back]
        with suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.gather(self._forth(reader, back, writer), self._back(there, writer))

    async def close(self) -> None:
        """Break every connection, and wait until the loop has closed its socket: collected later, it is a warning."""
        for writer in self._writers:
            writer.transport.abort()
        for writer in self._writers:
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _forth(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, client: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65536):
            if self.silent:
                continue
            if self.lose_commits and b"COMMIT" in data:
                self.lose_commits = False
                self._losing.add(client)
            if self.hold_commits and b"COMMIT" in data:
                self.hold_commits = False
                self._held.add(client)
            server.write(data)
            await server.drain()
        if not self.silent:
            server.close()

    async def _back(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if client in self._losing:  # here it is: by now the commit has happened, not before
                client.transport.abort()
            if self.silent or client.is_closing() or client in self._held:
                continue
            client.write(data)
        client.close()


@asynccontextmanager
async def linked(target: int) -> AsyncIterator[Link]:
    """Hold a link to the loopback port ``target`` open; its own is ``port``."""
    link = Link(target)
    server = await asyncio.start_server(link.serve, "127.0.0.1", 0)
    link.port = server.sockets[0].getsockname()[1]
    try:
        yield link
    finally:
        server.close()
        await link.close()
