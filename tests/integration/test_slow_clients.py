"""Clients that are slow on purpose, on real sockets: each is left in time, and nobody else waits for them."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from support.distributions import install
from support.server import Server, running

HASTE = 1.5
"""Seconds that the servers here have for what others get ten or fifteen."""
NOTICED = 5.0
"""Within which it is noticed: the looks are a second apart, and the machine may be busy; by then no other server of
this kind would have lost its patience."""

HASTY = f"""
    import pulpo
    from pulpo.cli import patience
    from pulpo.http import wire

    patience.HEAD_SECONDS = patience.READER_SECONDS = wire.BODY_SECONDS = {HASTE}
"""

GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE = b"GET /assets/i18n.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD = b"POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n"


@contextmanager
def hurried(folder: Path, kind: str) -> Iterator[Server]:
    """A server that waits for nobody for long."""
    install(folder / "site", "hasty", {"hasty": HASTY}, entries={"hasty": "hasty"})
    with running(folder, environ={"PYTHONPATH": str(folder / "site"), "PULPO_SERVER": kind}) as server:
        yield server


@pytest.fixture(scope="module")
def uvicorn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The default server. granian's limit for heads counts idle time as well and is longer than a test may take, and
    it keeps what its reader does not take until the reader leaves."""
    with hurried(tmp_path_factory.mktemp("uvicorn"), "uvicorn") as server:
        yield server


@pytest.fixture(scope="module")
def granian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The other server."""
    with hurried(tmp_path_factory.mktemp("granian"), "granian") as server:
        yield server


@pytest.fixture(params=["uvicorn", "granian"])
def either(request: pytest.FixtureRequest) -> Server:
    """One after the other."""
    server: Server = request.getfixturevalue(request.param)
    return server


def connect(server: Server, *, buffer: int = 0) -> socket.socket:
    connection = socket.socket()
    if buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.settimeout(10)
    connection.connect(("127.0.0.1", server.port))
    return connection


def answer(connection: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"}"):
        said += connection.recv(65_536)
    return said


def left_after(connection: socket.socket, *, sending: bytes = b"") -> tuple[float, bytes]:
    """Return how many seconds passed from when ``sending`` was sent until the server closed, and what it had said."""
    began, said = time.monotonic(), b""
    with suppress(ConnectionResetError):
        connection.sendall(sending)
        while piece := connection.recv(65_536):
            said += piece
    return time.monotonic() - began, said


def test_a_body_that_does_not_come_is_a_408(either: Server) -> None:
    with connect(either) as connection:
        waited, said = left_after(connection, sending=HEAD + b"\r\n{")
    assert said.startswith(b"HTTP/1.1 408")
    assert HASTE - 0.1 <= waited <= HASTE + NOTICED


@pytest.mark.parametrize("first", [b"", HEAD], ids=["nothing", "half-a-head"])
def test_uvicorn_leaves_a_head_that_does_not_come(uvicorn: Server, first: bytes) -> None:
    with connect(uvicorn) as connection:
        assert left_after(connection, sending=first)[0] <= HASTE + NOTICED


def test_uvicorn_leaves_a_second_head_that_does_not_come_and_keeps_who_is_idle(uvicorn: Server) -> None:
    with connect(uvicorn) as slow, connect(uvicorn) as idle:
        for connection in (slow, idle):
            connection.sendall(GET)
            assert answer(connection).startswith(b"HTTP/1.1 200")
        assert left_after(slow, sending=HEAD)[0] <= HASTE + NOTICED
        idle.sendall(GET)
        assert answer(idle).startswith(b"HTTP/1.1 200")


def test_uvicorn_leaves_a_reader_who_takes_nothing(uvicorn: Server) -> None:
    asked = 600  # 15 MB, more than the system's buffers hold
    with connect(uvicorn, buffer=4096) as connection:
        connection.sendall(LARGE * asked)
        time.sleep(HASTE + 2.5)
        _, said = left_after(connection)
    assert 0 < said.count(b"HTTP/1.1 200") < asked
    assert "Traceback" not in uvicorn.log_tail(100_000)


def test_two_hundred_slow_clients_keep_nobody_waiting(either: Server) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        for number in range(200):
            stack.enter_context(connect(either)).sendall((HEAD, HEAD + b"\r\n{", b"")[number % 3])
        began = time.monotonic()
        answers = list(pool.map(lambda _: httpx.get(f"{either.url}/health/live", timeout=5).status_code, range(16)))
        assert answers == [200] * 16
        assert time.monotonic() - began < 5
