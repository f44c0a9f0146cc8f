"""granian, the HTTP server whose worker processes load the settings again."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pulpo.cli.listening import bind
from pulpo.cli.options import Sources
from pulpo.cli.servers import KEEP_ALIVE, announce, spare_the_collector
from pulpo.errors import SettingsError
from pulpo.http.app import create_app
from pulpo.settings import Settings, load_settings
from pulpo.settings.layers import variable_name
from pulpo.system import DRAIN_SECONDS

if TYPE_CHECKING:
    from litestar import Litestar

DRAIN = signal.SIGUSR1
"""What tells a worker that it will be asked to stop: granian itself says so only by closing its port."""


def run_granian(settings: Settings, given: Sources, *, workers: int) -> None:
    """Serve with granian's worker processes, which find the command line's settings in their environment."""
    try:
        from granian.constants import Interfaces
        from granian.http import HTTP1Settings
        from granian.server.mp import MPServer
    except ImportError as error:
        raise SettingsError(
            "granian is not installed: pip install 'pulpoai[granian]'", source="settings", key="server"
        ) from error
    with bind(settings.host, settings.port) as probe:
        port = probe.getsockname()[1]
    os.environ.update({variable_name(tuple(key.split("."))): str(value) for key, value in given["overrides"].items()})
    if given["file"]:
        os.environ["PULPO_CONFIG"] = str(given["file"])

    class Draining(MPServer):
        """Whose workers go on for a while after they said that they will stop."""

        def shutdown(self, exit_code: int = 0) -> None:
            for worker in self.wrks:
                if worker.is_alive():
                    os.kill(worker.inner.pid, DRAIN)
            time.sleep(settings.drain_delay)
            super().shutdown(exit_code)  # type: ignore[no-untyped-call] # half of granian is annotated

    announce(settings.host, port)
    with shared_metrics(workers):
        Draining(
            "pulpo.cli.workers:application",
            address=settings.host,
            port=port,
            interface=Interfaces.ASGI,
            factory=True,
            workers=workers,
            # Without it the server ends when its worker is killed. Its own backpressure counts connections, not
            # requests, and starves keep-alive clients: load is shed by the application.
            respawn_failed_workers=True,
            backpressure=1024,
            websockets=False,
            log_access=False,
            # It counts the time between two requests as well, so heads cannot be bounded as closely as by uvicorn.
            http1_settings=HTTP1Settings(header_read_timeout=KEEP_ALIVE * 1000),
            workers_kill_timeout=int(DRAIN_SECONDS),
        ).serve()


@contextmanager
def shared_metrics(workers: int) -> Iterator[None]:
    """Give several workers a folder of their own to count in, as prometheus_client's multiprocess mode wants it: a
    scrape meets any one of them and must hear of all. A folder that is already named stays in use."""
    if workers == 1 or "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="pulpo-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        try:
            yield
        finally:
            del os.environ["PROMETHEUS_MULTIPROC_DIR"]


def application() -> Litestar:
    """Make the application of one granian worker."""
    app = create_app(load_settings())

    async def listen_for_the_end() -> None:
        asyncio.get_running_loop().add_signal_handler(DRAIN, app.state.system.begin_draining)
        spare_the_collector()

    app.on_startup.append(listen_for_the_end)
    return app
