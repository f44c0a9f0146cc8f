"""The hooks of the Prometheus sink: one sink, its page, and the watch on the event loop."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import Final

import anyio.to_thread
from pydantic import BaseModel, ConfigDict, Field

import pulpo
from pulpo_prometheus import shared
from pulpo_prometheus.lag import repeating, watching
from pulpo_prometheus.page import form_of
from pulpo_prometheus.sink import PrometheusSink

PATHS: Final = ("/metrics/prometheus", "/metrics")
"""The second one is where Prometheus looks by default."""

READ_EVERY: Final = 1.0
"""Seconds between two readings of what is going on: how old another process' gauges may be on this one's page."""


class Settings(BaseModel):
    """``[plugins.pulpo_prometheus]``. Every hook of one start is given the same instance, which is why the sink that
    they share hangs on it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_names: int = Field(default=50, ge=1, le=10_000)
    workspaces: tuple[str, ...] = ()

    @cached_property
    def folder(self) -> Path | None:
        """Where the processes of one server keep their numbers."""
        return shared.folder_of(os.environ)

    @cached_property
    def sink(self) -> PrometheusSink:
        """The sink of this start."""
        return PrometheusSink(max_names=self.max_names, workspaces=self.workspaces, folder=self.folder)


@pulpo.hookimpl
def pulpo_settings() -> type[BaseModel]:
    """Validate ``[plugins.pulpo_prometheus]``."""
    return Settings


@pulpo.hookimpl
def pulpo_register_metric_sinks(settings: Settings) -> Iterable[pulpo.MetricSink]:
    """Register the sink."""
    return [settings.sink]


@pulpo.hookimpl
def pulpo_register_routes(settings: Settings) -> Iterable[pulpo.Route]:
    """Serve the page, open to all: a Prometheus has no key of ours, and no label tells of a person."""

    async def page(request: pulpo.RouteRequest) -> pulpo.RawResponse:
        form = form_of(request.accept)
        settings.sink.process.refresh()
        # In a thread: writing the page takes milliseconds, and no turn should wait for it.
        body = await anyio.to_thread.run_sync(form.write, settings.sink.registry)
        return pulpo.RawResponse(body=body, content_type=form.content_type)

    return [
        pulpo.Route(method="GET", path=path, scope="public", handler=page, summary="Metrics for Prometheus")
        for path in PATHS
    ]


@pulpo.hookimpl
def pulpo_lifespan(runtime: pulpo.Runtime, settings: Settings) -> AbstractAsyncContextManager[None]:
    """Watch the event loop and what is going on while the server runs."""
    return _watching(runtime, settings)


@asynccontextmanager
async def _watching(runtime: pulpo.Runtime, settings: Settings) -> AsyncIterator[None]:
    process = settings.sink.process
    process.readings = runtime.readings
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(watching(process.lag.observe))
        if settings.folder is not None:
            # The page may be written by another process, which cannot ask this one.
            stack.callback(shared.leave, settings.folder)
            await stack.enter_async_context(repeating(process.refresh, every=READ_EVERY))
        yield
