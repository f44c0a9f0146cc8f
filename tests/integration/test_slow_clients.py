"""Clients that are slow on purpose, on real sockets: each is left in time, and nobody else waits for them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from support.distributions import install
from support.server import Server, running
from support.waiting import LIMIT, until

HURRIED = """
    from pathlib import Path
    from pulpo.cli import patience
    from pulpo.http import wire

    look = patience.Patience.look

    def look_again(self, connections, now):
        patience.HEAD_SECONDS = patience.READER_SECONDS = 0.1 if Path("hurry").exists() else 3600.0
        look(self, connections, now)

    patience.Patience.look = look_again
    wire.BODY_SECONDS = 1.0
"""
"""A server that waits for a head and for a reader until it is told to hurry, so that nobody here can be late."""

GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE = b"GET /assets/i18n.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD = b"POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n"


@contextmanager
def serving(folder: Path, kind: str) -> Iterator[Server]:
    install(folder / "site", "hurried", {"hurried": HURRIED}, entries={"hurried": "hurried"})
    with running(folder, environ={"PYTHONPATH": str(folder / "site"), "PULPO_SERVER": kind}) as server:
        yield server


@pytest.fixture(scope="module")
def uvicorn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The default server. granian's limit for heads counts idle time as well and is longer than a test may take, and
    it keeps what its reader does not take until the reader leaves."""
    with serving(tmp_path_factory.mktemp("uvicorn"), "uvicorn") as server:
        yield server


@pytest.fixture(scope="module")
def granian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The other server."""
    with serving(tmp_path_factory.mktemp("granian"), "granian") as server:
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
    connection.settimeout(LIMIT)
    connection.connect(("127.0.0.1", server.port))
    return connection


def answer(connection: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"}"):
        said += connection.recv(65_536)
    return said


def heard(connection: socket.socket) -> bytes:
    """Return all that the server says until it closes the connection."""
    said = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            said += piece
    return said


@contextmanager
def hurry(server: Server) -> Iterator[None]:
    """Let the server lose its patience."""
    (server.folder / "hurry").touch()
    try:
        yield
    finally:
        (server.folder / "hurry").unlink()


def until_closed(server: Server, connection: socket.socket) -> None:
    """Return when the server has closed its end, which is not told to a reader for whom something waits still."""
    ends = f":{server.port:04X} 0100007F:{connection.getsockname()[1]:04X} 01 "
    until(lambda: ends not in Path("/proc/net/tcp").read_text("utf-8"))


def test_a_body_that_does_not_come_is_a_408(either: Server) -> None:
    with connect(either) as connection:
        connection.sendall(HEAD + b"\r\n{")
        assert heard(connection).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("first", [b"", HEAD], ids=["nothing", "half-a-head"])
def test_uvicorn_leaves_a_head_that_does_not_come(uvicorn: Server, first: bytes) -> None:
    with connect(uvicorn) as connection:
        connection.sendall(first)
        with hurry(uvicorn):
            assert heard(connection) == b""


def test_uvicorn_leaves_a_second_head_that_does_not_come_and_keeps_who_is_idle(uvicorn: Server) -> None:
    with connect(uvicorn) as slow, connect(uvicorn) as idle:
        for connection in (slow, idle):
            connection.sendall(GET)
            assert answer(connection).startswith(b"HTTP/1.1 200")
        slow.sendall(HEAD)
        with hurry(uvicorn):
            assert heard(slow) == b""
        idle.sendall(GET)
        assert answer(idle).startswith(b"HTTP/1.1 200")


def test_uvicorn_leaves_a_reader_who_takes_nothing(uvicorn: Server) -> None:
    asked = 600  # 15 MB, more than the system's buffers hold
    with connect(uvicorn, buffer=4096) as connection:
        connection.sendall(LARGE * asked)
        with hurry(uvicorn):
            until_closed(uvicorn, connection)
        assert 0 < heard(connection).count(b"HTTP/1.1 200") < asked
    assert "Traceback" not in uvicorn.log_tail(100_000)


def test_two_hundred_slow_clients_keep_nobody_waiting(either: Server) -> None:
    """Nothing ends the wait for most of them: who had to wait for them would wait for ever."""
    with ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        for number in range(200):
            stack.enter_context(connect(either)).sendall((HEAD, HEAD + b"\r\n{", b"")[number % 3])
        answers = pool.map(lambda _: httpx.get(f"{either.url}/health/live", timeout=LIMIT).status_code, range(16))
        assert list(answers) == [200] * 16
