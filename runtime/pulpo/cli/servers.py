"""uvicorn, the HTTP server that runs in this process."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
import uvicorn

from pulpo import __version__
from pulpo.cli.listening import BACKLOG, bind
from pulpo.cli.patience import Patience
from pulpo.errors import PulpoError
from pulpo.http.app import create_app
from pulpo.settings import Settings
from pulpo.system import DRAIN_SECONDS

if TYPE_CHECKING:
    from types import FrameType

GRACE = int(DRAIN_SECONDS)
"""Seconds that open responses get after SIGTERM; Kubernetes kills after 30."""

LETTING_IN = 1.0
"""Seconds of its own work at most that the event loop spends on letting in whoever knocked while it did not run. A busy
machine that does not run it now either takes nothing away from them."""

HEARING = 0.1
"""Seconds in which the requests of those are read, after nobody new is let in."""

CLOSING_SECONDS = 3.0
"""What the event loop has to close after all is done and written."""

KEEP_ALIVE = 75
"""Seconds an idle connection stays open: longer than the 60 of common load balancers, or they meet a closed one."""

TICKS = 10
"""uvicorn's ticks between two looks at its connections: a second."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def run_uvicorn(settings: Settings) -> None:
    """Serve until a signal; raises the `PulpoError` that kept the application from starting."""
    with bind(settings.host, settings.port) as listener:
        guarded = StartGuard(create_app(settings))
        # One line says what is wrong; uvicorn's own "Application startup failed" would be a second.
        logging.getLogger("uvicorn.error").addFilter(lambda _record: guarded.error is None)
        # A server that was asked to stop has done its job: SIGTERM ends with 0, and so does Ctrl-C.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            with suppress(KeyboardInterrupt):
                _Server(guarded, settings).run(sockets=[listener])
        except SystemExit:
            if guarded.error is None:
                raise
            raise guarded.error from None


def spare_the_collector() -> None:
    """Set aside what start-up made, which lives as long as the process, and from now on look for cycles, but rarely.

    A turn makes thousands of short-lived values that reference counting frees; walking all modules again after
    every 700 of them is a tenth of its cost.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def announce(host: str, port: int) -> None:
    """Say where the server is."""
    name = f"[{host}]" if ":" in host else host
    click.echo(f"PulpoAI {__version__} listens on http://{name}:{port} (Ctrl-C stops it)", err=True)


class StartGuard:
    """The application, with the error that kept it from starting set aside: the server would print a traceback."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.error: PulpoError | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass everything on; during the lifespan, keep a `PulpoError` and tell the server only that it failed."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def hold_failures(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                held.append(message)
            elif message["type"] == "lifespan.shutdown.failed" and _broken_off():
                await send({**message, "message": ""})
            else:
                await send(message)

        try:
            await self.app(scope, receive, hold_failures)
        except BaseException as error:
            self.error = _known(error)
            if self.error is None:
                raise
        if self.error is not None:
            await send({"type": "lifespan.startup.failed", "message": ""})
        elif held:
            await send(held[0])


def _broken_off() -> bool:
    """Whether Ctrl-C was pressed again: who waits for nothing wants no traceback of what that broke off."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _known(error: BaseException | None) -> PulpoError | None:
    """Find the `PulpoError` inside groups and causes."""
    if error is None or isinstance(error, PulpoError):
        return error
    inside = error.exceptions if isinstance(error, BaseExceptionGroup) else (error.__cause__,)
    return next((known for each in inside if (known := _known(each)) is not None), None)


class _Server(uvicorn.Server):
    """uvicorn, which says where it is, and tells load balancers that it will stop before it does."""

    def __init__(self, app: StartGuard, settings: Settings) -> None:
        super().__init__(_uvicorn_config(app, settings))
        self._state = app.app.state
        self._drain_delay = settings.drain_delay
        self._patience = Patience()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and sockets:
            spare_the_collector()
            announce(self.config.host, sockets[0].getsockname()[1])

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS == 0:
            self._patience.look(self.server_state.connections, time.monotonic())
        return await super().on_tick(counter)

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().serve(sockets=sockets)
        finally:  # uvicorn raises the signal that ended it once more
            if self.started:
                _end_soon()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.started:
            self._state.system.begin_draining()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._captured_signals == [signal.SIGTERM]:  # a person at the keyboard waits for nobody
            await asyncio.sleep(self._drain_delay)
            await self._hear_out(sockets)
        await super().shutdown(sockets=sockets)

    async def _hear_out(self, sockets: list[socket.socket] | None) -> None:
        """Stop listening, but answer whoever knocked before: uvicorn closes connections whose request it has not read.

        A process that was not run for a moment finds them when it wakes up, and lets in one a round of its loop.
        """
        await let_in(sockets or [each for server in self.servers for each in server.sockets])
        for closing in (*self.servers, *(sockets or ())):
            closing.close()
        await asyncio.sleep(HEARING)


async def let_in(listening: Iterable[socket.socket]) -> None:
    """Return when nobody stands before the ``listening`` sockets any more, or `LETTING_IN` is used up."""
    doors, limit = select.poll(), time.thread_time() + LETTING_IN
    for door in listening:
        doors.register(door, select.POLLIN)
    while doors.poll(0) and time.thread_time() < limit:  # noqa: ASYNC110 - nothing tells that nobody is left
        await asyncio.sleep(0)
    await asyncio.sleep(0)  # asyncio's own loop takes another round to make a connection of whom it let in


def _end_soon() -> None:
    """End the process if closing the loop does not: everything is written by now, and closing waits for threads.

    A name that is being resolved while the network is gone, or a plugin's hung thread, would hold it for a minute.
    """
    last_resort = threading.Timer(CLOSING_SECONDS, os._exit, (0,))
    last_resort.daemon = True
    last_resort.start()


def _uvicorn_config(app: StartGuard, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        lifespan="on",
        http="httptools",  # `patience` knows this one
        ws="none",
        # Its start and stop lines would surround ours, and a traceback it would print has been set aside.
        log_config=None,
        log_level="debug" if settings.log_level == "debug" else "warning",
        access_log=False,
        server_header=False,
        # Keyless mode and the session cookie depend on who really connected, so no header may rewrite it.
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
