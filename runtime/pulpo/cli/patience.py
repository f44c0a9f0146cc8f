"""Ends connections that keep uvicorn waiting, which has no limit of its own for them.

One look at all connections a second costs a request nothing, where a timer for each would. The body has its limit in
`pulpo.http.wire`, a stream's reader in `pulpo.http.streams`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

HEAD_SECONDS: Final = 10.0
"""Within which a request's head must have arrived: since the connection was made, or since its first byte when
others were served on it before."""
READER_SECONDS: Final = 15.0
"""How long a reader may take nothing of what waits for it."""


Connection: TypeAlias = Any
"""uvicorn's `HttpToolsProtocol`, of which this reads attributes that it does not document; tests on sockets watch
over that."""


class Patience:
    """Remembers since when each connection has kept the server waiting for the same thing."""

    def __init__(self) -> None:
        self._since: dict[Connection, tuple[object, float]] = {}

    def look(self, connections: Iterable[Connection], now: float) -> None:
        """Break off those that have waited for too long; ``now`` is monotonic seconds."""
        since: dict[Connection, tuple[object, float]] = {}
        for connection in connections:
            awaited, most = _awaited(connection)
            if awaited is None:
                continue
            before, began = self._since.get(connection, (None, now))
            if before != awaited:
                began = now
            if now - began >= most:
                connection.pipeline.clear()  # what it asked beside has nobody to hear it
                connection.transport.abort()
            else:
                since[connection] = awaited, began
        self._since = since


def _awaited(connection: Connection) -> tuple[object, float]:
    """Return what the connection is waited for, equal as long as it stays the same, and for how long it may be.

    None when the turn is ours: while a request is being served, and between two on a connection that is kept alive.
    """
    unsent = connection.transport.get_write_buffer_size()
    if unsent:
        return ("reader", unsent), READER_SECONDS
    cycle = connection.cycle
    served = cycle is None or cycle.response_complete
    if served and connection.timeout_keep_alive_task is None:
        return ("head", cycle), HEAD_SECONDS
    return None, 0.0
