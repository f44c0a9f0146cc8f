"""The hooks of the Prometheus sink: one sink, its page, and the watch on the event loop."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from functools import cached_property

import anyio.to_thread
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from pydantic import BaseModel, ConfigDict, Field

import pulpo
from pulpo_prometheus.lag import watching
from pulpo_prometheus.sink import PrometheusSink

PATHS = ("/metrics/prometheus", "/metrics")
"""The second one is where Prometheus looks by default."""


class Settings(BaseModel):
    """``[plugins.pulpo_prometheus]``. Every hook of one start is given the same instance, which is why the sink that
    they share hangs on it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_names: int = Field(default=50, ge=1, le=10_000)

    @cached_property
    def sink(self) -> PrometheusSink:
        """The sink of this start."""
        return PrometheusSink(max_names=self.max_names)

    @cached_property
    def registry(self) -> CollectorRegistry:
        """What the page shows: our metrics and the process' own, in a registry that is nobody else's."""
        registry = CollectorRegistry()
        registry.register(self.sink.families)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        return registry


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

    async def page(_request: pulpo.RouteRequest) -> pulpo.RawResponse:
        # In a thread: writing the page takes milliseconds, and no turn should wait for it.
        body = await anyio.to_thread.run_sync(generate_latest, settings.registry)
        return pulpo.RawResponse(body=body, content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return [
        pulpo.Route(method="GET", path=path, scope="public", handler=page, summary="Metrics for Prometheus")
        for path in PATHS
    ]


@pulpo.hookimpl
def pulpo_lifespan(runtime: pulpo.Runtime, settings: Settings) -> AbstractAsyncContextManager[None]:
    """Watch the event loop while the server runs."""
    return watching(settings.sink.lag.observe)
