"""An event loop whose time passes only while all its tasks wait: what happens first by its clock happens first.

For tests of nothing but tasks and timers. Whoever waits for a thread or for another process has real time to wait for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


@contextmanager
def own_time() -> Iterator[None]:
    """Let the running loop (asyncio's own) skip what it would sleep until the block ends."""
    loop: Any = asyncio.get_running_loop()
    real = loop._selector.select
    now = loop.time()

    def select(timeout: float | None) -> Any:
        nonlocal now
        ready = real(timeout and 0)
        if timeout and not ready:
            now += timeout
        return ready

    with patch.object(loop._selector, "select", select), patch.object(loop, "time", lambda: now):
        yield
