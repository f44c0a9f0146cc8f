"""Ports that nobody takes away between the moment they are chosen and the one when a server listens on them."""

from __future__ import annotations

import socket
from random import SystemRandom
from typing import Final

PORTS: Final = range(20_000, 32_000)
"""Below those that systems give to connections that go out (Linux: from 32,768): a server that is down for a moment
finds its port again, and a client that knocks meanwhile is never connected to itself."""

TRIES: Final = 1_000
_random = SystemRandom()  # not the tests' own, which some seed


def free_port() -> int:
    """Return a TCP port of the loopback interface that nobody listens on, and that no other process is given.

    Until this process ends it holds the UDP port of the same number, which is how others know; nothing here speaks UDP.
    """
    for _ in range(TRIES):
        port = _random.choice(PORTS)
        if (sign := _bound(socket.SOCK_DGRAM, port)) is not None:
            if (listener := _bound(socket.SOCK_STREAM, port)) is not None:
                listener.close()
                sign.detach()
                return port
            sign.close()
    raise AssertionError(f"no port between {PORTS[0]} and {PORTS[-1]} is free")


def _bound(kind: socket.SocketKind, port: int) -> socket.socket | None:
    made = socket.socket(socket.AF_INET, kind)
    try:
        made.bind(("127.0.0.1", port))
    except OSError:
        made.close()
        return None
    return made
