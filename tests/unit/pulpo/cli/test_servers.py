import asyncio
import gc
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pytest

from pulpo.cli import servers
from pulpo.cli.listening import bind
from pulpo.cli.servers import StartGuard, announce, let_in, spare_the_collector
from pulpo.errors import RequiredPluginError
from support.waiting import until

SECONDS = 180.0
"""For a server to start or to end, each: it ends tests that would hang, and a crowded machine needs 30."""
REFUSAL = RequiredPluginError("pulpo_booking is required", plugin="pulpo_booking")


class Served:
    """A `pulpo serve` of its own process; ``url`` is read from the line it prints."""

    def __init__(self, *arguments: str, site: Path) -> None:
        command = [sys.executable, "-m", "pulpo", "serve", "--port", "0", *arguments]
        environ = os.environ | {"PYTHONPATH": str(site)}
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ)
        # A server that never speaks must fail the test, not hang it.
        patience = threading.Timer(SECONDS, self.process.kill)
        patience.start()
        assert self.process.stderr is not None
        self.line = self.process.stderr.readline()
        patience.cancel()
        self.url = "".join(re.findall(r"http://\S+", self.line))

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send the signal and return the exit status and what else was printed."""
        self.process.send_signal(how)
        _, rest = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, rest

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def serve(echo: str, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(*arguments: str) -> Served:
        started.append(Served(*arguments, site=tmp_path / "site"))
        return started[-1]

    yield start
    for each in started:
        each.close()


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=SECONDS).close()
    except ConnectionError:
        return False
    return True


def status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=SECONDS) as response:  # noqa: S310 - our own server's
        code: int = response.status
        return code


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_one_line_tells_the_address_and_a_signal_ends_it_well(
    serve: Callable[..., Served], how: signal.Signals
) -> None:
    server = serve()
    assert re.fullmatch(r"PulpoAI \S+ listens on http://127\.0\.0\.1:\d+ \(Ctrl-C stops it\)\n", server.line)
    assert status(f"{server.url}/health/live") == 200
    assert server.end(how) == (0, "")


def test_pressing_ctrl_c_again_ends_it_at_once_and_without_a_traceback(serve: Callable[..., Served]) -> None:
    server = serve()
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=SECONDS) as waiting:
        head = b"POST /chat HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n"
        waiting.sendall(head)  # and no body: the first Ctrl-C waits for it
        assert status(f"{server.url}/health/live") == 200
        server.process.send_signal(signal.SIGINT)
        until(lambda: not listens(host, int(port)))  # or both were one: signals are not counted
        assert server.end(signal.SIGINT) == (0, "")


def test_granian_serves_with_the_command_line_s_settings(serve: Callable[..., Served], folder: Path) -> None:
    server = serve("--server", "granian", "--database-url", "sqlite:///other.db")
    _, _, address = server.url.partition("//")
    host, port = address.split(":")
    until(lambda: listens(host, int(port)), limit=SECONDS)
    assert status(f"{server.url}/health/live") == 200
    assert server.end()[0] == 0
    assert (folder / "other.db").exists()


def test_a_start_that_fails_is_one_line(serve: Callable[..., Served]) -> None:
    server = serve("--set", "variants.stable.planner=gone")
    assert server.process.wait(SECONDS) == 2
    assert server.line.startswith("pulpo: settings: variants.stable.planner: there is no 'gone'; known are: echo")
    assert server.process.stderr is not None
    assert server.process.stderr.read() == ""


def test_a_port_in_use_is_one_line_and_nothing_is_opened(run: Any, echo: str, folder: Path) -> None:
    with bind("127.0.0.1", 0) as taken:
        result = run("serve", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 2
    assert result.stderr.startswith("pulpo: settings: port: cannot listen on 127.0.0.1:")
    assert result.stderr.count("\n") == 1
    assert not (folder / "pulpo.db").exists()


def test_a_required_plugin_that_is_missing_is_one_line(run: Any, echo: str) -> None:
    result = run("serve", "--port", "0", "--set", "plugins.required=gone")
    assert result.exit_code == 2
    assert "gone" in result.stderr
    assert result.stderr.count("\n") == 1


def lifespan(app: Any) -> tuple[StartGuard, list[dict[str, Any]], BaseException | None]:
    """Run an application's lifespan behind the guard: the guard, what the server heard, and what was raised."""
    sent: list[dict[str, Any]] = []
    raised: list[BaseException] = []
    guard = StartGuard(app)

    async def receive() -> dict[str, Any]:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def run() -> None:
        try:
            await guard({"type": "lifespan"}, receive, send)
        except BaseException as error:
            raised.append(error)

    anyio.run(run)
    return guard, sent, raised[0] if raised else None


async def starts(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "lifespan.startup.complete"})


def fails_with(error: BaseException, *, telling: bool) -> Any:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        if telling:
            await send({"type": "lifespan.startup.failed", "message": "Traceback …"})
        raise error

    return app


def test_a_start_that_succeeds_is_passed_on() -> None:
    guard, sent, raised = lifespan(starts)
    assert (guard.error, sent, raised) == (None, [{"type": "lifespan.startup.complete"}], None)


@pytest.mark.parametrize("telling", [False, True])
@pytest.mark.parametrize("error", [REFUSAL, BaseExceptionGroup("group", [REFUSAL])])
def test_a_known_error_is_set_aside_without_its_traceback(error: BaseException, telling: bool) -> None:
    guard, sent, raised = lifespan(fails_with(error, telling=telling))
    assert guard.error is REFUSAL
    assert sent == [{"type": "lifespan.startup.failed", "message": ""}]
    assert raised is None


def test_an_unknown_error_keeps_its_traceback() -> None:
    guard, sent, raised = lifespan(fails_with(ZeroDivisionError(), telling=False))
    assert guard.error is None
    assert sent == []
    assert isinstance(raised, ZeroDivisionError)


def test_a_failure_that_is_told_and_not_raised_is_passed_on() -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.failed", "message": "why"})

    assert lifespan(app)[1] == [{"type": "lifespan.startup.failed", "message": "why"}]


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "http://127.0.0.1:80 "), ("::1", "http://[::1]:80 ")])
def test_the_address_is_one_that_a_browser_takes(capsys: pytest.CaptureFixture[str], host: str, shown: str) -> None:
    announce(host, 80)
    assert shown in capsys.readouterr().err


def test_garbage_is_looked_for_again_once_the_server_is_up() -> None:
    thresholds = gc.get_threshold()
    gc.disable()
    try:
        spare_the_collector()
        assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
        gc.set_threshold(*thresholds)


def test_who_knocked_is_let_in_however_long_the_process_is_not_run_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    paused = SimpleNamespace(monotonic=count(step=60.0).__next__, thread_time=time.thread_time)
    monkeypatch.setattr(servers, "time", paused)
    inside: list[asyncio.StreamWriter] = []

    async def knocked() -> None:
        server = await asyncio.start_server(lambda _, writer: inside.append(writer), "127.0.0.1", 0)
        with ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(socket.create_connection(server.sockets[0].getsockname()))
            await let_in(server.sockets)
            server.close()
            await asyncio.sleep(0.1)
        for each in inside:
            each.close()
            await each.wait_closed()

    asyncio.run(knocked())
    assert len(inside) == 3
