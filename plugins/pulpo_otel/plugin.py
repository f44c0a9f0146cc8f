"""The hooks of the trace sink: on when an endpoint is named, here or in OpenTelemetry's own environment variables."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cached_property
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Final

import anyio
from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, SecretStr, UrlConstraints

import pulpo
from pulpo_otel.sink import TraceSink

if TYPE_CHECKING:
    from pulpo_otel.export import Shipping

VARIABLES: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

FAREWELL: Final = 2.0
"""Seconds that the last spans get on their way when the server stops."""

MISSING: Final = "traces are configured, and need OpenTelemetry: pip install 'pulpoai[otel]'"


class Settings(BaseModel):
    """``[plugins.pulpo_otel]``. ``endpoint`` is a collector's address for OTLP over HTTP, without ``/v1/traces``.
    ``sample`` is the share of turns that are recorded; with ``follow_caller`` a caller that sends a ``traceparent``
    decides it for its turns. ``content`` adds what was said, redacted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: Annotated[AnyHttpUrl, UrlConstraints(max_length=2048)] | None = None
    headers: dict[str, SecretStr] = {}
    service_name: str = "pulpo"
    sample: float = Field(default=1.0, ge=0.0, le=1.0)
    follow_caller: bool = True
    content: bool = False

    @cached_property
    def on(self) -> bool:
        """Whether anybody wants traces."""
        if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
            return False
        return self.endpoint is not None or any(map(os.environ.get, VARIABLES))

    @cached_property
    def sink(self) -> TraceSink:
        """The sink of this start."""
        return TraceSink(
            sample=self.sample, follow=self.follow_caller, content=self.content, random=os.urandom, clock=time.time
        )


@pulpo.hookimpl
def pulpo_settings() -> type[BaseModel]:
    """Validate ``[plugins.pulpo_otel]``."""
    return Settings


@pulpo.hookimpl
def pulpo_register_metric_sinks(settings: Settings) -> Iterable[pulpo.MetricSink]:
    """Register the sink, if anybody wants traces."""
    if not settings.on:
        return []
    try:
        import pulpo_otel.export  # noqa: F401 - to fail now, and not when the server is up
    except ImportError as error:
        raise ImportError(MISSING) from error
    return [settings.sink]


@pulpo.hookimpl
def pulpo_lifespan(runtime: pulpo.Runtime, settings: Settings) -> AbstractAsyncContextManager[None]:
    """Send spans while the server runs."""
    return _shipping(runtime, settings)


@asynccontextmanager
async def _shipping(runtime: pulpo.Runtime, settings: Settings) -> AsyncIterator[None]:
    if not settings.on:
        yield
        return
    from pulpo_otel.export import Shipping

    headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
    endpoint = None if settings.endpoint is None else str(settings.endpoint)
    shipping = Shipping(endpoint, headers or None, settings.service_name)
    settings.sink.clean = runtime.secret_free
    settings.sink.ship = shipping.ship
    try:
        yield
    finally:
        settings.sink.ship = None
        await _sent(shipping)


async def _sent(shipping: Shipping) -> None:
    """Wait for the last spans, but not long, and in a thread that the process may leave behind: the collector may be
    away, and the server has to be gone in time."""
    closing = Thread(target=shipping.close, name="pulpo-otel-close", daemon=True)
    closing.start()
    with anyio.move_on_after(FAREWELL, shield=True):
        while closing.is_alive():  # noqa: ASYNC110 - a thread that may be left behind can set no event of the loop
            await anyio.sleep(0.02)
    if closing.is_alive():
        shipping.give_up()
