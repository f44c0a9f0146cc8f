"""Work beside the turns: it ends with the block that it was begun for, and by nothing else.

Leases, orders, counts and the canary all hang on such work, and so do plugins. Were it to end by a defect, nobody
would notice before its lack did harm; so what fails is logged and begun anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from pulpo.foreign import asked_to_end

AGAIN: Final = 1.0
"""Seconds until work that failed is begun anew."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def background_task(
    work: Callable[[], Awaitable[None]], *, name: str, again: float = AGAIN
) -> AsyncIterator[None]:
    """Run ``work``, which should go on for ever, in a task while the block lasts, and wait for its end after it.

    When it raises or returns it is begun anew ``again`` seconds later, and the log names it by ``name``, with the
    error. What it raises as it is cancelled at the block's end is raised there.
    """
    task = asyncio.create_task(_for_ever(work, name, again), name=f"pulpo-{name}")
    try:
        yield
    finally:
        asked = _times_asked()
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            if _times_asked() > asked:  # whoever holds the block was cancelled meanwhile, and not the work alone
                raise


def _times_asked() -> int:
    """How often the task that runs now was cancelled and has not yet obeyed."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


async def _for_ever(work: Callable[[], Awaitable[None]], name: str, again: float) -> None:
    while True:
        error: BaseException | None = None
        try:
            await work()
        except (Exception, SystemExit, asyncio.CancelledError) as raised:
            if asked_to_end():
                raise
            error = raised
        if asked_to_end():
            return  # it took the end for its own, tidied up and returned
        _log.error("%s ended, and begins anew in %g s", name, again, exc_info=error)
        await asyncio.sleep(again)
