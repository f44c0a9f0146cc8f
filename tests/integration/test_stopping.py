"""A server that is asked to stop or has too much to do, as its clients and its load balancer see it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from support.distributions import install
from support.server import Server, running

PATIENT = """
    import anyio
    import pulpo

    class Patient:
        name = "patient"
        config = None

        def build(self, config, tools):
            return self

        async def next_step(self, context):
            await anyio.sleep(float(context.turn.text))
            yield pulpo.Answer("done")

    @pulpo.hookimpl
    def pulpo_register_planners(settings):
        return [Patient()]
"""

Start = Callable[..., AbstractContextManager[Server]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with an installed planner that takes as many seconds as it is told."""
    folder = tmp_path / "site"
    install(folder, "patient-plugin", {"patient": PATIENT}, entries={"patient": "patient"})
    return folder


@pytest.fixture
def start(site: Path, tmp_path: Path) -> Start:
    """Start a server whose turns last as long as their message says."""
    return lambda **environ: running(
        tmp_path,
        toml='[variants.stable]\nplanner = "patient"\n',
        environ={"PYTHONPATH": str(site), **environ},
    )


def chat(server: Server, seconds: float, *, key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return httpx.post(f"{server.url}/chat", json={"message": str(seconds)}, headers=headers, timeout=30)


@pytest.mark.parametrize("kind", ["uvicorn", "granian"])
def test_a_server_that_is_asked_to_stop_says_so_first_and_finishes_what_it_began(start: Start, kind: str) -> None:
    with start(PULPO_SERVER=kind, PULPO_DRAIN_DELAY="1.5") as server, ThreadPoolExecutor(2) as pool:
        begun = pool.submit(chat, server, 3.0)
        time.sleep(0.5)
        asked = time.monotonic()
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        ready = httpx.get(f"{server.url}/health/ready")
        late = chat(server, 0)
        assert ready.status_code == 503
        assert late.status_code == 200
        assert late.headers["connection"] == "close"
        assert begun.result().json()["reply"] == "done"
        assert server.process.wait(20) == 0
        assert 2.5 <= time.monotonic() - asked <= 20


def test_past_the_cap_a_message_is_refused_at_once_and_sent_again_it_is_answered(start: Start) -> None:
    with start(PULPO_TURNS__MAX_IN_FLIGHT="3") as server, ThreadPoolExecutor(8) as pool:
        running_turns = [pool.submit(chat, server, 1.5) for _ in range(3)]
        time.sleep(0.7)
        began = time.monotonic()
        refused = chat(server, 0, key="again")
        took = time.monotonic() - began
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "1"
        assert "Too many people" in refused.json()["detail"]
        assert took < 0.25  # 50 ms and a client that has to connect on a busy machine
        assert [turn.result().status_code for turn in running_turns] == [200] * 3
        assert chat(server, 0, key="again").status_code == 200


def test_the_cap_counts_turns_and_not_connections(start: Start) -> None:
    with start(PULPO_TURNS__MAX_IN_FLIGHT="2") as server:
        clients = [httpx.Client(base_url=server.url) for _ in range(30)]
        try:
            assert all(client.get("/health/live").status_code == 200 for client in clients)
            assert clients[0].post("/chat", json={"message": "0"}).status_code == 200
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
            task = asyncio.ensure_future(asyncio.to_thread(time.sleep, 60))
            yield
            task.cancel()
        return hang()
"""


def test_a_thread_that_hangs_does_not_hold_up_the_end(tmp_path: Path) -> None:
    site = tmp_path / "site"
    install(site, "hanging-plugin", {"hanging": HANGING}, entries={"hanging": "hanging"})
    with running(tmp_path, environ={"PYTHONPATH": str(site)}) as server:
        assert server.process is not None
        asked = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert time.monotonic() - asked < 10
