"""A server that is asked to stop or has too much to do, as its clients and its load balancer see it."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx
import pytest

from support.distributions import install
from support.pids import children
from support.server import Server, running
from support.waiting import LIMIT, until

PATIENT = """
    import time
    from pathlib import Path
    import anyio
    import pulpo

    class Patient:
        name = "patient"
        config = None

        def build(self, config, tools):
            return self

        async def next_step(self, context):
            how, _, file = context.turn.text.partition(" ")
            if how == "hold":
                Path(f"{file}.held").touch()
            while how != "now" and not Path(file).exists():
                if how == "hold":
                    time.sleep(0.01)
                else:
                    await anyio.sleep(0.01)
            yield pulpo.Answer("done")

    @pulpo.hookimpl
    def pulpo_register_planners(settings):
        return [Patient()]
"""

Start = Callable[..., AbstractContextManager[Server]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with an installed planner that answers once there is the file that its message names.

    Told to ``hold`` it lets nothing else run meanwhile, as a machine that is swapped out.
    """
    folder = tmp_path / "site"
    install(folder, "patient-plugin", {"patient": PATIENT}, entries={"patient": "patient"})
    return folder


@pytest.fixture
def start(site: Path, tmp_path: Path) -> Start:
    """Start a server whose turns wait for a file, or do not wait for a message ``now``."""
    return lambda **environ: running(
        tmp_path,
        toml='[variants.stable]\nplanner = "patient"\n[turns]\ndeadline = 120\n',
        environ={"PYTHONPATH": str(site), **environ},
    )


def chat(server: Server, message: str = "now", *, key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return httpx.post(f"{server.url}/chat", json={"message": message}, headers=headers, timeout=LIMIT)


def in_flight(server: Server, turns: int) -> bool:
    return f"pulpo_turns_in_flight {turns:.1f}" in httpx.get(f"{server.url}/metrics", timeout=LIMIT).text


def ready(server: Server) -> int:
    return httpx.get(f"{server.url}/health/ready", timeout=LIMIT).status_code


def ask_to_stop(server: Server) -> float:
    """Send SIGTERM, and return when."""
    assert server.process is not None
    asked = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    return asked


def listens(server: Server) -> bool:
    try:
        socket.create_connection(("127.0.0.1", server.port), LIMIT).close()
    except ConnectionError:
        return False
    return True


@pytest.mark.parametrize("kind", ["uvicorn", "granian"])
def test_a_server_that_is_asked_to_stop_says_so_first_and_still_serves(start: Start, kind: str) -> None:
    with start(PULPO_SERVER=kind, PULPO_DRAIN_DELAY="10") as server:
        ask_to_stop(server)
        until(lambda: ready(server) == 503)
        late = chat(server)
        assert late.status_code == 200
        assert late.headers["connection"] == "close"
        assert server.process is not None
        for each in (*children(server.process.pid), server.process.pid):  # it has said what it was asked
            os.kill(each, signal.SIGKILL)


@pytest.mark.parametrize("kind", ["uvicorn", "granian"])
def test_then_it_listens_no_more_and_finishes_what_it_began(start: Start, tmp_path: Path, kind: str) -> None:
    file, delay = tmp_path / "let-go", 0.5
    with start(PULPO_SERVER=kind, PULPO_DRAIN_DELAY=str(delay)) as server, ThreadPoolExecutor(1) as pool:
        begun = pool.submit(chat, server, f"wait {file}")
        until(lambda: in_flight(server, 1))
        asked = ask_to_stop(server)
        until(lambda: not listens(server))
        assert time.monotonic() - asked >= delay
        assert server.process is not None
        assert server.process.poll() is None, "it no longer listens, and still there is a turn"
        file.touch()
        assert begun.result().json()["reply"] == "done"
        assert server.process.wait(LIMIT) == 0


def test_who_knocked_while_a_stopping_server_was_not_run_is_answered(start: Start, tmp_path: Path) -> None:
    """Its time to stop comes while its loop stands still; the system has let them in, and it has read nothing yet."""
    file = tmp_path / "let-go"
    with start() as server, ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        holding = pool.submit(chat, server, f"hold {file}")
        until(Path(f"{file}.held").exists)
        ask_to_stop(server)
        knocking = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port), LIMIT)) for _ in range(64)]
        for each in knocking:
            each.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.5)  # past the next look at whether it is to stop, which then is the first thing it does
        file.touch()
        assert [each.recv(12) for each in knocking] == [b"HTTP/1.1 200"] * len(knocking)
        assert holding.result().json()["reply"] == "done"
        assert server.process is not None
        assert server.process.wait(LIMIT) == 0


def test_past_the_cap_a_message_is_refused_at_once_and_sent_again_it_is_answered(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "let-go"
    took: list[float] = []
    with start(PULPO_TURNS__MAX_IN_FLIGHT="3") as server, ThreadPoolExecutor(8) as pool:
        running_turns = [pool.submit(chat, server, f"wait {file}") for _ in range(3)]
        until(lambda: in_flight(server, 3))
        for _ in range(5):
            began = time.monotonic()
            refused = chat(server, key="again")
            took.append(time.monotonic() - began)
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "1"
            assert "Too many people" in refused.json()["detail"]
        assert min(took) < 5.0, "it takes milliseconds, and would take ten seconds if it waited for one of them"
        file.touch()
        assert [turn.result().status_code for turn in running_turns] == [200] * 3
        assert chat(server, key="again").status_code == 200


def test_the_cap_counts_turns_and_not_connections(start: Start) -> None:
    with start(PULPO_TURNS__MAX_IN_FLIGHT="2") as server:
        clients = [httpx.Client(base_url=server.url, timeout=LIMIT) for _ in range(30)]
        try:
            assert all(client.get("/health/live").status_code == 200 for client in clients)
            assert clients[0].post("/chat", json={"message": "now"}).status_code == 200
        finally:
            for client in clients:
                client.close()


HANGING = """
    import asyncio
    import contextlib
    import time

    import pulpo

    @pulpo.hookimpl
    def pulpo_lifespan(runtime):
        @contextlib.asynccontextmanager
        async def hang():
            task = asyncio.ensure_future(asyncio.to_thread(time.sleep, 600))
            yield
            task.cancel()
        return hang()
"""


def test_a_thread_that_hangs_does_not_hold_up_the_end(tmp_path: Path) -> None:
    site = tmp_path / "site"
    install(site, "hanging-plugin", {"hanging": HANGING}, entries={"hanging": "hanging"})
    with running(tmp_path, environ={"PYTHONPATH": str(site)}) as server:
        ask_to_stop(server)
        assert server.process is not None
        assert server.process.wait(LIMIT) == 0, "a few seconds; the thread would take ten minutes"
