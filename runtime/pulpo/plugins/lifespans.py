"""Opens what plugins hold open while the server runs, and closes it in reverse: neither may take for ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Final

from pulpo.contracts.runtime import Runtime
from pulpo.errors import RequiredPluginError
from pulpo.foreign import overreach
from pulpo.plugins.catalogue import Catalogue

OPENING_SECONDS: Final = 30.0
"""For a plugin's lifespan to open: one that waits for a server that never answers must not keep ours from starting."""

CLOSING_SECONDS: Final = 5.0
"""For a plugin's lifespan to close, after the turns have had theirs: a stopped server is to be gone."""

_log = logging.getLogger(__name__)


async def opened(
    stack: AsyncExitStack, catalogue: Catalogue, runtime: Runtime, *, required: Collection[str]
) -> Catalogue:
    """Enter the plugins' lifespans on ``stack``, in order; return the catalogue without the plugins whose failed.

    Raises `RequiredPluginError` for one of ``required``.
    """
    for name, lifespan in catalogue.lifespans:
        patience = asyncio.timeout(OPENING_SECONDS)
        try:
            async with patience:
                await stack.enter_async_context(_closing_in_time(name, lifespan(runtime)))
        except BaseException as error:
            if not isinstance(error, Exception) and not overreach(error):
                raise
            raised = f"{type(error).__name__}: {error}"
            late = f"it did not open within {OPENING_SECONDS:g} s"
            reason = f"its lifespan failed: {late if patience.expired() else raised}"
            if name in required:
                raise RequiredPluginError(f"plugin {name!r} is required, and {reason}", plugin=name) from error
            catalogue = catalogue.without(name, reason=reason)
    return catalogue


@asynccontextmanager
async def _closing_in_time(name: str, lifespan: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
    """Hold a plugin's lifespan; how it ends keeps neither the others from closing nor the process from ending."""
    await lifespan.__aenter__()
    try:
        yield
    finally:
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await lifespan.__aexit__(None, None, None)
        except BaseException as error:
            if not isinstance(error, Exception) and not overreach(error):
                raise
            _log.error("plugin %s did not close", name, exc_info=error)
